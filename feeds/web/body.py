"""A finished answer, and which of its forms a request gets: whole, gzipped, or nothing because it has it.

A validator changes if and only if the bytes do: it is a digest of them. The gzipped form is another sequence of
bytes and has a validator of its own. Decides from what it is given; the response is Starlette's.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from feeds.site import TTL_MINUTES

WORTH_ZIPPING = 600  # bytes; below, a gzipped answer saves no packet

_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')
_COMMON = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Finished bytes with all that HTTP says of them. `feed` marks XML that browsers get as plain XML, styled."""

    content: bytes
    media_type: str
    etag: str
    zipped: bytes | None
    zipped_etag: str
    modified: datetime | None
    max_age: int
    feed: bool


def make_body(
    content: bytes,
    media_type: str,
    *,
    modified: datetime | None = None,
    max_age: int = TTL_MINUTES * 60,
    feed: bool = False,
) -> Body:
    """Finish an answer: its digest, and its gzipped form where that is worth it."""
    digest = hashlib.sha256(content).hexdigest()[:32]
    zipped = gzip.compress(content, 6, mtime=0) if len(content) >= WORTH_ZIPPING else None
    return Body(
        content=content,
        media_type=media_type,
        etag=f'"{digest}"',
        zipped=zipped,
        zipped_etag=f'"{digest}-gzip"',
        modified=modified.astimezone(UTC).replace(microsecond=0) if modified else None,
        max_age=max_age,
        feed=feed,
    )


def answer(body: Body, method: str, headers: Mapping[str, str], status: int = 200) -> Response:
    """The response to a GET or HEAD with these request headers (names in lower case, or a case-blind mapping)."""
    zipped = body.zipped is not None and accepts_gzip(headers.get("accept-encoding", ""))
    content = body.zipped if zipped and body.zipped is not None else body.content
    etag = body.zipped_etag if zipped else body.etag
    said = _COMMON | {
        "ETag": etag,
        "Cache-Control": f"public, max-age={body.max_age}" if body.max_age else "no-cache",
        "Vary": "Accept-Encoding, Accept" if body.feed or status != 200 else "Accept-Encoding",
        "Content-Security-Policy": _POLICY,
    }
    if body.media_type.startswith("application/"):
        said["Access-Control-Allow-Origin"] = "*"  # feeds and data are for everyone's pages, too
    if body.modified is not None:
        said["Last-Modified"] = format_datetime(body.modified, usegmt=True)
    if status == 200 and has_it(headers, etag, body.modified):
        return Response(status_code=304, headers=said)
    if zipped:
        said["Content-Encoding"] = "gzip"
    said["Content-Type"] = _content_type(body, headers.get("accept", ""))
    said["Content-Length"] = str(len(content))
    return Response(b"" if method == "HEAD" else content, status_code=status, headers=said)


def has_it(headers: Mapping[str, str], etag: str, modified: datetime | None) -> bool:
    """Whether the request's validators match; If-Modified-Since counts only where there is no If-None-Match."""
    known = headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in _ENTITY_TAG.findall(known)
    since = headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    return moment.tzinfo is not None and modified <= moment


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding allows gzip, by name or by `*`, with a weight above nothing."""
    weights = {}
    for part in header.lower().split(","):
        name, _, parameters = part.partition(";")
        weight = re.search(r"q\s*=\s*([\d.]+)", parameters)
        try:
            weights[name.strip()] = float(weight[1]) if weight else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _content_type(body: Body, accept: str) -> str:
    media_type = body.media_type
    if body.feed and "text/html" in accept and media_type not in accept:
        media_type = "application/xml"  # with its own type a browser shows or saves the raw text
    return media_type if media_type.endswith("json") else f"{media_type}; charset=utf-8"
