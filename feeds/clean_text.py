"""Text of strangers made fit for feeds: what XML cannot carry, what deceives the eye and what looks like markup.

Pages are written by others and read by machines of every age; a single control character makes an XML feed
unreadable as a whole, and a title with a tag in it runs in readers that take titles for HTML. Pure.
"""

import html
import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls: not allowed in XML 1.0, or discouraged
    "\ud800-\udfff"  # halves of surrogate pairs: cannot be encoded
    "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters
    "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"  # direction overrides: turn the words around them
    "\ufeff\u00ad\u200b\u2060]"  # invisible, and in the way of searching
)
_NONCHARACTER = re.compile(
    "[" + "".join(chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF)) + "]"
)
_TAG = re.compile(
    r"</?(?:a|abbr|address|area|article|aside|audio|b|base|big|blockquote|body|br|button|canvas|caption|center|cite|code|col"
    r"|dd|del|details|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|image|img"
    r"|input|ins|kbd|label|li|link|main|map|mark|math|meta|nav|noscript|object|ol|option|p|param|picture|pre|q|s|samp"
    r"|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea"
    r"|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_OPENS_A_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")

# characters: longer than any honest one is, short enough that a hostile one spoils no page
TITLE_LENGTH = 300
SENTENCE_LENGTH = 240
PHRASE_LENGTH = 160
NAME_LENGTH = 120  # of publishers, people, partners
TERM_LENGTH = 60  # of acts, themes, places, slugs


def clean(text: str) -> str:
    """The text in NFC without the characters that no feed can carry or no reader can see; line ends become spaces."""
    kept = _NONCHARACTER.sub("", _UNFIT.sub("", text))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def plain(text: str, length: int | None = None) -> str:
    """Clean text in which nothing is left that a browser would take for a tag, at most `length` characters long.

    HTML left over by a careless source is taken off; any other `<` before a letter becomes `‹`, so that the
    words stay. Entities are resolved once.
    """
    if length is not None:
        text = text[: length * 40]  # a title of a megabyte is cut before anything is searched in it
    text = clean(html.unescape(text))
    while (bare := _TAG.sub("", text)) != text:
        text = bare
    text = " ".join(_OPENS_A_TAG.sub("‹", text).split())
    return text if length is None else cut(text, length)


def cut(text: str, length: int) -> str:
    """The text, or its beginning up to a word, with `…`, when it is longer than `length` characters."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    space = head.rfind(" ")
    return head[: space if space > length // 2 else None].rstrip(" ,;:–-") + "…"


def shorten(text: str, length: int) -> str:
    """The text up to the last sentence that ends within `length` characters, else up to a word, with `…`."""
    if len(text) <= length:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: length + 1])]
    # A first "sentence" of a few letters is an abbreviation or a dateline (`TP. HCM`), no place to stop.
    return text[: ends[-1]] if ends and ends[-1] >= length // 3 else cut(text, length)


def safe_url(url: str | None) -> str | None:
    """The address in ASCII when it is an absolute http(s) address of a host, else None (`javascript:`, paths …)."""
    try:
        parts = urlsplit(clean(url or ""))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.-]+|[0-9a-fA-F:.]+", host):
        return None
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return None
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return urlunsplit((parts.scheme, netloc, path, query, quote(parts.fragment, safe="/%:@!$&'()*+,;=~-._?")))
