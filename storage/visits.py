"""Visits to the sources, and what is remembered of a source between them."""

import os
import socket
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from storage.records import Run, RunState, SourceState
from storage.rows import from_row, insert_or_update, to_row
from storage.tables import runs, source_states

_COLUMNS = [runs.c[name] for name in Run.__dataclass_fields__]
ELSEWHERE = timedelta(days=1)  # a visit another machine has not ended after this long has been forgotten by it


class Visits:
    """The visits of an archive, and the state of each source."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, run: Run) -> Run:
        """Record that this process begins a visit, and give it with its id."""
        row = {**to_row(runs, run), "process": _process(os.getpid())}
        added: int = self._connection.execute(insert(runs).values(row).returning(runs.c.id)).scalar_one()
        return replace(run, id=added)

    def close(self, run: Run) -> None:
        """Record how a visit ended."""
        self._connection.execute(update(runs).where(runs.c.id == run.id).values(to_row(runs, run)))

    def interrupted(self, before: datetime) -> list[Run]:
        """Mark visits begun before a moment whose process ended without ending them; gives those visits.

        A visit of a process that still runs is left alone, and one of another machine for a day.
        """
        wanted = select(*_COLUMNS, runs.c.process).where(
            runs.c.state == RunState.RUNNING.value, runs.c.started_at < before
        )
        ended = []
        for row in self._connection.execute(wanted).all():
            if not _may_run(row.process, row.started_at, before):
                run = replace(from_row(Run, row), state=RunState.INTERRUPTED, ended_at=before)
                self.close(run)
                ended.append(run)
        return ended

    def recent(self, source: str, limit: int) -> list[Run]:
        """The newest visits to a source, newest first."""
        wanted = select(*_COLUMNS).where(runs.c.source == source).order_by(runs.c.id.desc()).limit(limit)
        return [from_row(Run, row) for row in self._connection.execute(wanted)]

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
        insert_or_update(self._connection, source_states, to_row(source_states, state), key=["slug"])

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
