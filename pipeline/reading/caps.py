"""What no page needs, taken away before it costs anything: attributes, tags and titles without end (pure).

Parsers look through all attributes of a tag for each one they add, and a headline of megabytes is carried through every
step. An ordinary page is far below each bound and stays as it is, byte for byte.
"""

import re
from dataclasses import replace

from storage.records import Document

LARGE_PAGE = 200_000
"""Bytes below which nothing that is looked for here can cost much."""

MOST_TAGS = 300_000
MOST_ATTRIBUTES = 256  # of one tag; one with more keeps none
LONGEST_TAG = 100_000  # bytes; longer are pictures written into the page
LONGEST_TITLE = 500  # characters of a headline
MOST_PARAGRAPHS = 5_000
MOST_CHARACTERS = 1_000_000  # of an article's text: several novels
LONGEST_LEAD = 20_000  # characters of a lead, or of one caption
MOST_CAPTIONS = 1_000
MOST_KEYWORDS = 50
LONGEST_LINE = 300  # characters of a byline, a section or one keyword

# No two branches begin alike and none gives back what it took, so this is linear; what stands in quotes may hold ">".
_TAG = re.compile(rb"""<(?:[a-zA-Z][a-zA-Z0-9:-]*+)((?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>?""")
_QUOTED = re.compile(rb""""[^"]*+"|'[^']*+'""")
_LONG_TITLE = re.compile(rb"(<title[^<>]{0,200}>[^<]{4000})[^<]++", re.IGNORECASE)
_LONG_ATTRIBUTES = 2 * MOST_ATTRIBUTES  # bytes: shorter holds fewer


def markup(body: bytes) -> tuple[bytes, list[str]]:
    """The page with at most so many tags, attributes and bytes of title as pages have; in words what had to go."""
    doubts: list[str] = []
    if len(body) < LARGE_PAGE:
        return body, doubts
    pieces: list[bytes] = []
    done = stripped = 0
    for number, tag in enumerate(_TAG.finditer(body)):
        if number == MOST_TAGS:
            body = body[: tag.start()]
            doubts.append(f"only the first {MOST_TAGS:,} tags were read")
            break
        if tag.end(1) - tag.start(1) > _LONG_ATTRIBUTES and _is_endless(tag[1]):
            pieces.append(body[done : tag.start(1)])
            done = tag.end(1)
            stripped += 1
    if stripped:
        doubts.append(f"the attributes of {stripped} tags had no end")
    body = b"".join([*pieces, body[done:]])
    shorter = _LONG_TITLE.sub(rb"\1", body)
    if shorter != body:
        doubts.append("the title has no end")
    return shorter, doubts


def _is_endless(attributes: bytes) -> bool:
    """Whether these are more, or longer, attributes than a tag has; a "<" of a script is no tag, and ends one."""
    if b"</" in attributes:
        return False
    return len(attributes) > LONGEST_TAG or len(_QUOTED.sub(b" ", attributes).replace(b"/", b" ").split()) > (
        MOST_ATTRIBUTES
    )


def article(document: Document) -> tuple[Document, list[str]]:
    """The document with at most so many words as articles have, and in words what had to go."""
    paragraphs: list[str] = []
    left = MOST_CHARACTERS
    for paragraph in document.paragraphs[:MOST_PARAGRAPHS]:
        if left <= 0:
            break
        paragraphs.append(paragraph[:left])
        left -= len(paragraph)
    doubts = []
    if len(paragraphs) < len(document.paragraphs) or left < 0:
        doubts.append(f"only the first {min(sum(map(len, paragraphs)), MOST_CHARACTERS):,} characters were kept")
    if len(document.title) > LONGEST_TITLE:
        doubts.append("the headline has no end")
    capped = replace(
        document,
        title=document.title[:LONGEST_TITLE],
        lead=document.lead[:LONGEST_LEAD] if document.lead else document.lead,
        paragraphs=tuple(paragraphs),
        captions=tuple(caption[:LONGEST_LEAD] for caption in document.captions[:MOST_CAPTIONS]),
        byline=_line(document.byline),
        section=_line(document.section),
        tags=tuple(tag[:LONGEST_LINE] for tag in document.tags[:MOST_KEYWORDS]),
    )
    return capped, doubts


def _line(text: str | None) -> str | None:
    return text[:LONGEST_LINE] if text else text
