"""Visits to the sources, and what is remembered of a source between them."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.records import SourceState, Visit, VisitState
from storage.row_mapping import from_row, insert_or_update, to_row
from storage.tables import source_states, visits

_COLUMNS = [visits.c[name] for name in Visit.__dataclass_fields__]


class Visits:
    """The visits of an archive, and the state of each source."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, visit: Visit) -> Visit:
        """Record that a visit begins, and give it with its id."""
        added: int = self._connection.execute(
            insert(visits).values(to_row(visits, visit)).returning(visits.c.id)
        ).scalar_one()
        return replace(visit, id=added)

    def close(self, visit: Visit) -> None:
        """Record how a visit ended."""
        self._connection.execute(update(visits).where(visits.c.id == visit.id).values(to_row(visits, visit)))

    def running(self) -> list[Visit]:
        """Visits that were begun and not ended, oldest first: they last, or their process ended before them."""
        wanted = select(*_COLUMNS).where(visits.c.state == VisitState.RUNNING.value).order_by(visits.c.id)
        return [from_row(Visit, row) for row in self._connection.execute(wanted)]

    def interrupt(self, source: str, at: datetime) -> list[Visit]:
        """End all running visits to a source as interrupted; gives them.

        Only for who holds the source (`Store.visiting`): then nobody is visiting it.
        """
        ended = [
            replace(visit, state=VisitState.INTERRUPTED, ended_at=at)
            for visit in self.running()
            if visit.source == source
        ]
        for visit in ended:
            self.close(visit)
        return ended

    def recent(self, source: str, limit: int) -> list[Visit]:
        """The newest visits to a source, newest first."""
        wanted = select(*_COLUMNS).where(visits.c.source == source).order_by(visits.c.id.desc()).limit(limit)
        return [from_row(Visit, row) for row in self._connection.execute(wanted)]

    def state(self, slug: str) -> SourceState:
        """What is remembered of a source; an empty state for one never heard of."""
        row = self._connection.execute(select(source_states).where(source_states.c.slug == slug)).first()
        return SourceState(slug=slug) if row is None else from_row(SourceState, row)

    def states(self) -> list[SourceState]:
        """What is remembered of every source, by slug."""
        rows = self._connection.execute(select(source_states).order_by(source_states.c.slug))
        return [from_row(SourceState, row) for row in rows]

    def save_state(self, state: SourceState) -> None:
        """Remember a source's state, in place of what was remembered."""
        insert_or_update(self._connection, source_states, to_row(source_states, state), key=("slug",))
