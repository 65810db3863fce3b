"""Saved pages as captures: whose page a file is, under which address, as sure as the file itself can tell. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from spiders.source import Source
from storage.keys import body_digest, canonical_url
from storage.records import Capture, CaptureKind, Publisher

IMPORTED = Publisher(
    slug="imported",
    name="Trang đã lưu",
    name_en="Saved pages",
    kind="archive",
    country="",
    language="",
    home="",
)
"""The publisher of saved pages whose source nobody named and nothing in them tells."""

_CANONICAL = re.compile(
    rb"""<link\b[^>]{0,300}?\brel=["']?canonical["']?[^>]{0,300}?\bhref=["']([^"'\s>]{8,2000})["']"""
    rb"""|<meta\b[^>]{0,300}?\bproperty=["']og:url["'][^>]{0,300}?\bcontent=["']([^"'\s>]{8,2000})["']""",
    re.IGNORECASE,
)
_HEAD = 200_000  # bytes in which a canonical link is looked for


def capture_of(
    body: bytes,
    at: datetime,
    sources: Mapping[str, Source],
    *,
    slug: str | None = None,
    url: str | None = None,
    text: bool = False,
) -> Capture:
    """The capture that a saved page stands for.

    `at` is when it was captured (aware); `text` says that the body is a dump without tags. The address is `url`,
    else the page's own canonical link, else a name made of the content's digest (`imported:DIGEST`), so that the
    same dump is the same page however often and under whatever file name it is imported. The source is `slug`,
    else the one that owns the address, else IMPORTED. Raises ValueError
    for a `url` that is no http(s) address.
    """
    address = url or (None if text else _canonical(body))
    source = sources.get(slug) if slug else next((s for s in sources.values() if address and s.owns(address)), None)
    if address is None:
        address = key = f"imported:{body_digest(body)[:20]}"
    else:
        key = source.key(address) if source else canonical_url(address)
    return Capture(
        source=source.slug if source else IMPORTED.slug,
        kind=CaptureKind.ARTICLE,
        address=address,
        key=key,
        requested_url=address,
        final_url=address,
        status=200,
        headers=(("Content-Type", "text/plain; charset=utf-8"),) if text else (),
        fetched_at=at,
    )


def _canonical(body: bytes) -> str | None:
    found = _CANONICAL.search(body[:_HEAD])
    if not found:
        return None
    address = (found[1] or found[2]).decode("utf-8", "replace")
    return address if address.startswith(("http://", "https://")) else None
