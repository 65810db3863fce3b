"""What a site's pages have in common: blocks of text and on how many articles each has stood."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.records import SiteMemory
from storage.row_mapping import insert_or_update
from storage.tables import memory_articles, memory_blocks, storable

_PRINT = 6  # bytes that tell the blocks of one article apart


_PAGES = select(func.count()).select_from(memory_articles).where(memory_articles.c.source == bindparam("source"))
_SHARED = select(memory_blocks.c.block, memory_blocks.c.articles).where(
    memory_blocks.c.source == bindparam("source"), memory_blocks.c.articles >= 2
)
_COUNTED = select(memory_articles.c.blocks).where(
    memory_articles.c.source == bindparam("source"), memory_articles.c.article_key == bindparam("article_key")
)


@cache
def _count_one_more(dialect: str) -> Any:
    put = (sqlite if dialect == "sqlite" else postgresql).insert(memory_blocks)
    return put.on_conflict_do_update(
        index_elements=["source", "block"],
        set_={"articles": memory_blocks.c.articles + 1, "seen_at": put.excluded.seen_at},
    )


class Memory:
    """The archive's memory of its sites' furniture."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, source: str) -> SiteMemory:
        """The memory of a source: how many articles were looked at, and the blocks that stood on two and more.

        A block of one article is evidence of nothing and left out.
        """
        return SiteMemory(
            source=source,
            pages=self._connection.execute(_PAGES, {"source": source}).scalar_one(),
            blocks={row.block: row.articles for row in self._connection.execute(_SHARED, {"source": source})},
        )

    def remember(self, source: str, article_key: str, blocks: Collection[str], at: datetime) -> None:
        """Count the blocks of an article; each counts once an article, however often the article is read.

        A block is a digest of at most 64 characters; `at` is aware.
        """
        key = storable(article_key)
        standing = self._connection.execute(_COUNTED, {"source": source, "article_key": key}).scalar()
        counted = _prints(standing) if standing is not None else set()
        new = {mark: block for block in blocks if (mark := _print(block)) not in counted}
        if not new and standing is not None:
            return
        row = {
            "source": source,
            "article_key": key,
            "blocks": b"".join(sorted(counted | new.keys())),
            "seen_at": at,
        }
        insert_or_update(self._connection, memory_articles, row, key=("source", "article_key"))
        if not new:
            return
        rows = [{"source": source, "block": block, "articles": 1, "seen_at": at} for block in sorted(new.values())]
        self._connection.execute(_count_one_more(self._connection.dialect.name), rows)

    def prune(self, source: str, before: datetime) -> int:
        """Forget the blocks that were last new on an article before a moment and stood on one only, and the
        articles read for the last time before it; gives how many blocks.

        A forgotten article that is read again counts again. The number of pages falls with the articles forgotten.
        """
        forgotten = delete(memory_blocks).where(
            memory_blocks.c.source == source, memory_blocks.c.seen_at < before, memory_blocks.c.articles < 2
        )
        count = self._connection.execute(forgotten).rowcount
        self._connection.execute(
            delete(memory_articles).where(memory_articles.c.source == source, memory_articles.c.seen_at < before)
        )
        return count


def _print(block: str) -> bytes:
    return hashlib.blake2b(block.encode("utf-8", "surrogatepass"), digest_size=_PRINT).digest()


def _prints(joined: bytes) -> set[bytes]:
    joined = bytes(joined)
    return {joined[at : at + _PRINT] for at in range(0, len(joined), _PRINT)}
