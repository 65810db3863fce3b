"""What news text says around its text, in Vietnamese first and in the languages of the partners (pure).

Prefixes of leads, datelines, signatures of agencies, credits, captions, breadcrumbs: the phrases are those of the
press, and every pattern is anchored or bounded so that it runs in linear time.
"""

import re

# ── Who signs ──────────────────────────────────────────────────────────────────────────────────────────────

_AGENCY = (
    r"TTXVN|VNA|Vietnam\+|VIETNAM\+|VietnamPlus|VNS|VNP|CVN|AVI|BNEWS|Bnews|AFP|AP|Reuters|Xinhua|THX|Tân Hoa Xã"
    r"|Yonhap|TASS|Tass|Sputnik|RIA"
    r"|Kyodo|Bernama|ANTARA|Antara|KPL|CNA|VOV|VTV|TTO|VnExpress|VNE|SKĐS|PLVN|Prensa Latina|EFE|ANSA|DPA|dpa"
    r"|UPI|CNN|BBC|WHO|UNICEF"
)
_SIGNED = re.compile(
    rf"^[-–—\s(\[]*(?:(?:theo|nguồn|source|tin|par"
    rf"|por)\b\s*:?\s*)?(?P<who>[^()/\n]{{0,80}}?)\s*[(/\-–—]?\s*(?:[Tt]heo\s+)?(?P<agency>(?:{_AGENCY})(?:\s*[/,&-]\s*(?:{_AGENCY}))*)[\s)\].]*$",
    re.I,
)
_THEO = re.compile(
    r"^\(?(?:theo|nguồn|source|nguồn tin|bài và ảnh|tin, ảnh|tin và ảnh|bài, ảnh|tin ảnh|thực hiện"
    r"|tổng hợp)\b\s*:?\s*(?P<who>[^\n]{2,60}?)\)?[.\s]*$",
    re.I,
)
_NAME = re.compile(
    r"^(?:[A-ZĐÀ-ÖØ-ÞĂƠƯẠ-Ỹ][\w.'’-]*)(?:\s+[A-ZĐÀ-ÖØ-ÞĂƠƯẠ-Ỹ][\w.'’-]*){0,5}(?:\s*[-–,/&]\s*(?:[A-ZĐÀ-ÖØ-ÞĂƠƯẠ-Ỹ][\w.'’-]*)(?:\s+[A-ZĐÀ-ÖØ-ÞĂƠƯẠ-Ỹ][\w.'’-]*){0,5}){0,2}$"
)
_PREFIX = re.compile(
    r"^(?:\(\s*(?:[A-ZĐ][A-ZĐa-z]{1,7}(?:\.[A-Za-z]{2,4})?|[A-ZĐ]{2,8}\s[A-ZĐ]{2,8})\s*\)|(?:[A-ZĐ]{2,6}(?:\.VN"
    r"|\.vn|\.com|\.net)?|VOV\.VN|VTV\.vn|Dân trí|Vietnam\+))\s*[-–—]\s*(?=\S)"
)
_PREFIX_PLACES = re.compile(r"^\(?(?:HÀ NỘI|HANOI|UBND|WHO|TPHCM|HCMC|LHQ|UN|EU|ASEAN|COVID)\b")
_DATELINE = re.compile(
    r"^[^\W\d_][^()\n]{1,60}\((?P<agency>VNA|TTXVN|Xinhua|AFP|AP|Reuters|VOVworld|VOVWORLD|VOV5|VOV|VNS|KPL|TASS"
    r"|Yonhap|Prensa Latina|AVI)\)\s*[-–—]+\s*"
)
_CREDIT = re.compile(
    r"\(?\b(?:ảnh(?:\s*(?:minh họa|minh hoạ|tư liệu|internet))?|tin,? ảnh|nguồn ảnh|nguồn|photos?|photo credit"
    r"|image|crédit photo|foto)\s*:\s*[^()\n]{1,60}\)?\s*\.?$|\((?:ảnh|photo|nguồn|source|AP|Reuters|AFP|Getty"
    r"|EPA)\b[^()\n]{0,60}\)\s*\.?$",
    re.I,
)
_CREDIT_WORDS = (*("ảnh", "nguồn", "photo", "image", "foto", "(source", "(ap", "(reuters", "(afp", "(getty", "(epa"),)
_LONGEST_CREDIT = 90
_SCENE = re.compile(
    r"phát biểu tại|tại buổi|tại lễ|tại cuộc|tại hội|quang cảnh|toàn cảnh|chụp ảnh|lưu niệm|bắt tay|trao (?:quà"
    r"|tặng|bằng|kỷ niệm)|tặng (?:quà|hoa)|ký kết|chủ trì|tham quan|thăm hỏi|đứng giữa|bên (?:trái|phải)"
    r"|từ (?:trái|phải)|ngoài cùng|ảnh minh h|tiếp ngài|tiếp đại sứ|tiếp đoàn"
    r"|\((?:left|right|centre|center|l|r|third|second|from left)[^)]*\)|pictured|poses? (?:for|with)"
    r"|shakes? hands|at the (?:meeting|ceremony|event|signing)|attend(?:s|ing) the",
    re.I,
)
_PHOTO = re.compile(r"\b(?:file photo|AP Photo|Getty Images|Reuters/|AFP via)\b|^Ảnh minh h[oọ]")
_PHOTO_WORDS = ("photo", "Photo", "Getty", "Reuters/", "AFP via", "Ảnh minh")  # one of them is in each
# A sentence that tells what was said or done when is the story's own, however short.
_TOLD = re.compile(
    r"^(?:phát biểu|tại|theo|sau|trước|trong|ngày|chiều|sáng|tối|cũng|đây là|speaking|addressing|at the|during"
    r"|after|on \w+day)\b|\b(?:cho biết|nhấn mạnh|khẳng định|cho rằng|bày tỏ|đề nghị|đề xuất|said|told|added"
    r"|stressed)\b",
    re.I,
)
_STOP = re.compile(r"[.!?](?:\s|$)")
_CRUMB = re.compile(r"^(?:trang chủ|trang nhất|home|accueil|inicio|главная|首页)\b(?!.*[.!?]$)", re.I)
_CRUMB_SEPARATOR = re.compile(r"\s[›»>/]\s")
_SLUG = re.compile(r"^[a-z0-9]+(?:[ -][a-z0-9]+){3,}$")


# What a line that an agency signs ends with, brackets and dots aside: much faster to ask than the pattern.
_AGENCIES = tuple(name.replace("\\", "").lower() for name in _AGENCY.split("|"))


def signature(text: str) -> tuple[str | None, str | None]:
    """Who signs a line such as `Theo Thu Hà/TTXVN`: the person and the agency, each None when not named.

    (None, None) for a line that is no signature.
    """
    line = text.strip()
    if not line or len(line) > 120:
        return None, None
    found = _SIGNED.match(line) if line.rstrip(" )].\t\r\n\u00a0").lower().endswith(_AGENCIES) else None
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


def without_mark(text: str) -> str:
    """A lead without the newspaper's mark before it: `SKĐS - `, `VOV.VN - `, `(PLVN) - `."""
    found = _PREFIX.match(text)
    if found is None or _PREFIX_PLACES.match(text) or found.end() > len(text) - 10:
        return text
    return text[found.end() :]


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


def is_caption(text: str, title: str = "") -> bool:
    """Whether a block is certainly a caption: it ends with a credit, names its agency, or repeats the title."""
    length = len(text)
    if length > 400:
        return False
    if any(word in text for word in _PHOTO_WORDS) and _PHOTO.search(text):
        return True
    if length <= 300:
        start = max(0, length - _LONGEST_CREDIT)
        # No credit is without a colon or a bracket, nor without one of the words it begins with.
        if text.find(":", start) >= 0 or text.find("(", start) >= 0:
            end = text[start:].lower()
            if any(word in end for word in _CREDIT_WORDS) and _CREDIT.search(text, start):
                return True
    return len(title) > 20 and text.rstrip(" .") == title.rstrip(" .")


def caption_evidence(text: str, title: str = "") -> int:
    """How much the words of a short block speak for a caption (0 nothing … 4 certain)."""
    if len(text) > 400:
        return 0
    if is_caption(text, title):
        return 4
    if len(text) > 190 or len(_STOP.findall(text)) > 1 or _TOLD.search(text):
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


_END_MARK = re.compile(r"\s*[-–—]\s*(?P<agency>VNA(?:/\w{2,4})?|AVI|TTXVN|VNS|VNP)\.?$")


def ends_story(text: str) -> bool:
    """The mark at the very end of an agency's story: `./.`, `-VNA`, `- AVI`."""
    return text.endswith(("./.", ". /.", "/.")) or _END_MARK.search(text[-20:]) is not None


def without_end_mark(text: str) -> tuple[str, str | None]:
    """A last paragraph without the agency's mark behind it (`… in the region./.-VNA`), and the agency.

    `./.` stays: it belongs to the text as it was sent.
    """
    found = _END_MARK.search(text, max(0, len(text) - 20))
    if found is None or found.start() == 0:
        return text, None
    return text[: found.start()], found["agency"].split("/")[0]
