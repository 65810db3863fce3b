"""Visits and the state of sources, on SQLite and on PostgreSQL."""

import multiprocessing
import os
from dataclasses import replace
from datetime import timedelta

from make_archive import (
    NOW,
)
from sqlalchemy import text

from storage.records import (
    Run,
    RunState,
    SourceState,
)
from storage.store import Store


def test_visits_round_trip(store: Store) -> None:
    with store.write() as archive:
        run = archive.visits.open(Run(source="a_vn", started_at=NOW))
        ended = replace(run, ended_at=NOW, state=RunState.FINISHED, kept=3, problems=("một", "hai"))
        archive.visits.close(ended)
        other = archive.visits.open(Run(source="a_vn", started_at=NOW))
        assert archive.visits.recent("a_vn", 9) == [other, ended]
        assert archive.visits.recent("a_vn", 1) == [other]
        assert archive.visits.recent("b_vn", 1) == []
        assert archive.visits.state("a_vn") == SourceState(slug="a_vn")
        soon = SourceState(slug="a_vn", next_visit_at=NOW + timedelta(hours=1), failures=2, problem="no answer")
        archive.visits.save_state(replace(soon, failures=1))
        archive.visits.save_state(soon)
        now = SourceState(slug="b_vn", next_visit_at=NOW, last_visit_at=NOW, last_success_at=NOW)
        archive.visits.save_state(now)
        archive.visits.save_state(SourceState(slug="c_vn"))
        assert archive.visits.states() == [soon, now, SourceState(slug="c_vn")]
        assert archive.visits.due(NOW) == [now]
        assert archive.visits.due(NOW + timedelta(hours=1)) == [now, soon]


def _open_visit(url: str) -> None:
    with Store.open(url) as store, store.write() as archive:
        archive.visits.open(Run(source="a_vn", started_at=NOW))


def test_visits_of_dead_processes_are_interrupted(store: Store, store_url: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_open_visit, args=(store_url,))
    process.start()
    process.join(30)
    with store.write() as archive:
        own = archive.visits.open(Run(source="a_vn", started_at=NOW))
        elsewhere = archive.visits.open(Run(source="b_vn", started_at=NOW))
        archive._connection.execute(text("UPDATE runs SET process = 'other 1 2' WHERE id = :id"), {"id": elsewhere.id})
        reused = archive.visits.open(Run(source="c_vn", started_at=NOW))
        name = f"UPDATE runs SET process = replace(process, ' {os.getpid()} ', ' {os.getpid()} 0') WHERE id = :id"
        archive._connection.execute(text(name), {"id": reused.id})
    with store.write() as archive:
        assert archive.visits.interrupted(NOW) == []
        ended = archive.visits.interrupted(NOW + timedelta(hours=1))
        assert [(run.id, run.state) for run in ended] == [(1, RunState.INTERRUPTED), (reused.id, RunState.INTERRUPTED)]
        assert archive.visits.recent("a_vn", 9) == [own, ended[0]]
        assert [run.id for run in archive.visits.interrupted(NOW + timedelta(days=2))] == [elsewhere.id]
