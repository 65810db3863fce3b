"""Visits and the state of sources, on SQLite and on PostgreSQL."""

import multiprocessing
import os
from dataclasses import replace
from datetime import timedelta
from multiprocessing.synchronize import Event

from make_archive import (
    NOW,
)

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


def _open_visit(url: str, begun: Event, may_die: Event) -> None:
    with Store.open(url) as store, store.visiting("a_vn"):
        with store.write() as archive:
            archive.visits.open(Visit(source="a_vn", started_at=NOW))
        begun.set()
        may_die.wait(30)
        os._exit(9)


def test_a_visit_is_interrupted_when_nobody_holds_its_source_any_more(store: Store, store_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    begun, may_die = spawn.Event(), spawn.Event()
    process = spawn.Process(target=_open_visit, args=(store_url, begun, may_die))
    process.start()
    assert begun.wait(30)
    assert store.interrupted(NOW) == []  # whatever the clock says, it lasts
    with store.visiting("b_vn"):
        with store.write() as archive:
            archive.visits.open(Visit(source="b_vn", started_at=NOW))
        may_die.set()
        process.join(30)
        ended = store.interrupted(NOW + timedelta(hours=1))
        assert [(visit.source, visit.state) for visit in ended] == [("a_vn", VisitState.INTERRUPTED)]
        with store.read() as archive:
            assert archive.visits.recent("a_vn", 9) == ended
            assert [visit.source for visit in archive.visits.running()] == ["b_vn"]
