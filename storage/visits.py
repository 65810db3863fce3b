"""Visits to the sources, and what is remembered of a source between them."""

import os
import socket
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from storage.records import SourceState, Visit, VisitState
from storage.row_mapping import from_row, insert_or_update, to_row
from storage.tables import source_states, visits

_COLUMNS = [visits.c[name] for name in Visit.__dataclass_fields__]
ELSEWHERE = timedelta(days=1)  # a visit another machine has not ended after this long has been forgotten by it


class Visits:
    """The visits of an archive, and the state of each source."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, visit: Visit) -> Visit:
        """Record that this process begins a visit, and give it with its id."""
        row = {**to_row(visits, visit), "process": _process(os.getpid())}
        added: int = self._connection.execute(insert(visits).values(row).returning(visits.c.id)).scalar_one()
        return replace(visit, id=added)

    def close(self, visit: Visit) -> None:
        """Record how a visit ended."""
        self._connection.execute(update(visits).where(visits.c.id == visit.id).values(to_row(visits, visit)))

    def interrupted(self, before: datetime) -> list[Visit]:
        """Mark visits begun before a moment whose process ended without ending them; gives those visits.

        A visit of a process that still visits is left alone, and one of another machine for a day.
        """
        wanted = select(*_COLUMNS, visits.c.process).where(
            visits.c.state == VisitState.RUNNING.value, visits.c.started_at < before
        )
        ended = []
        for row in self._connection.execute(wanted).all():
            if not _may_run(row.process, row.started_at, before):
                visit = replace(from_row(Visit, row), state=VisitState.INTERRUPTED, ended_at=before)
                self.close(visit)
                ended.append(visit)
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

    def due(self, now: datetime) -> list[SourceState]:
        """Sources to visit by now, longest overdue first; one whose next visit is None is not among them."""
        wanted = (
            select(source_states)
            .where(source_states.c.next_visit_at <= now)
            .order_by(source_states.c.next_visit_at, source_states.c.slug)
        )
        return [from_row(SourceState, row) for row in self._connection.execute(wanted)]


def _process(pid: int) -> str:
    """A name for a process that no later one with the same number has, where the system tells when it began."""
    return f"{socket.gethostname()[:100]} {pid} {_began(pid)}"


def _began(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "?"


def _may_run(process: str, started_at: datetime, now: datetime) -> bool:
    host, _, rest = process.rpartition(" ")[0].rpartition(" ")
    if host != socket.gethostname()[:100]:
        return now - started_at < ELSEWHERE
    pid = int(rest)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return process == _process(pid)
