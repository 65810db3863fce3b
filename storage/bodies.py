"""Raw bodies of responses: each kept once, under its SHA-256, compressed.

Pages of one site are alike: compressed against an earlier page of the same source a page takes about a seventh of
what it takes alone. A body that gains little that way is kept alone, and so becomes what later ones are compressed
against; after a redesign the archive adapts by itself. A body refers to at most one other, and that one stands alone,
so reading is two steps at most.
"""

import sys

from sqlalchemy import Connection, and_, bindparam, select

from storage.errors import BodyTooLarge, CorruptBody
from storage.keys import body_digest
from storage.row_mapping import insert_or_update
from storage.tables import bodies

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LARGEST = 64 * 1024 * 1024  # bytes; far above any page, and what reading one may take of memory
LARGEST_DICTIONARY = 2 * 1024 * 1024
LEVEL = 9
EARLIER = 2  # how many earlier bodies are tried: an article and a JSON answer of one source do not resemble each other
WORTH = 0.7  # a dictionary must save this much to be kept

_BASES = bodies.alias("bases")
_KEPT = (
    select(
        bodies.c.content,
        bodies.c.size,
        bodies.c.dictionary_id,
        _BASES.c.content.label("base_content"),
        _BASES.c.size.label("base_size"),
    )
    .join_from(
        bodies, _BASES, and_(_BASES.c.id == bodies.c.dictionary_id, _BASES.c.dictionary_id.is_(None)), isouter=True
    )
    .where(bodies.c.digest == bindparam("wanted"))
)
"""A body and the one it is compressed against, if any."""


def put(connection: Connection, body: bytes, *, source: str, kind: str) -> str:
    """Keep a body and give its digest; one that is kept already is not kept again. Raises BodyTooLarge."""
    if len(body) > LARGEST:
        raise BodyTooLarge(f"a body of {len(body):,} bytes is larger than the {LARGEST:,} an archive keeps")
    digest = body_digest(body)
    if connection.execute(select(bodies.c.id).where(bodies.c.digest == digest)).first() is not None:
        return digest
    best, dictionary_id = zstd.compress(body, LEVEL), None
    limit = len(best) * WORTH
    for earlier_id, earlier in _earlier(connection, source, kind):
        packed = zstd.compress(body, LEVEL, zstd_dict=zstd.ZstdDict(earlier, is_raw=True))
        if len(packed) < min(limit, len(best)):
            best, dictionary_id = packed, earlier_id
    row = {
        "digest": digest,
        "source": source,
        "kind": kind,
        "dictionary_id": dictionary_id,
        "size": len(body),
        "content": best,
    }
    insert_or_update(connection, bodies, row, key=("digest",), update=())
    return digest


def take(connection: Connection, digest: str) -> bytes:
    """The body with that digest, verified. Raises CorruptBody where it is missing or not what was stored."""
    row = connection.execute(_KEPT, {"wanted": digest}).first()
    if row is None:
        raise CorruptBody(f"body {digest}: not in the archive; restore it from a backup")
    dictionary: bytes | None = None
    if row.dictionary_id is not None:
        if row.base_content is None:
            raise CorruptBody(f"body {digest}: the body it was compressed against is gone; restore it from a backup")
        dictionary = _unpacked(row.base_content, row.base_size, None, digest)
    body = _unpacked(row.content, row.size, dictionary, digest)
    if body_digest(body) != digest:
        raise CorruptBody(f"body {digest}: its bytes have changed since they were stored; restore it from a backup")
    return body


def _earlier(connection: Connection, source: str, kind: str) -> list[tuple[int, bytes]]:
    """The newest bodies of the source that stand alone and are intact, newest first."""
    rows = connection.execute(
        select(bodies.c.id, bodies.c.digest, bodies.c.size, bodies.c.content)
        .where(bodies.c.source == source, bodies.c.kind == kind, bodies.c.dictionary_id.is_(None))
        .where(bodies.c.size.between(1, LARGEST_DICTIONARY))
        .order_by(bodies.c.id.desc())
        .limit(EARLIER)
    )
    found = []
    for row in rows:
        try:
            body = _unpacked(row.content, row.size, None, row.digest)
        except CorruptBody:
            continue
        if len(body) >= 8 and body_digest(body) == row.digest:  # zstd takes no dictionary under 8 bytes
            found.append((row.id, body))
    return found


def _unpacked(content: bytes, size: int, dictionary: bytes | None, digest: str) -> bytes:
    """Decompress, never to more than the size the body had: a damaged frame cannot fill the memory."""
    try:
        using = None if dictionary is None else zstd.ZstdDict(dictionary, is_raw=True)
        body: bytes = zstd.ZstdDecompressor(zstd_dict=using).decompress(bytes(content), max_length=size + 1)
    except (zstd.ZstdError, ValueError, EOFError) as error:
        raise CorruptBody(f"body {digest}: cannot be decompressed; restore it from a backup") from error
    if len(body) != size:
        raise CorruptBody(f"body {digest}: has {len(body)} bytes of {size}; restore it from a backup")
    return body
