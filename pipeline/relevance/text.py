"""How a text is divided and in which language it is read."""

import re

UNKNOWN = "und"  # ISO 639-2 for an undetermined language
_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    # Greek, Armenian, Hebrew, the scripts of India, Tibetan, Burmese, Georgian, Amharic, Mongolian: not read
    (UNKNOWN, re.compile("[\u0370-\u03ff\u0530-\u05ff\u0700-\u0dff\u0f00-\u10ff\u1200-\u137f\u1800-\u18af]")),
)
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_COMMON = {
    "en": "the of and to in for with on is by from that",
    "fr": "de le la les des du et est une dans pour au aux par sur avec",
    "es": "de el los las del y en una por para con que se",
    "pt": "de o os das do da e em uma por para com que ao",
    "de": "der die das und im den von mit für auf zur dem",
    "id": "dan di yang dengan untuk dari pada ini kerja akan",
    "pl": "w i z na do się oraz przez dla od jest",
    "it": "il di e della del che per con nel una gli dei",
    "cs": "a v na se s z pro ve do je při byl které od",
    "nl": "de het een en van in op voor met te aan door",
    "vi": "và của cho tại trong với các được",
}
_COMMON_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
LANGUAGES = frozenset(_COMMON) | {language for language, _ in _SCRIPTS} - {UNKNOWN}
_LATIN = frozenset(_COMMON) - {"vi", "en"}
FEWEST = 12  # words from which on a text without one common word of a language we read is of another


def reading_language(text: str, given: str | None) -> str:
    """The language whose terms to look for: by script first, then as given, then by its commonest words; UNKNOWN for
    one we do not read.

    A wrong label does not hurt: script outweighs it, and Vietnamese and English texts are read with both.
    """
    sample = text[:400]
    if sample.isascii() and given in ("vi", "en"):
        return "en"
    if len(_VIETNAMESE.findall(sample)) * 40 > len(sample):
        return "vi"
    if not sample.isascii():
        for language, letters in _SCRIPTS:
            count = len(letters.findall(sample))
            if count * 6 > len(sample) or (count and language == given == "ja"):  # a headline may have hardly any kana
                return language
        if given == "vi":
            return "vi"
    given = (given or "")[:2].lower()
    if given in _LATIN:
        return given
    words = re.findall(r"[^\W\d_]+", sample.lower())
    counts = {language: sum(word in common for word in words) for language, common in _COMMON_WORDS.items()}
    best = max(counts, key=lambda language: (counts[language], language == "en"))
    if given and given not in LANGUAGES and counts[best] * 6 < len(words):
        return UNKNOWN
    if not counts[best] and len(words) >= FEWEST:
        return UNKNOWN
    return best if counts[best] > counts["en"] else "en"


def paragraphs_of(text: str) -> list[str]:
    """Lines of a plain text as paragraphs, empty ones left out."""
    return [line for line in (line.strip() for line in text.split("\n")) if line]


_DIGEST = re.compile(
    r"^\W*(?:điểm tin|bản tin|tin (?:tức )?(?:sáng|trưa|chiều|tối|đêm|nhanh|nóng|vắn|ngắn|tổng hợp|thế giới)\b|tin tức "
    r"(?:sáng|trưa|chiều|tối|thế giới|trong ngày|24h)|tin trong ngày|thời sự (?:sáng|trưa|tối|24h)|tóm tắt tin"
    r"|(?:morning|evening|daily|weekly|news|world) (?:news )?(?:digest|brief(?:s|ing)?|round-?up|bulletin|summary)\b"
    r"|(?:news|top stories) (?:in brief|today|of the (?:day|week)))",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*[;|]\s+|\s\|\s*")
LONG_PART = 4  # words: shorter parts of a headline are a rubric or a site's name


def is_digest(title: str, lead: str = "") -> bool:
    """Whether a headline announces several news at once: a rubric of digests, or three headlines joined by `;` or `|`
    (two, where the text begins by joining more)."""
    if _DIGEST.match(title):
        return True
    parts = _long_parts(title)
    return parts > 2 or (parts == 2 and _long_parts(lead) > 1 and "|" in title)


def _long_parts(text: str) -> int:
    return sum(len(part.split()) >= LONG_PART for part in _JOINED.split(text))
