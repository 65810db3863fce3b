"""Phrases of furniture: headings of side lists, share buttons, invitations, bylines and date lines (pure).

Each list is anchored at both ends, so a sentence that merely contains such words is not touched, and every
repetition is bounded. The patterns try hundreds of phrases one after another, and hardly any block matches: each is
asked only of a text that begins, or holds a word, as one of its phrases does.
"""

import re

# The first three characters (`_` for a space; all, where a phrase is shorter) of whatever the two patterns below match
# behind their bullets; a digit may always begin one. tests/test_pipeline_reading_phrases.py
# holds them against the patterns.
_BULLETS = " \t\n\r\f\v\u00a0>»›•*|:[(-–—"
_SIDE_WORDS = """
    abo ad adv all als art auc aut bre bài bìn cat chi chủ com con các có_ das don edi eti fea fil fin fol fur in_ joi
    kee kom lat lea les lir meh men mor mos mul más mời nav new ngu not on_ oth plu pop pos pro rea rec ref rel sea see
    sha sig spo sub sur tab tag te_ tem thă thi thư thẻ tin top tre từ_ up_ vid vie voi wat wha wri xem xuấ you à_l ý_k
    đọc ảnh нов по_ чит 延伸阅 推荐阅 相关报 相关文 相关新 相关链 相关阅 関連ニ 関連リ 関連記 관련_ 관련기 관련뉴
"""
_SCRAP_WORDS = """
    c) aa a+ a- ad adv afp all als ap art bac bìn cat chi cli clo com con cop cỡ_ dow e-m ema enl fac fil fin fli fol
    get gửi hid hom htt ima in_ ist lea lik lin lis loa log lượ mes mor mời nex ngh ngu now oop phi pho pin pla ple pos
    pre pri pub qua quả rea rec red rel rep reu sav scr see sha sho shu sig ski sto sub swi tag tel tha the thi tog top
    tra twe twi unl từ_ up_ vid vie về_ wat wha x xem xin © đăn đọc
    nội alr not bạn gif pol qui thă qué gói nếu đã_ chư bài you tin trì tim col cra mat jou bản đã
"""
_SIDE_BEGINNINGS, _SCRAP_BEGINNINGS = (
    frozenset(word.replace("_", " ") for word in words.split()) for words in (_SIDE_WORDS, _SCRAP_WORDS)
)

_SIDE_HEADINGS = re.compile(
    r"""^[\s>»›•*|:\-–—]*(?:
      tin\ (?:bài\ )?liên\ quan|tin\ (?:bài\ )?khác|các\ tin\ (?:bài\ )?(?:khác|liên\ quan|cùng.*)|các\ (?:bài
      |tin)(?:\ viết)?\ (?:khác|liên\ quan|cùng.*)|(?:bài|tin)(?:\ viết)?\ (?:liên\ quan|cùng\ (?:chủ\ đề
      |chuyên\ mục)|đọc\ nhiều|xem\ nhiều|mới(?:\ nhất)?|nổi\ bật)
      |đọc\ (?:nhiều(?:\ nhất)?|thêm|tiếp)|xem\ (?:nhiều(?:\ nhất)?|thêm|tiếp)|mời\ (?:xem|đọc|độc\ giả
      |bạn\ đọc).*|có\ thể\ bạn\ quan\ tâm|chủ\ đề(?:\ liên\ quan)?|từ\ khóa|từ\ khoá|thẻ|thăm\ dò\ ý\ kiến
      |ý\ kiến(?:\ của\ bạn|\ bạn\ đọc)?|bình\ luận.*|chia\ sẻ|xuất\ bản\ thông\ tin|tin\ nổi\ bật|video|ảnh
      |thư\ viện\ (?:ảnh|video)|multimedia|nguồn
      |related(?:\ (?:articles?|stories|story|posts?|news|content|links?|topics?|coverage|reading|videos?|tags?
      |resources|products))?|(?:read|see|watch|view|find|learn)\ (?:more|also|next).{0,40}|more\ (?:from|on|in
      |stories|news|like\ this|articles|about|coverage|to\ read).{0,60}|(?:most|also)\ (?:read|popular|viewed
      |shared|recent|in|on).{0,30}|popular(?:\ (?:posts?|articles|stories|now|news))?|trending(?:\ (?:now
      |stories|news|topics))?|recommended(?:\ .{0,30})?|you\ (?:may|might|could)\ (?:also\ )?(?:like|enjoy
      |be\ interested)(?:\ in\ the\ following)?.{0,25}|(?:latest|recent|top|breaking|featured
      |other)\ (?:news|stories|articles|posts
      |headlines|videos|comments)(?:\ .{0,30})?|editors?['’]?s?\ (?:picks?|choice)|don['’]t\ miss|up\ next
      |what\ to\ read\ next|keep\ reading|further\ reading|in\ this\ (?:article|story|section)
      |table\ of\ contents|contents|on\ this\ page
      |comments?(?:\ \(?\d*\)?)?|(?:add|post|write)\ a\ comment.{0,20}|all\ comments\ .{0,30}
      |this\ (?:article|story)\ is\ (?:exclusive|only\ available)\ (?:to|for)\ .{0,60}
      |\d+\ (?:comments?|responses?|thoughts?\ on.*)|leave\ a\ (?:comment|reply).*
      |join\ the\ (?:conversation|discussion).*|post\ navigation|share(?:\ (?:this|on|via).{0,40})?|follow\ us.*
      |about\ the\ authors?.*|about\ author|author|written\ by.*|tags?|topics?|categories|filed\ under.*
      |newsletters?|subscribe.*|sign\ up.*|advertisement|sponsored.*|promoted.*|ad|references?\ and\ notes
      |contact(?:\ us)?|search|navigation|menu
      |voir\ (?:plus|aussi)|à\ lire\ aussi.*|lire\ aussi.*|sur\ le\ même\ (?:sujet|thème)|articles?\ (?:liés
      |similaires|connexes)|(?:les\ )?plus\ lus|commentaires?
      |(?:noticias|artículos|notas|temas|contenido)\ relacionad[oa]s?|te\ puede\ interesar|lea\ (?:también
      |además).*|más\ (?:leíd[oa]s|noticias|información)|comentarios|etiquetas|mehr\ zum\ thema|(?:das\ könnte
      |auch)\ (?:sie\ )?(?:auch\ )?interessier(?:t|en).*|lesen\ sie\ auch.*|kommentare|читайте\ также.*|по\ теме
      |новости\ по\ теме|相关(?:新闻|阅读|报道|文章)|相关链接
      |推荐阅读|延伸阅读|関連(?:記事|ニュース|リンク)|관련\ ?(?:기사|뉴스)
      )[\s:.…!»›>]*$""",
    re.X | re.I,
)

_CONTENTS = re.compile(r"[\s>»›•*|:\-–—]*(?:table of )?contents|[\s>]*(?:in|on) this (?:article|page|story)", re.I)
_COMMENTS = re.compile(
    r"[\s>»›•*|:\-–—]*(?:(?:add|post|write|leave) a (?:comment|reply)|all comments? |\d+ (?:comments?|responses?)\b"
    r"|join the (?:conversation|discussion)|(?:gửi |viết )?bình luận)",
    re.I,
)

_SCRAP = re.compile(
    r"""^[\s>»›•*|\[(\-–—]*(?:
      advertisement|advertisements|advert|image\ \d+\ of\ \d+|publish\ date\s*:?|https?://\S+|advertising|ad
      |story\ continues\ below.*|article\ continues\ (?:below|after).*|continue\ reading.*|(?:read|see|watch
      |view|learn|find\ out)\ more|read\ more\s*[:|].*|read\ (?:also|next)\b.*|also\ read\b.*|see\ also\s*:.*
      |related\s*:.*|related\ (?:article|story|articles|stories|news|link|links|video|content)\b.{0,200}
      |more\s*:.*|watch\s*:.*|recommended\s*:?.{0,150}
      |share(?:\ (?:this|on|via)\b.{0,40})?|tweet|pin(?:\ it)?|print|email|e-mail|save|reply|like|comments?
      |\d+\ comments?|copy\ link|facebook|twitter|linkedin|whatsapp|pinterest|reddit|flipboard|telegram
      |messenger|x|link\ copied.*|copied|share\ full\ article|listen(?:\ to\ (?:this\ )?(?:article
      |story)).{0,40}|\d+\ min(?:ute)?s?\ (?:read|listen).{0,20}|loading\W*|please\ wait\W*|close|skip\ (?:to|ad
      |advert).{0,40}|sign\ (?:in|up)\b.{0,80}|log\ ?in\b.{0,40}|subscribe(?:\ (?:now|today|here|to)\b.{0,150})?
      |follow\ .{0,60}\ on\ (?:twitter|facebook|instagram|x|linkedin|google\ news|whatsapp).{0,100}|tags?\s*:.*
      |topics?\s*:.*|filed\ under\b.*|categories\s*:.*|posted\ (?:in|on|by)\b.{0,80}|back\ to\ top.*|top|home
      |next|previous|prev|click\ here\b.{0,80}|swipe.{0,30}|scroll\ .{0,40}|image(?:\ credit|\ source|\ caption
      |s)?\s*:.{0,150}|photos?(?:\ credit|\ by|graph)?\s*:.{0,150}|photo\ (?:by|credit)\b.{0,150}|(?:getty|ap
      |afp|reuters|shutterstock|istock)(?:\ (?:images|photos?))?(?:\s*[/,|–-].{0,40}|\ via\ .{0,30})?|(?:©|\(c\)
      |copyright)\ ?.{0,200}
      |all\ rights\ reserved.*|view\ (?:gallery|comments|image|photos|all).{0,40}|show\ (?:more|comments
      |less).{0,40}|load\ more.*|hide\ caption|toggle\ caption|enlarge(?:\ this\ image)?|play\ video
      |video\ (?:player|unavailable).{0,40}|now\ playing.*|up\ next\W*|report\ (?:a\ typo|this\ ad
      |an\ error).{0,60}|download\ .{0,20}app.{0,60}|get\ .{0,40}newsletter.{0,100}
      |thank\ you!\ .{0,60}\b(?:inbox|e-?mail|submi\w+|received|subscri\w+).{0,60}
      |(?:oops!?\ )?there\ was\ an\ (?:issue|error|problem)\ .{0,60}|oops!\ .{0,80}
      |get\ started(?:\ (?:for\ free|now|today))?|unlock\ this\ (?:article|story)\b.{0,200}|thank\ you\ for\ (?:reading
      |subscribing|signing).{0,100}|this\ (?:article|story)\ (?:was|has\ been)\ (?:originally
      |first)\ .{0,150}published.{0,150}
      |xem\ (?:thêm|tiếp|nhiều)|(?:xem|đọc)\ thêm\s*:.*|mời\ (?:độc\ giả|bạn\ đọc|quý\ vị|bạn|xem|đọc)\b.*(?:xem
      |đọc|theo\ dõi).*|đọc\ (?:thêm|tiếp)|từ\ khóa\s*:.*|từ\ khoá\s*:.*|tags\b.*|theo\ dõi\ .{0,80}\ trên\b.*
      |chia\ sẻ(?:\s*:.*)?|in\ bài(?:\ viết)?|gửi\ (?:bình\ luận|email|bài\ viết).*|bình\ luận(?:\ \(?\d*\)?)?
      |quay\ lại|trang\ chủ|về\ trang\ chủ|phiên\ bản\ di\ động|xin\ chờ\ trong\ giây\ lát.*|cỡ\ chữ.*
      |nội\ dung\ tiếp\ tục\ sau.*|(?:already|not\ yet)\ an?\ (?:subscriber|member).*|bạn\ còn\ .{0,40}chưa\ đọc.*
      |gift\ this\ (?:article|story).*|(?:poll|quiz|thăm\ dò)\s*:.*|quét\ mã\ (?:qr\ )?.{0,80}
      |gói\ (?:tháng|năm)\b.{0,80}
      |(?:nếu\ )?(?:bạn\ )?(?:đã|chưa)\ có\ tài\ khoản.*|get\ the\ .{0,40}\ app\b.{0,60}|bài\ viết\ có\ sự\ đồng\ hành.*
      |you\ have\ .{0,20}(?:free\ )?articles?\ (?:left|remaining).*|bạn\ đang\ đọc\ bài\ (?:viết\ )?miễn\ phí.*
      |(?:tin|bài|bài\ viết)\ liên\ quan\s*:.*|(?:related|xem\ thêm|đọc\ thêm)\b.{0,150}\].{0,150}
      |trình\ duyệt\ của\ bạn\ không\ hỗ\ trợ.*|your\ browser\ does\ not\ support.*
      |(?:the\ wayback\ machine|timestamps?)\b.{0,200}|collected\ by\b.{0,200}|crawl\ data\ donated.{0,200}
      |materials?\ provided\ by\b.{0,200}|journal\ reference\s*:.*
      |print(?:er)?\ (?:friendly\ )?version|view\ mobile\ version|bản\ in
      |nghe\ (?:đọc\ )?bài.{0,40}|nguồn\s*:|quảng\ cáo|đăng\ ký\ .{0,80}|lượt\ xem.*|a{2,3}|a[+-]
      )[\s:.…!»›>|\])]*$""",
    re.X | re.I,
)
_POINTING = re.compile(r"^(?:>>+|»|►|▶|👉|⏩|➡|→)\s*\S")
_POINTERS = frozenset(">»►▶👉⏩➡→")
_DIGIT = re.compile(r"\d")
_BYLINE_LINE = re.compile(
    r"^(?:by|By|BY|[Bb]ởi|Tác giả|TÁC GIẢ|Par|PAR|Por|POR|Von|(?:[Ww]ritten|[Rr]eported|[Rr]eporting|[Pp]osted"
    r"|[Ss]tory|[Ww]ords|[Ee]dited|[Rr]eviewed) [Bb]y|[Aa]uthor)"
    r"(?:\s*:)?\s+[A-ZÀ-ÞĐĂÂÊÔƠƯẠ-Ỹ@][^\n!?]{1,80}$"
)
_DATE_LINE = re.compile(
    r"^(?:(?:published|updated|posted|last\ updated|modified|first\ published|created|date|publié|mis\ à\ jour"
    r"|cập\ nhật|ngày\ đăng|đăng\ ngày|on|at|am)\b[\s:]*)*"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+|thứ\s\S{2,4},?\s+(?:ngày\s+)?"
    r"|chủ nhật,?\s+(?:ngày\s+)?)?"
    r"(?:\d{1,2}[:h]\d{2}.{0,20})?"
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?[^\W\d]{3,10}\.?,?\s+\d{4}"
    r"|[^\W\d]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
    r"(?:[\s|,•·\-–—@]+.{0,50})?$",
    re.I,
)


def is_side_heading(text: str) -> bool:
    """Whether a heading opens a list of other stories, a comment section or the like."""
    return len(text) < 90 and _may_begin(text, _SIDE_BEGINNINGS) and _SIDE_HEADINGS.match(text) is not None


def opens_contents(heading: str) -> bool:
    """Whether a heading of a side list is the one over an article's contents: its text may follow in the same box."""
    return _CONTENTS.match(heading) is not None


def opens_comments(heading: str) -> bool:
    """Whether a heading of a side list is the one over what readers write: behind it an article is over."""
    return _COMMENTS.match(heading) is not None


def _may_begin(text: str, beginnings: frozenset[str]) -> bool:
    """Whether a text begins, bullets aside, as one of the phrases does."""
    start = text.lstrip(_BULLETS)[:3].lower()
    return start in beginnings or start[:2] in beginnings or start[:1] in beginnings or start[:1].isdecimal()


def is_scrap(text: str) -> bool:
    """Whether a block is no sentence of an article: a share button, invitation, byline, date, credit."""
    if len(text) > 260:
        return False
    if "©" in text and len(text) < 200:
        return True
    if _may_begin(text, _SCRAP_BEGINNINGS) and _SCRAP.match(text):
        return True
    if text[:1] in _POINTERS and _POINTING.match(text):
        return True
    return len(text) < 110 and (
        (len(text) < 80 and len(text.split()) <= 10 and _BYLINE_LINE.match(text) is not None)
        or (_DIGIT.search(text) is not None and _DATE_LINE.match(text) is not None)
    )


_COOKIES = re.compile(
    r"\b(?:we|this (?:web)?site|our (?:web)?site|(?:web)?site) uses? (?:\w+ ){0,3}cookies|\bcookies? (?:policy"
    r"|settings|preferences|notice|consent)|\b(?:accept|all|necessary|use of|essential|these|functional"
    r"|analytical) cookies|\bcookies (?:are|that|may|to|help|on your)|sử dụng cookie",
    re.I,
)
_BIO = re.compile(
    r"^\(?(?:[A-Z][\w.'’-]*\s){1,5}(?:\([^()]{1,40}\)\s|,[^,.]{1,60},\s)?(?:(?:is|was) (?:an?|the|our|currently"
    r"|[A-Z][\w’']+) .{0,80}\b(?:writer|editor|reporter|journalist|correspondent|contributor|columnist"
    r"|freelancer?|blogger)\b|(?:writes|reports|blogs) (?:about|on|for)\b|covers \w+ (?:for|at)\b)"
)
_PITCH = re.compile(
    r"""\b(?:subscribe\ to\ (?:our|the|my)\b|newsletters?\ (?:here|below|today|now)\b|(?:our|my|free|daily
        |weekly)\ (?:\w+\ ){0,2}newsletters?\b|newsletters?\.$|sign(?:ing)?\ up\ (?:for|to)\ (?:our|the|my
        |receive|get)\b|follow\ (?:us|me|him|her|them|@?\w+(?:\ \w+)?)\ (?:on|at)\ (?:@|twitter|facebook
        |instagram|linkedin|x\b|bluesky|threads|tiktok|youtube|telegram)|follow\ @|find\ us\ on\b|(?:contains?
        |are)\ (?:\w+\ )?affiliate\ links|earn\ (?:us\ |me\ )?an?\ (?:\w+\ ){0,2}commission
        |please\ consider\ (?:liking|sharing|subscribing|following|donating)
        |for\ (?:general\ )?information(?:al)?\ purposes\ only\b|delivered\ (?:\w+\ )?(?:to|through)\ your\b
        |(?:start|begin|try)\ (?:your|our|a)\ free\ (?:\w+\ )?trial\b|book\ an?\ (?:free\ )?demo\b
        |(?:talk|speak)\ (?:to|with)\ our\ (?:team|experts?|sales)\b|no\ credit\ card\ (?:is\ )?(?:required|needed)
        |by\ (?:checking\ this\ box|submitting\ this\ form)\b|to\ read\ the\ (?:rest|full)\ .{0,30}\bsubscribe
        |all\ rights\ reserved|subject\ to\ copyright|may\ be\ reached\ at|have\ a\ (?:news\ )?tip\b
        |download\ (?:our|the)\ app\b|theo\ dõi\ .{2,40}\ trên\b|đăng\ ký\ (?:nhận|theo\ dõi)\b)
    |^(?:citation:|associated\ press\ writers?|(?:additional\ )?reporting\ by|this\ (?:post|article|blog)\ (?:contains
        |may\ contain)|like\ this\ (?:article|story|post)|if\ you\ (?:liked|enjoyed)\ (?:this|reading|our)\b
        |write\ to\ \w+\ .{0,40}@|e-?mail\ .{0,60}@)""",
    re.X | re.I,
)


_CONSENT = re.compile(
    r"\b(?:we|us) and (?:our|\d+) .{0,20}partners?\b|\b(?:stor(?:e|ing)|access)\b.{0,40}\binformation"
    r" on (?:your|a) device"
    r"|\b(?:we|by) .{0,30}\byour privacy\b|\bwithdraw your consent|\blegitimate interest|\byou(?:r)? consent\b"
    r"|\baccepted? (?:the )?(?:use of )?cookies|\bpersonali[sz]ed (?:advertising|ads)\b.{0,80}\bcontent\b"
    r"|\bwith your (?:permission|agreement|consent)\b.{0,30}\b(?:we|our partners)\b"
    r"|(?:chính sách|quyền) (?:bảo vệ dữ liệu|riêng tư|bảo mật)|(?:lưu trữ|truy cập).{0,40}thông tin trên thiết bị"
    r"|(?:sử dụng|chấp nhận|tất cả|dùng) cookies?\b",
    re.I,
)
_CONSENT_WORDS = (
    "ookie",
    "partner",
    "consent",
    "rivacy",
    "legitimate",
    "device",
    "personali",
    "riêng tư",
    "dữ liệu",
    "thiết bị",
)


def is_consent(text: str) -> bool:
    """Whether a paragraph is of a site's dialog about cookies and data."""
    return any(word in text for word in _CONSENT_WORDS) and bool(
        _COOKIES.search(text[:400]) or _CONSENT.search(text[:400])
    )


# One of these stands in any pitch, or at its beginning; looking for them is much faster than the pattern.
_PITCH_WORDS = (
    *("newsletter", "subscribe to", "sign up", "signing up", "follow", "find us", "affiliate", "commission"),
    *("rights reserved", "copyright", "reached at", "have a ", "download ", "please consider", "purposes only"),
    *("delivered ", "free trial", "day trial", " demo", "our team", "our expert", "our sales", "credit card"),
    *("this box", "this form", "to read the", "theo dõi", "đăng ký"),
)
_PITCH_BEGINNINGS = (
    *("citation:", "associated press", "reporting by", "additional reporting by", "this ", "like this", "write to"),
    *("email ", "e-mail ", "if you "),
)


def is_pitch(text: str) -> bool:
    """Whether a paragraph at the edge of an article sells the site, asks for something, or presents its author."""
    if len(text) > 700:
        return False
    if _BIO.match(text):
        return True
    if len(text) > 420:
        return False
    low = text.lower()
    if not low.startswith(_PITCH_BEGINNINGS):
        for word in _PITCH_WORDS:
            if word in low:
                break
        else:
            return False
    return _PITCH.search(text) is not None
