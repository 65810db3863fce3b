import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.service.booking import after_visit
from pipeline.service.cadence import FIRST_RETRY
from pipeline.service.child_visit import BUSY
from pipeline.service.schedule import STUCK, Service, Visitor
from spiders.source import Source, load_sources
from storage.errors import DiskFull, LeaseLost
from storage.records import SourceState, Visit, VisitState
from storage.store import Store

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
TICK = timedelta(milliseconds=50)


def make_visit(**changes: Any) -> Visit:
    begun = Visit(id=8, source="s", started_at=T0, ended_at=T0 + timedelta(minutes=1), state=VisitState.FINISHED)
    return replace(begun, **changes)


def test_a_good_visit_clears_failures_and_waits_the_interval() -> None:
    before = SourceState(slug="s", failures=3, problem="no answer")
    after = after_visit(before, make_visit(), 0, at=T0, interval=HALF_AN_HOUR)
    assert (after.failures, after.problem, after.next_visit_at) == (0, None, T0 + HALF_AN_HOUR)
    assert after.last_success_at == T0


def test_a_failed_visit_backs_off_and_says_why() -> None:
    begun = make_visit(state=VisitState.FAILED, problems=("no answer: DNS lookup failed",))
    after = after_visit(SourceState(slug="s", failures=1), begun, 1, at=T0, interval=HALF_AN_HOUR)
    assert (after.failures, after.problem) == (2, "no answer: DNS lookup failed")
    assert after.next_visit_at == T0 + FIRST_RETRY * 2


def test_a_visit_that_wrote_no_run_is_a_failure_even_when_an_older_run_was_good() -> None:
    before = SourceState(slug="s", last_visit_at=T0, last_visit_id=8)
    after = after_visit(before, make_visit(), 0, at=T0 + HALF_AN_HOUR, interval=HALF_AN_HOUR)
    assert after.failures == 1
    assert "status 0" in str(after.problem)


def test_a_good_visit_after_the_clock_was_set_back_is_good() -> None:
    before = SourceState(slug="s", last_visit_at=T0 + timedelta(days=400), last_visit_id=7)
    after = after_visit(before, make_visit(), 0, at=T0 + HALF_AN_HOUR, interval=HALF_AN_HOUR)
    assert (after.failures, after.problem, after.last_visit_at) == (0, None, T0)


def test_a_good_visit_with_a_complaint_keeps_the_complaint_without_backing_off() -> None:
    after = after_visit(
        SourceState(slug="s"), make_visit(problems=("the listing is empty",)), 0, at=T0, interval=HALF_AN_HOUR
    )
    assert (after.failures, after.problem) == (0, "the listing is empty")


@pytest.fixture
def sources() -> dict[str, Source]:
    return dict(list(load_sources().items())[:3])


async def eventually(true: Callable[[], bool], within: float = 10) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.02)


def make_service(
    store: Store, sources: dict[str, Source], visit: Visitor, digest: Callable[[], None], **more: Any
) -> Service:
    return Service(
        store,
        sources,
        visit=visit,
        digest=digest,
        tick=TICK,
        first_within=timedelta(0),
        **more,
    )


def test_every_due_source_is_visited_once_and_then_waits(sqlite_store: Store, sources: dict[str, Source]) -> None:
    visited: list[str] = []
    digests: list[int] = []

    async def visit(source: Source) -> int:
        visited.append(source.slug)
        with sqlite_store.write() as archive:
            begun = archive.visits.open(Visit(source=source.slug, started_at=datetime.now(UTC)))
            archive.visits.close(replace(begun, ended_at=datetime.now(UTC), state=VisitState.FINISHED))
        return 0

    async def scenario() -> None:
        service = make_service(sqlite_store, sources, visit, lambda: digests.append(len(visited)))
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: len(digests) >= 1 + len(sources))
        await asyncio.sleep(TICK.total_seconds() * 5)  # further ticks must find nothing due
        service.stop()
        await serving

    asyncio.run(scenario())
    assert sorted(visited) == sorted(sources)
    with sqlite_store.read() as archive:
        for slug, source in sources.items():
            state = archive.visits.state(slug)
            assert state.failures == 0
            assert state.next_visit_at is not None
            assert state.next_visit_at > datetime.now(UTC) + source.interval / 2


def test_a_stop_waits_for_the_running_visit_and_starts_nothing_new(
    sqlite_store: Store, sources: dict[str, Source]
) -> None:
    started: list[str] = []
    ended: list[str] = []

    may_end = asyncio.Event()

    async def visit(source: Source) -> int:
        started.append(source.slug)
        await may_end.wait()
        ended.append(source.slug)
        return 0

    async def scenario() -> None:
        service = make_service(sqlite_store, sources, visit, lambda: None)
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: len(started) >= 2)
        service.stop()
        await asyncio.sleep(TICK.total_seconds() * 2)  # it has had the time to end, or to start another
        assert not serving.done()
        assert ended == []
        may_end.set()
        await serving

    asyncio.run(scenario())
    assert len(started) == 2  # two places; the third source stays due
    assert sorted(ended) == sorted(started)


def test_a_visit_that_a_stop_cuts_short_is_no_failure_of_the_site(
    sqlite_store: Store, sources: dict[str, Source]
) -> None:
    started: list[str] = []
    stopped = asyncio.Event()

    async def visit(source: Source) -> int:
        started.append(source.slug)
        await stopped.wait()
        return 1  # as a child that was told to end

    async def scenario() -> None:
        service = make_service(sqlite_store, sources, visit, lambda: None)
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: len(started) >= 2)
        service.stop()
        stopped.set()
        await serving

    asyncio.run(scenario())
    with sqlite_store.read() as archive:
        for slug in started:
            state = archive.visits.state(slug)
            assert state.failures == 0
            assert state.problem is None
            assert state.next_visit_at is not None
            assert state.next_visit_at <= datetime.now(UTC)  # still due: it is made again after the next start


def test_a_visit_that_raises_costs_that_visit_only(sqlite_store: Store, sources: dict[str, Source]) -> None:
    seen: list[str] = []

    async def visit(source: Source) -> int:
        seen.append(source.slug)
        if len(seen) == 1:
            raise RuntimeError("a bug in a visit")
        return 1

    async def scenario() -> None:
        service = make_service(sqlite_store, sources, visit, lambda: None)
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: failures() == {1})
        service.stop()
        await serving

    def failures() -> set[int]:
        with sqlite_store.read() as archive:
            return {archive.visits.state(slug).failures for slug in sources}

    asyncio.run(scenario())
    assert failures() == {1}
    assert sorted(seen) == sorted(sources)


def test_a_source_that_another_process_visits_is_no_failure(sqlite_store: Store, sources: dict[str, Source]) -> None:
    slug = next(iter(sources))
    visited: list[str] = []

    async def visit(source: Source) -> int:
        visited.append(source.slug)
        return BUSY

    async def scenario() -> None:
        service = make_service(sqlite_store, {slug: sources[slug]}, visit, lambda: None)
        serving = asyncio.create_task(service.serve())

        def put_off() -> bool:
            with sqlite_store.read() as archive:
                state = archive.visits.state(slug)
            return bool(visited) and state.next_visit_at is not None and state.next_visit_at > datetime.now(UTC)

        await eventually(put_off)
        service.stop()
        await serving

    asyncio.run(scenario())
    with sqlite_store.read() as archive:
        assert archive.visits.state(slug).failures == 0


def test_a_process_is_told_to_stop_when_its_parent_is_gone() -> None:
    child = (
        "import sys, time; from pipeline.service.child_visit import end_with; "
        "end_with(int(sys.argv[1]), 0.05); time.sleep(60)"
    )
    parent = (
        "import os, subprocess, sys; "
        f"print(subprocess.Popen([sys.executable, '-c', {child!r}, str(os.getpid())]).pid, flush=True)"
    )
    # the pipe closes when the child ends too: without its watch that would take a minute, and the test times out
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip().isdigit()


def test_a_visit_cut_short_by_a_crash_is_taken_up_again(sqlite_store: Store, sources: dict[str, Source]) -> None:
    slug = next(iter(sources))
    dies = (
        "import sys; from datetime import UTC, datetime\n"
        "from storage.store import Store; from storage.records import Visit\n"
        "with Store.open(sys.argv[1]) as store, store.write() as archive:\n"
        "    archive.visits.open(Visit(source=sys.argv[2], started_at=datetime.now(UTC)))"
    )
    subprocess.run([sys.executable, "-c", dies, f"sqlite:///{sqlite_store.place}", slug], check=True)
    visited: list[str] = []

    async def visit(source: Source) -> int:
        visited.append(source.slug)
        return 0

    async def scenario() -> None:
        service = make_service(sqlite_store, {slug: sources[slug]}, visit, lambda: None)
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: bool(visited))
        service.stop()
        await serving

    asyncio.run(scenario())
    with sqlite_store.read() as archive:
        assert archive.visits.recent(slug, 5)[-1].state is VisitState.INTERRUPTED


# ── the clock ──────────────────────────────────────────────────────────────────────────────────────────────


class Clock:
    """A clock on the wall that can be set."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def good_visitor(store: Store, clock: Clock, visited: list[str]) -> Visitor:
    async def visit(source: Source) -> int:
        visited.append(source.slug)
        with store.write() as archive:
            begun = archive.visits.open(Visit(source=source.slug, started_at=clock()))
            archive.visits.close(replace(begun, ended_at=clock(), state=VisitState.FINISHED))
        return 0

    return visit


def test_visits_go_on_while_the_clock_is_set_ahead_and_back(sqlite_store: Store, sources: dict[str, Source]) -> None:
    clock, visited = Clock(), list[str]()
    slug = next(iter(sources))

    async def scenario() -> None:
        service = make_service(
            sqlite_store, {slug: sources[slug]}, good_visitor(sqlite_store, clock, visited), lambda: None, now=clock
        )
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: len(visited) == 1)
        clock.ahead = timedelta(days=400)
        await eventually(lambda: len(visited) == 2)
        clock.ahead = timedelta(0)  # its next visit stands 400 days off now, under a clock that was ahead
        await eventually(lambda: len(visited) == 3)
        clock.ahead = timedelta(hours=-5)  # no further off than a source may wait: it waits
        await asyncio.sleep(TICK.total_seconds() * 4)
        clock.ahead = timedelta(hours=2)  # and this tick comes, although the clock had gone back
        await eventually(lambda: len(visited) == 4)
        service.stop()
        await serving

    asyncio.run(scenario())
    with sqlite_store.read() as archive:
        state = archive.visits.state(slug)
    assert (state.failures, state.problem) == (0, None)


# ── what is wrong is said once, and for as long as it lasts ────────────────────────────────────────────────


class Taken:
    """A lease that another process takes over when told."""

    taken = False

    def renew(self) -> None:
        if self.taken:
            raise LeaseLost("another process holds “scheduler” now")

    def check(self, connection: Any) -> None:
        self.renew()


def test_who_loses_the_lease_starts_nothing_more_and_ends(sqlite_store: Store, sources: dict[str, Source]) -> None:
    visited: list[str] = []
    lease = Taken()

    async def scenario() -> None:
        service = make_service(
            sqlite_store, sources, good_visitor(sqlite_store, Clock(), visited), lambda: None, lease=lease
        )
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: len(visited) == len(sources))
        lease.taken = True
        with sqlite_store.write() as archive:
            for slug in sources:
                archive.visits.save_state(SourceState(slug=slug, next_visit_at=T0))
        with pytest.raises(LeaseLost):
            await asyncio.wait_for(serving, 10)

    asyncio.run(scenario())
    assert len(visited) == len(sources)


def test_a_visit_that_cannot_be_booked_is_said_in_a_line_and_the_site_is_not_asked_at_every_tick(
    sqlite_store: Store, sources: dict[str, Source], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visited: list[str] = []

    def full(*_: Any, **__: Any) -> None:
        raise DiskFull("archive.db: no room is left on the disk")

    async def scenario() -> None:
        service = make_service(sqlite_store, sources, good_visitor(sqlite_store, Clock(), visited), lambda: None)
        monkeypatch.setattr("pipeline.service.schedule.book", full)
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: service.unwell() is not None)
        await asyncio.sleep(TICK.total_seconds() * 6)
        assert "no room is left" in str(service.unwell())
        service.stop()
        await serving

    asyncio.run(scenario())
    assert sorted(visited) == sorted(sources)
    assert caplog.text.count("no room is left") == 1
    assert "Traceback" not in caplog.text


def test_an_archive_that_is_gone_is_said_once_and_nothing_is_visited(
    sqlite_store: Store, sources: dict[str, Source], caplog: pytest.LogCaptureFixture
) -> None:
    visited: list[str] = []
    file = Path(sqlite_store.place)

    async def scenario() -> None:
        service = make_service(sqlite_store, sources, good_visitor(sqlite_store, Clock(), visited), lambda: None)
        serving = asyncio.create_task(service.serve())
        await eventually(lambda: len(visited) == len(sources) and not service._visits)
        with sqlite_store.write() as archive:
            for slug in sources:
                archive.visits.save_state(SourceState(slug=slug, next_visit_at=datetime.now(UTC) + 3 * TICK))
        file.rename(file.with_suffix(".away"))
        await eventually(lambda: service.unwell() is not None)
        await asyncio.sleep(TICK.total_seconds() * 8)
        assert "gone" in str(service.unwell())
        assert len(visited) == len(sources)
        file.with_suffix(".away").rename(file)
        await eventually(lambda: service.unwell() is None)
        await eventually(lambda: len(visited) == 2 * len(sources))
        service.stop()
        await serving

    asyncio.run(scenario())
    assert caplog.text.count("the archive is gone") == 1
    assert "Traceback" not in caplog.text


def test_processing_without_a_sign_of_life_is_stuck(
    sqlite_store: Store, sources: dict[str, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()

    async def scenario() -> None:
        service = make_service(sqlite_store, {}, good_visitor(sqlite_store, Clock(), []), may_end.wait)
        serving = asyncio.create_task(service.serve())
        await eventually(service._digesting.locked)
        assert service.unwell() is None
        service._beaten -= STUCK.total_seconds() + 1
        assert "no sign of life" in str(service.unwell())
        service.beat()
        assert service.unwell() is None
        may_end.set()
        service.stop()
        await serving

    asyncio.run(scenario())
