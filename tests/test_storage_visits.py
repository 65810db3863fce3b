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
    SourceState,
    Visit,
    VisitState,
)
from storage.store import Store


def test_visits_round_trip(store: Store) -> None:
    with store.write() as archive:
        visit = archive.visits.open(Visit(source="a_vn", started_at=NOW))
        ended = replace(visit, ended_at=NOW, state=VisitState.FINISHED, kept=3, problems=("một", "hai"))
        archive.visits.close(ended)
        other = archive.visits.open(Visit(source="a_vn", started_at=NOW))
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
        archive.visits.open(Visit(source="a_vn", started_at=NOW))


def test_visits_of_dead_processes_are_interrupted(store: Store, store_url: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_open_visit, args=(store_url,))
    process.start()
    process.join(30)
    with store.write() as archive:
        own = archive.visits.open(Visit(source="a_vn", started_at=NOW))
        elsewhere = archive.visits.open(Visit(source="b_vn", started_at=NOW))
        archive._connection.execute(
            text("UPDATE visits SET process = 'other 1 2' WHERE id = :id"), {"id": elsewhere.id}
        )
        reused = archive.visits.open(Visit(source="c_vn", started_at=NOW))
        name = f"UPDATE visits SET process = replace(process, ' {os.getpid()} ', ' {os.getpid()} 0') WHERE id = :id"
        archive._connection.execute(text(name), {"id": reused.id})
    with store.write() as archive:
        assert archive.visits.interrupted(NOW) == []
        ended = archive.visits.interrupted(NOW + timedelta(hours=1))
        assert [(visit.id, visit.state) for visit in ended] == [
            (1, VisitState.INTERRUPTED),
            (reused.id, VisitState.INTERRUPTED),
        ]
        assert archive.visits.recent("a_vn", 9) == [own, ended[0]]
        assert [visit.id for visit in archive.visits.interrupted(NOW + timedelta(days=2))] == [elsewhere.id]
