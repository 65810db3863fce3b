"""What news text says around its text, in Vietnamese first and in the languages of the partners (pure).

Prefixes of leads, datelines, signatures of agencies, credits, headings of side lists, invitations to read on:
the phrases are those of the press, and every pattern is anchored or bounded so that it runs in linear time.
"""

import re

_SIDE_HEADINGS = re.compile(
    r"""^[\s>»›•*|:\-–—]*(?:
      tin\ (?:bài\ )?liên\ quan|tin\ (?:bài\ )?khác|các\ tin\ (?:bài\ )?(?:khác|liên\ quan|cùng.*)|các\ (?:bài|tin)(?:\ viết)?\ (?:khác|liên\ quan|cùng.*)|(?:bài|tin)(?:\ viết)?\ (?:liên\ quan|cùng\ (?:chủ\ đề|chuyên\ mục)|đọc\ nhiều|xem\ nhiều|mới(?:\ nhất)?|nổi\ bật)
      |đọc\ (?:nhiều(?:\ nhất)?|thêm|tiếp)|xem\ (?:nhiều(?:\ nhất)?|thêm|tiếp)|mời\ (?:xem|đọc|độc\ giả|bạn\ đọc).*|có\ thể\ bạn\ quan\ tâm|chủ\ đề(?:\ liên\ quan)?|từ\ khóa|từ\ khoá|thẻ|thăm\ dò\ ý\ kiến|ý\ kiến(?:\ của\ bạn|\ bạn\ đọc)?|bình\ luận.*|chia\ sẻ|xuất\ bản\ thông\ tin|tin\ nổi\ bật|video|ảnh|thư\ viện\ (?:ảnh|video)|multimedia|nguồn
      |related(?:\ (?:articles?|stories|story|posts?|news|content|links?|topics?|coverage|reading|videos?|tags?|resources|products))?|(?:read|see|watch|view|find|learn)\ (?:more|also|next).{0,40}|more\ (?:from|on|in|stories|news|like\ this|articles|about|coverage|to\ read).{0,60}|(?:most|also)\ (?:read|popular|viewed|shared|recent|in|on).{0,30}|popular(?:\ (?:posts?|articles|stories|now|news))?|trending(?:\ (?:now|stories|news|topics))?|recommended(?:\ .{0,30})?|you\ (?:may|might|could)\ (?:also\ )?(?:like|enjoy|be\ interested).{0,20}|(?:latest|recent|top|breaking|featured|other)\ (?:news|stories|articles|posts|headlines|videos|comments)(?:\ .{0,30})?|editors?['’]?s?\ (?:picks?|choice)|don['’]t\ miss|up\ next|what\ to\ read\ next|keep\ reading|further\ reading|in\ this\ (?:article|story|section)|table\ of\ contents|contents|on\ this\ page
      |comments?(?:\ \(?\d*\)?)?|\d+\ (?:comments?|responses?|thoughts?\ on.*)|leave\ a\ (?:comment|reply).*|join\ the\ (?:conversation|discussion).*|post\ navigation|share(?:\ (?:this|on|via).{0,40})?|follow\ us.*|about\ the\ authors?.*|about\ author|author|written\ by.*|tags?|topics?|categories|filed\ under.*|newsletters?|subscribe.*|sign\ up.*|advertisement|sponsored.*|promoted.*|ad|references?\ and\ notes|contact(?:\ us)?|search|navigation|menu
      |voir\ (?:plus|aussi)|à\ lire\ aussi.*|lire\ aussi.*|sur\ le\ même\ (?:sujet|thème)|articles?\ (?:liés|similaires|connexes)|(?:les\ )?plus\ lus|commentaires?
      |(?:noticias|artículos|notas|temas|contenido)\ relacionad[oa]s?|te\ puede\ interesar|lea\ (?:también|además).*|más\ (?:leíd[oa]s|noticias|información)|comentarios|etiquetas|mehr\ zum\ thema|(?:das\ könnte|auch)\ (?:sie\ )?(?:auch\ )?interessier(?:t|en).*|lesen\ sie\ auch.*|kommentare|читайте\ также.*|по\ теме|новости\ по\ теме|相关(?:新闻|阅读|报道|文章)|相关链接|推荐阅读|延伸阅读|関連(?:記事|ニュース|リンク)|관련\ ?(?:기사|뉴스)
      )[\s:.…!»›>]*$""",
    re.X | re.I,
)

_SCRAP = re.compile(
    r"""^[\s>»›•*|\[(\-–—]*(?:
      advertisement|advertisements|advertising|ad|story\ continues\ below.*|article\ continues\ (?:below|after).*|continue\ reading.*|(?:read|see|watch|view|learn|find\ out)\ more|read\ more\s*[:|].*|read\ (?:also|next)\b.*|also\ read\b.*|see\ also\s*:.*|related\s*:.*|related\ (?:article|story|articles|stories|news|link|links|video|content)\b.{0,200}|more\s*:.*|watch\s*:.*|recommended\s*:?.{0,150}
      |share(?:\ (?:this|on|via)\b.{0,40})?|tweet|pin(?:\ it)?|print|email|e-mail|save|reply|like|comments?|\d+\ comments?|copy\ link|facebook|twitter|linkedin|whatsapp|pinterest|reddit|flipboard|telegram|messenger|x|link\ copied.*|copied|share\ full\ article|listen(?:\ to\ (?:this\ )?(?:article|story)).{0,40}|\d+\ min(?:ute)?s?\ (?:read|listen).{0,20}|loading.*|please\ wait.*|close|skip\ (?:to|ad|advert).{0,40}|sign\ (?:in|up)\b.{0,80}|log\ ?in\b.{0,40}|subscribe(?:\ (?:now|today|here|to)\b.{0,150})?|follow\ .{0,60}\ on\ (?:twitter|facebook|instagram|x|linkedin|google\ news|whatsapp).{0,100}|tags?\s*:.*|topics?\s*:.*|filed\ under\b.*|categories\s*:.*|posted\ (?:in|on|by)\b.{0,80}|back\ to\ top.*|top|home|next|previous|prev|click\ here\b.{0,80}|swipe.{0,30}|scroll\ .{0,40}|image(?:\ credit|\ source|\ caption|s)?\s*:.{0,150}|photos?(?:\ credit|\ by|graph)?\s*:.{0,150}|photo\ (?:by|credit)\b.{0,150}|(?:getty|ap|afp|reuters|shutterstock|istock)(?:\ (?:images|photo))?.{0,60}|(?:©|\(c\)|copyright)\ ?.{0,200}|all\ rights\ reserved.*|view\ (?:gallery|comments|image|photos|all).{0,40}|show\ (?:more|comments|less).{0,40}|load\ more.*|hide\ caption|toggle\ caption|enlarge(?:\ this\ image)?|play\ video|video\ (?:player|unavailable).{0,40}|now\ playing.*|up\ next.*|report\ (?:a\ typo|this\ ad|an\ error).{0,60}|download\ .{0,20}app.{0,60}|get\ .{0,40}newsletter.{0,100}|thank\ you\ for\ (?:reading|subscribing|signing).{0,100}|this\ (?:article|story)\ (?:was|has\ been)\ (?:originally|first)\ .{0,150}published.{0,150}
      |xem\ (?:thêm|tiếp|nhiều)|(?:xem|đọc)\ thêm\s*:.*|mời\ (?:độc\ giả|bạn\ đọc|quý\ vị|bạn|xem|đọc)\b.*(?:xem|đọc|theo\ dõi).*|đọc\ (?:thêm|tiếp)|từ\ khóa\s*:.*|từ\ khoá\s*:.*|tags\b.*|theo\ dõi\ .{0,80}\ trên\b.*|chia\ sẻ(?:\s*:.*)?|in\ bài(?:\ viết)?|gửi\ (?:bình\ luận|email|bài\ viết).*|bình\ luận(?:\ \(?\d*\)?)?|quay\ lại|trang\ chủ|về\ trang\ chủ|phiên\ bản\ di\ động|xin\ chờ\ trong\ giây\ lát.*|cỡ\ chữ.*|nghe\ (?:đọc\ )?bài.{0,40}|nguồn\s*:|quảng\ cáo|đăng\ ký\ .{0,80}|lượt\ xem.*|a{2,3}|a[+-]
      )[\s:.…!»›>|\])]*$""",
    re.X | re.I,
)
_POINTING = re.compile(r"^(?:>>+|»|►|▶|👉|⏩|➡)\s*\S")
_BYLINE_LINE = re.compile(
    r"^(?:by|bởi|tác giả|par|por|von|written by|reported by|reporting by|posted by|author|story by|words by)\s*[:\s]\s*[^\n.!?]{2,90}$",
    re.I,
)
_DATE_LINE = re.compile(
    r"^(?:(?:published|updated|posted|last\ updated|modified|first\ published|created|date|publié|mis\ à\ jour|cập\ nhật|ngày\ đăng|đăng\ ngày|on|at|am)\b[\s:]*)*"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+|thứ\s\S{2,4},?\s+(?:ngày\s+)?|chủ nhật,?\s+(?:ngày\s+)?)?"
    r"(?:\d{1,2}[:h]\d{2}.{0,20})?"
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?[^\W\d]{3,10}\.?,?\s+\d{4}|[^\W\d]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
    r"(?:[\s|,•·\-–—@]+.{0,50})?$",
    re.I,
)


def is_side_heading(text: str) -> bool:
    """Whether a heading opens a list of other stories, a comment section or the like."""
    return len(text) < 90 and _SIDE_HEADINGS.match(text) is not None


def is_scrap(text: str) -> bool:
    """Whether a block is no sentence of an article: a share button, invitation, byline, date, credit."""
    if len(text) > 260:
        return False
    if _SCRAP.match(text) or _POINTING.match(text):
        return True
    return len(text) < 110 and (_BYLINE_LINE.match(text) is not None or _DATE_LINE.match(text) is not None)


# ── Who signs ──────────────────────────────────────────────────────────────────────────────────────────────

_AGENCY = (
    r"TTXVN|VNA|Vietnam\+|VIETNAM\+|VietnamPlus|VNS|VNP|CVN|AVI|BNEWS|Bnews|AFP|AP|Reuters|Xinhua|THX|Tân Hoa Xã|Yonhap|TASS|Tass|Sputnik|RIA"
    r"|Kyodo|Bernama|ANTARA|Antara|KPL|CNA|VOV|VTV|TTO|VnExpress|VNE|SKĐS|PLVN|Prensa Latina|EFE|ANSA|DPA|dpa|UPI|CNN|BBC|WHO|UNICEF"
)
_AGENCIES = re.compile(rf"(?<!\w)(?:{_AGENCY})(?!\w)")
_SIGNED = re.compile(
    rf"^[-–—\s(\[]*(?:(?:theo|nguồn|source|tin|par|por)\b\s*:?\s*)?(?P<who>[^()/\n]{{0,80}}?)\s*[(/\-–—]?\s*(?P<agency>(?:{_AGENCY})(?:\s*[/,&-]\s*(?:{_AGENCY}))*)[\s)\].]*$",
    re.I,
)
_THEO = re.compile(
    r"^\(?(?:theo|nguồn|source|nguồn tin|bài và ảnh|tin, ảnh|tin và ảnh|bài, ảnh|tin ảnh|thực hiện|tổng hợp)\b\s*:?\s*(?P<who>[^\n]{2,60}?)\)?[.\s]*$",
    re.I,
)
_NAME = re.compile(
    r"^(?:[A-ZĐÀ-ÖØ-ÞĂƠƯẠ-Ỹ][\w.'’-]*)(?:\s+[A-ZĐÀ-ÖØ-ÞĂƠƯẠ-Ỹ][\w.'’-]*){0,5}(?:\s*[-–,/&]\s*(?:[A-ZĐÀ-ÖØ-ÞĂƠƯẠ-Ỹ][\w.'’-]*)(?:\s+[A-ZĐÀ-ÖØ-ÞĂƠƯẠ-Ỹ][\w.'’-]*){0,5}){0,2}$"
)
_PREFIX = re.compile(
    r"^(?:\(\s*(?:[A-ZĐ][A-ZĐa-z]{1,7}(?:\.[A-Za-z]{2,4})?|[A-ZĐ]{2,8}\s[A-ZĐ]{2,8})\s*\)|(?:[A-ZĐ]{2,6}(?:\.VN|\.vn|\.com|\.net)?|VOV\.VN|VTV\.vn|Dân trí|Vietnam\+))\s*[-–—]\s*(?=\S)"
)
_PREFIX_PLACES = re.compile(r"^\(?(?:HÀ NỘI|HANOI|UBND|WHO|TPHCM|HCMC|LHQ|UN|EU|ASEAN|COVID)\b")
_DATELINE = re.compile(
    r"^[^\W\d_][^()\n]{1,60}\((?P<agency>VNA|TTXVN|Xinhua|AFP|AP|Reuters|VOVworld|VOVWORLD|VOV5|VOV|VNS|KPL|TASS|Yonhap|Prensa Latina|AVI)\)\s*[-–—]+\s*"
)
_CREDIT = re.compile(
    r"\(?\b(?:ảnh(?:\s*(?:minh họa|minh hoạ|tư liệu|internet))?|tin,? ảnh|nguồn ảnh|nguồn|photos?|photo credit|image|crédit photo|foto)\s*:\s*[^()\n]{1,60}\)?\s*\.?$|\((?:ảnh|photo|nguồn|source)[^()\n]{0,60}\)\s*\.?$",
    re.I,
)
_SCENE = re.compile(
    r"phát biểu tại|tại buổi|tại lễ|tại cuộc|tại hội|quang cảnh|toàn cảnh|chụp ảnh|lưu niệm|bắt tay|trao (?:quà|tặng|bằng|kỷ niệm)|tặng (?:quà|hoa)|ký kết|chủ trì|tham quan|thăm hỏi|đứng giữa|bên (?:trái|phải)|từ (?:trái|phải)|ngoài cùng|ảnh minh h|tiếp ngài|tiếp đại sứ|tiếp đoàn"
    r"|\((?:left|right|centre|center|l|r|third|second|from left)[^)]*\)|pictured|poses? (?:for|with)|shakes? hands|at the (?:meeting|ceremony|event|signing)|attend(?:s|ing) the",
    re.I,
)
_CRUMB = re.compile(r"^(?:trang chủ|trang nhất|home|accueil|inicio|главная|首页)\b(?!.*[.!?]$)", re.I)
_CRUMB_SEPARATOR = re.compile(r"\s[›»>/]\s")
_SLUG = re.compile(r"^[a-z0-9]+(?:[ -][a-z0-9]+){3,}$")


def signature(text: str) -> tuple[str | None, str | None]:
    """Who signs a line such as `Theo Thu Hà/TTXVN`: the person and the agency, each None when not named.

    (None, None) for a line that is no signature.
    """
    line = text.strip()
    if not line or len(line) > 120:
        return None, None
    found = _SIGNED.match(line)
    if found:
        who = found["who"].strip(" -–—/,:()")
        names = list(dict.fromkeys(re.split(r"\s*[/,&]\s*", found["agency"])))
        agency = names[0]
        if not who:
            return None, agency
        if _NAME.match(who):
            return who, agency
        return None, None
    found = _THEO.match(line)
    if found and len(found["who"].split()) <= 6:
        who = found["who"].strip(" -–—/,:")
        return (who, None) if _NAME.match(who) else (None, None)
    return None, None


def is_name(text: str) -> bool:
    """Whether a short line is nothing but one or two names, as a signature under an article is."""
    words = text.split()
    return 1 < len(words) <= 7 and len(text) <= 50 and _NAME.match(text.strip(" .()")) is not None


def lead_prefix(text: str) -> tuple[str, str | None]:
    """A lead without the newspaper's mark (`SKĐS - `, `VOV.VN - `, `(PLVN) - `), and the mark."""
    found = _PREFIX.match(text)
    if found is None or _PREFIX_PLACES.match(text) or found.end() > len(text) - 10:
        return text, None
    return text[found.end() :], found.group().strip(" -–—()")


def dateline_agency(text: str) -> str | None:
    """The agency in a dateline: `Hanoi (VNA) – …`, `Hanoï, 21 juillet (VNA) - …`."""
    found = _DATELINE.match(text)
    return found["agency"] if found else None


def split_credit(text: str) -> tuple[str, str | None]:
    """A caption and the credit at its end: `… tại Paris. (Ảnh: Thu Hà/Vietnam+)`."""
    found = _CREDIT.search(text)
    if found is None:
        return text, None
    credit = re.sub(r"^[(\s]*[^:(]*:\s*|[)\s.]+$", "", found.group()).strip()
    return text[: found.start()].rstrip(), credit or None


def caption_evidence(text: str, title: str = "") -> int:
    """How much the words of a short block speak for a caption (0 nothing … 4 certain)."""
    if len(text) > 300:
        return 0
    if _CREDIT.search(text):
        return 4
    if title and len(title) > 20 and text.rstrip(" .") == title.rstrip(" ."):
        return 4
    if len(text) > 190 or len(re.findall(r"[.!?](?:\s|$)", text)) > 1:
        return 0
    return 2 if _SCENE.search(text) else 1


def is_crumbs(text: str) -> bool:
    """A breadcrumb trail in one line: `Trang chủ Văn hóa - Du lịch Khỏe đẹp`, `Home › News › Health`."""
    return len(text) < 150 and (_CRUMB.match(text) is not None or len(_CRUMB_SEPARATOR.findall(text)) >= 2)


def is_slug(text: str) -> bool:
    """A picture's file name in words: `infographic dau hieu nhan biet lu quet`."""
    return len(text) < 200 and _SLUG.match(text) is not None


def doubled(text: str) -> str | None:
    """The text that a line says twice (`X X`: a related link's picture and its words), or None."""
    half, odd = divmod(len(text), 2)
    if odd and half >= 4 and text[half] == " " and text[:half] == text[half + 1 :]:
        return text[:half]
    return None


def ends_story(text: str) -> bool:
    """The mark at the very end of an agency's story: `./.`, `-VNA`, `- AVI`."""
    return (
        text.endswith(("./.", "./. ", ". /.", "/."))
        or re.search(r"[-–—]\s?(?:VNA|AVI|TTXVN|VNS)\.?$", text) is not None
    )
