"""A text handed in as a row of JSON, as the document the archive would have of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from spiders.dates import read_timestamp
from storage.records import Document, Precision, Timestamp

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""Where a time without a zone is taken to be from."""


def document_of(row: Mapping[str, Any]) -> Document:
    """The document of a row with `title`, `text` (a paragraph a line) and perhaps `published`, `lang` and `url`."""
    paragraphs = tuple(filter(None, (part.strip() for part in str(row.get("text") or "").split("\n"))))
    return Document(
        title=str(row.get("title") or ""),
        paragraphs=paragraphs,
        published=_published(str(row.get("published") or "")),
        language=row.get("lang") or None,
        canonical_url=row.get("url") or None,
        reader="given",
        confidence=1.0,
    )


def _published(written: str) -> Timestamp | None:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return read_timestamp(written, ZONE) if written else None
    precision = Precision.MINUTE if len(written) > 10 else Precision.DAY
    assumed = at.tzinfo is None
    return Timestamp(at=at.replace(tzinfo=ZONE) if assumed else at, precision=precision, zone_assumed=assumed)
