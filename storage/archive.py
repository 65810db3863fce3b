"""What can be asked of an archive and told to it, by noun, within one transaction."""

import hashlib
from functools import cached_property

from sqlalchemy import Connection, func, select

from storage.captures import Captures
from storage.engines import Engines
from storage.pages import Pages
from storage.publishers import Publishers
from storage.query import Answer, ask
from storage.records import ChangeKind
from storage.search import Search
from storage.site_memory import Memory
from storage.stories import Stories
from storage.tables import captures, labels, publishers, verdicts
from storage.visits import Visits

# Whatever readers see follows from captures that said something, from verdicts and from labels; rows are only added.
_SAYS_NOTHING = (ChangeKind.UNCHANGED.value, ChangeKind.SETTLED.value)
_NEWEST = select(
    select(func.max(captures.c.id)).where(captures.c.outcome.not_in(_SAYS_NOTHING)).scalar_subquery(),
    select(func.max(verdicts.c.id)).scalar_subquery(),
    select(func.max(labels.c.id)).scalar_subquery(),
)

_FIRST = (
    select(captures.c.source, captures.c.requested_url, captures.c.fetched_at, captures.c.status)
    .order_by(captures.c.id)
    .limit(1)
)


class Archive:
    """One transaction's view of an archive; made by `Store.read` and `Store.write`, useless after their block."""

    def __init__(self, connection: Connection, engines: Engines) -> None:
        self._connection = connection
        self._engines = engines

    @cached_property
    def captures(self) -> Captures:
        return Captures(self._connection)

    @cached_property
    def pages(self) -> Pages:
        return Pages(self._connection)

    @cached_property
    def stories(self) -> Stories:
        return Stories(self._connection)

    @cached_property
    def visits(self) -> Visits:
        return Visits(self._connection)

    @cached_property
    def publishers(self) -> Publishers:
        return Publishers(self._connection)

    @cached_property
    def memory(self) -> Memory:
        return Memory(self._connection)

    @cached_property
    def search(self) -> Search:
        return Search(self._connection)

    def query(self, sql: str, *, max_rows: int = 100_000, seconds: float = 10.0) -> Answer:
        """Ask in SQL: one SELECT, over what is committed, on a connection that cannot write.

        Raises QueryRefused for anything else, for SQL that is wrong, and beyond the bounds of time and rows.
        """
        return ask(self._engines, sql, max_rows=max_rows, seconds=seconds)

    def stamp(self) -> str:
        """Another text after whatever readers can see has changed; the same after visits that brought nothing."""
        newest = self._connection.execute(_NEWEST).one()
        known = self._connection.execute(select(publishers).order_by(publishers.c.slug)).all()
        return hashlib.sha256(repr((tuple(newest), [tuple(row) for row in known])).encode()).hexdigest()

    def origin(self) -> str | None:
        """What tells this archive from every other, copies and backups of it excepted: its first capture.

        None for an archive without a capture.
        """
        first = self._connection.execute(_FIRST).first()
        return None if first is None else hashlib.sha256(repr(tuple(first)).encode()).hexdigest()[:20]

    def roll_back(self) -> None:
        """Undo everything this transaction has written; nothing more may be asked of it."""
        transaction = self._connection.get_transaction()
        if transaction is not None:
            transaction.rollback()
