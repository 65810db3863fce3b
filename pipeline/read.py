"""Capture → Document: what a page says, its furniture left out (pure).

A page whose source has a layout is read by it, strictly; where the layout is broken, or there is none, the
generic reader takes over. Any bytes at all end as a Document or as a Rejection with its cause.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser

from pipeline import boilerplate, metadata, repair
from pipeline.blocks import Outline, outline
from storage.records import Document, Hint, NotArticle, Rejection, SiteMemory, Timestamp

if TYPE_CHECKING:
    from spiders.source import Source

LONGEST_PAGE = 10_000_000
"""Bytes of a page that are read; what stands beyond is no article any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """A page as it came: its bytes, what the server called them, when they were fetched (aware)."""

    url: str
    body: bytes
    content_type: str | None = None
    fetched_at: datetime | None = None
    hint: Hint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came out, and what the page leaves behind for the site's memory.

    `blocks` are digests of all text blocks of the page. `disagreement` says in words that the family's layout
    did not fit and the generic reader was used.
    """

    outcome: Document | Rejection
    blocks: tuple[str, ...] = ()
    disagreement: str | None = None


def read(page: RawPage, *, source: "Source | None" = None, memory: SiteMemory | None = None) -> Reading:
    """Read one page. Never raises, whatever the bytes."""
    text = repair.decode(page.body[:LONGEST_PAGE], page.content_type)
    parser = LexborHTMLParser(text)
    body = parser.body
    if body is None:
        return Reading(outcome=Rejection(cause=NotArticle.EMPTY, detail="no text at all"))
    tree = outline(body)
    head = metadata.head(parser)
    main = boilerplate.main_text(tree)
    zone = source.zone if source is not None else ZoneInfo("Asia/Ho_Chi_Minh")
    facts = metadata.facts(head, tree, main, page.url, zone)
    paragraphs = tuple(tree.blocks[i].text for i in main.kept)
    if not paragraphs:
        return Reading(outcome=Rejection(cause=NotArticle.EMPTY, detail="no text at all"), blocks=digests(tree))
    document = Document(
        title=facts.title,
        paragraphs=paragraphs,
        captions=tuple(tree.blocks[i].text for i in main.captions),
        published=facts.published,
        reader="generic",
        confidence=0.5,
    )
    return Reading(outcome=document, blocks=digests(tree))


def read_text(
    text: str, *, url: str | None = None, source: "Source | None" = None, memory: SiteMemory | None = None
) -> Reading:
    """Read a text dump."""
    return Reading(outcome=Rejection(cause=NotArticle.EMPTY, detail="no text at all"))


def digests(tree: Outline) -> tuple[str, ...]:
    """Digests of the page's blocks, for the site's memory."""
    return tuple({digest(block.text): None for block in tree.blocks})


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def as_json(outcome: Document | Rejection) -> dict[str, Any]:
    """An outcome as plain JSON values: the fields of a Document, or `rejected` (the cause) and `detail`."""
    if isinstance(outcome, Rejection):
        return {"rejected": outcome.cause.value, "detail": outcome.detail}
    image = outcome.image
    return {
        "title": outcome.title,
        "published_at": _moment(outcome.published),
        "precision": outcome.published.precision.value if outcome.published else None,
        "zone_assumed": outcome.published.zone_assumed if outcome.published else None,
        "modified_at": _moment(outcome.modified),
        "lead": outcome.lead,
        "paragraphs": list(outcome.paragraphs),
        "captions": list(outcome.captions),
        "byline": outcome.byline,
        "agency": outcome.agency,
        "section": outcome.section,
        "tags": list(outcome.tags),
        "language": outcome.language,
        "canonical_url": outcome.canonical_url,
        "image": {"url": image.url, "caption": image.caption, "credit": image.credit} if image else None,
        "reader": outcome.reader,
        "confidence": round(outcome.confidence, 3),
        "doubts": list(outcome.doubts),
    }


def _moment(stamp: Timestamp | None) -> str | None:
    return stamp.at.isoformat() if stamp else None
