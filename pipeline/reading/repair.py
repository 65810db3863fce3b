"""Text as its author meant it: encodings, entities, invisible characters (no I/O).

Repairs what machines broke and nothing that people wrote: odd spelling (`Đaò`), either tone placement and lost
spaces stay as they are. The one trace it leaves: the first mojibake it meets makes ftfy register its codecs.
"""

import codecs
import html
import re
import unicodedata
from functools import lru_cache

_ZERO_WIDTH = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffc\ufffe\uffff\ufdd0-\ufdef\ud800-\udfff\U000e0000-\U000e007f\x00-\x08\x0e-\x1f\x7f\x80-\x9f]"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}\d?);")
# What UTF-8 looks like when each byte was taken for a letter of its own: a lead byte (Â-ô, or what windows-1258
# shows there) and the right number of continuation bytes (80-BF, as Latin-1 or as windows-1252 shows them).
_TAIL = (
    "[\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
_BROKEN = re.compile(f"[ÂÃĂÄÅÆ]{_TAIL}|[áâàãă]{_TAIL}{{2}}|ð{_TAIL}{{3}}")
_FIRST = "ÂÃĂÄÅÆáâàãăð"
_BY_CHANCE = 3
_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")  # as UTF-8: no page means them
_TRIES = 200  # looking for a byte is much faster than the pattern, until there are many
_LINE_END = re.compile(r"[ \t\r\n\f\u00a0]*\v[ \t\r\n\f\u00a0]*\v[ \t\r\n\f\v\u00a0]*")
# Letters of another script that look like Latin ones, as sites put them into words against copying.
_LOOK_ALIKES = str.maketrans("аеорсухіјѕԁԛһАВЕКМНОРСТХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aeopcyxijsdqhABEKMHOPCTXIJSABEZHIKMNOPTYXo")
_MIXED = re.compile(
    "[A-Za-z\u00c0-\u024f\u1e00-\u1eff][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z\u00c0-\u024f\u1e00-\u1eff]"
)
_OTHER_SCRIPT = re.compile("[\u0370-\u04ff]")
_LETTERS = re.compile(r"[^\W\d_]+")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{2,40})""", re.I)


def clean(text: str) -> str:
    """One run of text: white space folded, NFC, invisible characters gone, entities that were encoded twice read.

    Two line breaks (\\v, one for each `<br>`) end a paragraph and come out as a newline; one is a space.
    """
    text = text.strip()
    # Printable is all but controls, invisible characters and white space other than the blank: most texts are, and
    # asking is much faster than folding or looking for what may be invisible.
    if text.isprintable():
        if "  " in text:
            text = " ".join(text.split())
    else:
        if "\v" in text:
            text = _folded("\n".join(" ".join(part.split()) for part in _LINE_END.split(text)))
        else:
            text = " ".join(text.split())
        if not text.isprintable() and _ZERO_WIDTH.search(text):
            text = _folded(_ZERO_WIDTH.sub("", text))
    if not text.isascii():
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        if "Ð" in text:
            text = text.replace("Ð", "Đ")
        if _OTHER_SCRIPT.search(text) and _MIXED.search(text):
            text = _LETTERS.sub(_one_script, text)
    if "&" in text and _ENTITY.search(text):
        text = _folded(_ZERO_WIDTH.sub("", unicodedata.normalize("NFC", html.unescape(text))))
    return text


def _one_script(word: re.Match[str]) -> str:
    """A word that mixes Latin with look-alikes, in Latin; a word that stays mixed is left as it is."""
    text = word.group()
    if not _MIXED.search(text):
        return text
    latin = text.translate(_LOOK_ALIKES)
    return text if _MIXED.search(latin) else latin


def _folded(text: str) -> str:
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))


def is_broken(text: str) -> bool:
    """Whether a text shows, more often than by chance, sequences that are UTF-8 read as another encoding."""
    if text.isascii() or not any(letter in text for letter in _FIRST):
        return False
    return any(hits >= _BY_CHANCE for hits, _ in enumerate(_BROKEN.finditer(text), 1))


def is_broken_page(page: bytes) -> bool:
    """Whether a page (UTF-8) shows such sequences that `clean` would no longer: their tails are control characters."""
    at, tries = page.find(b"\xc2"), 0
    while at >= 0 and tries < _TRIES and not 0x80 <= page[at + 1] <= 0x9F:  # nearly always the first loop is all
        at, tries = page.find(b"\xc2", at + 2), tries + 1
    if at < 0:
        return False
    controls = _CONTROLS.findall(page, at)
    return len(controls) >= _BY_CHANCE and is_broken(page.decode("utf-8", "replace"))


def mended(text: str) -> str:
    """The text with every sequence that is UTF-8 read as windows-1252 (or Latin-1, windows-1258) read as UTF-8.

    Nothing is touched unless such sequences occur more than once or twice, and then only those that are valid
    UTF-8: a page that merely quotes one stays as it is.
    """
    if not is_broken(text):
        return text
    import ftfy.bad_codecs  # noqa: F401 - registers the sloppy codecs; slow to load, and few pages need them

    return _BROKEN.sub(_reread, text)


def _reread(found: re.Match[str]) -> str:
    for codec in ("sloppy-windows-1252", "latin-1", "sloppy-windows-1258"):
        try:
            return found.group().encode(codec).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return found.group()


_REFERENCE = re.compile(  # those that may be of such a character; most references are not, and cost no call
    rb"&#(?:[xX](0{0,4}[01]?[0-9a-fA-F]|0{0,2}[dDfF][0-9a-fA-F]{3})|(0{0,5}[0-9]|0{0,4}[12][0-9]|0{0,4}3[01]|5[5-7]\d{3}"
    rb"|6[45]\d{3}))(?:;|(?![0-9a-fA-F;]))"
)
_NONCHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]|\xef\xb7[\x90-\xaf]|\x00")


def without_noncharacters(body: bytes) -> bytes:
    """A page (UTF-8) without what no text holds: NUL, noncharacters, and references to them, to controls or to lone
    surrogates. A parser would put U+FFFD in their place, and no XML or feed could carry them."""
    if b"\x00" in body or b"\xef\xbf" in body or b"\xef\xb7" in body:
        body = _NONCHARACTER.sub(b"", body)
    return _REFERENCE.sub(_meant, body) if b"&#" in body else body


def _meant(found: re.Match[bytes]) -> bytes:
    point = int(found[1], 16) if found[1] else int(found[2])
    control = point < 32 and point not in (9, 10, 13)
    if control or 0xD800 <= point <= 0xDFFF or 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE:
        return b""
    return found[0]


def utf8(body: bytes, content_type: str | None = None) -> bytes:
    """A page's characters as UTF-8, whatever it says of its own encoding; the bytes themselves where they are it.

    Order of belief: byte order mark, ASCII, zero bytes in every second place (UTF-16), valid UTF-8, the declared
    encoding, windows-1252. Never raises.
    """
    if body.startswith(codecs.BOM_UTF8):
        body = body[3:]
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _encoded(body.decode("utf-16", "replace"))
    zeros = _utf16(body[:2000])
    if zeros:
        return _encoded(body.decode(zeros, "replace"))
    if body.isascii():
        return body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _encoded(_by_declaration(body, content_type, damaged=error.start > 0))
    return body


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _by_declaration(body: bytes, content_type: str | None, *, damaged: bool) -> str:
    """The characters of a page that is no valid UTF-8; `damaged`: it begins as if it were."""
    declared = _declared(body, content_type)
    if damaged and declared in ("utf-8", None):
        text = body.decode("utf-8", "replace")
        lost = text.count("\ufffd")
        # A cut or patched UTF-8 page loses few characters; another encoding loses nearly all that are not ASCII.
        if lost * 4 <= sum(1 for character in text[:200_000] if character > "\x7f"):
            return text
    if declared in ("utf-8", None):
        declared = "windows-1252"
    try:
        return body.decode(declared, "replace")
    except (LookupError, UnicodeError, ValueError):
        return body.decode("windows-1252", "replace")


def _utf16(start: bytes) -> str | None:
    if len(start) < 40:
        return None
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _declared(body: bytes, content_type: str | None) -> str | None:
    for place in ((content_type or "").encode("ascii", "ignore"), body[:4096]):
        found = _CHARSET.search(place)
        if found:
            name = _codec(found[1].decode("ascii").lower())
            if name:
                return name
    return None


@lru_cache(maxsize=256)
def _codec(name: str) -> str | None:
    try:
        known = codecs.lookup(name)
    except LookupError:
        return None
    # Browsers read Latin-1 as windows-1252; codecs that are no text encodings (base64, zip) are no answer.
    # Those of ftfy are there only once it is loaded, and no page means them.
    if not getattr(known, "_is_text_encoding", True) or known.name.startswith(("sloppy-", "utf-8-var")):
        return None
    return "windows-1252" if known.name in ("iso8859-1", "ascii") else known.name
