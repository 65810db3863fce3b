"""The service: APScheduler ticks, the database says what is due, children visit, and what they bring is published.

The moment of every source's next visit is kept in the archive, never in the scheduler, so that a restart loses
nothing and runs nothing twice. A visit is a child process: a crash, a leak or an endless loop in one costs one
visit. One scheduler an archive: the second is refused at the start (`Store.exclusive`).
"""

import asyncio
import contextlib
import logging
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from pipeline.service.cadence import next_visit
from spiders.source import Source
from storage.records import SourceState, Visit, VisitState
from storage.store import Store

log = logging.getLogger(__name__)

TICK = timedelta(seconds=10)
FIRST_VISITS_WITHIN = timedelta(minutes=2)  # a new installation does not start every source at once
GRACE = timedelta(seconds=60)  # how long a stopping service waits for running visits
MEMORY_KEPT = timedelta(days=180)  # what a site shows on every page is seen again long before
VISIT_LIMIT = timedelta(minutes=30)  # a child that takes longer is stuck

BUSY = 75  # a visit's exit status where another process is visiting the source already (EX_TEMPFAIL of sysexits)
BUSY_RETRY = timedelta(minutes=1)

Visitor = Callable[[Source], Awaitable[int]]


class Service:
    """Visits sources when they are due and hands what came in to `digest`, until `stop` is called.

    `visit` runs one visit and gives the exit status of its process; `digest` processes and publishes
    (synchronous; it is run in a thread, one at a time).
    """

    def __init__(
        self,
        store: Store,
        sources: Mapping[str, Source],
        *,
        visit: Visitor,
        digest: Callable[[], None],
        at_once: int = 2,
        tick: timedelta = TICK,
        first_within: timedelta = FIRST_VISITS_WITHIN,
    ) -> None:
        self._store = store
        self._sources = dict(sources)
        self._visit = visit
        self._digest = digest
        self._places = asyncio.Semaphore(at_once)
        self._tick = tick
        self._first_within = first_within
        self._visits: dict[str, asyncio.Task[None]] = {}
        self._digesting = asyncio.Lock()
        self._stopping = asyncio.Event()

    async def serve(self) -> None:
        """Run until `stop`; then start nothing new and wait for the running visits."""
        await asyncio.to_thread(self._take_up)
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(
            self._start_due,
            IntervalTrigger(seconds=self._tick.total_seconds(), timezone=UTC),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,  # a late tick is still a tick: the database knows what is due
        )
        scheduler.add_job(
            asyncio.to_thread, IntervalTrigger(days=1, timezone=UTC), args=[self._forget], misfire_grace_time=None
        )
        scheduler.start()
        await self._run_digest()  # whatever an earlier process captured and did not get to
        await self._stopping.wait()
        scheduler.pause()  # not shutdown(): that would cancel a tick half way
        if self._visits:
            log.info("stopping: waiting for %s", ", ".join(sorted(self._visits)))
            await asyncio.wait(self._visits.values(), timeout=GRACE.total_seconds())
        scheduler.shutdown(wait=False)
        async with self._digesting:
            pass  # a digest that is under way ends whole

    def stop(self) -> None:
        """Begin to stop; `serve` returns when running visits have ended."""
        self._stopping.set()

    def _take_up(self) -> None:
        """Know every source, and close the books on visits that an earlier process did not end."""
        now = datetime.now(UTC)
        with self._store.write() as archive:
            for visit in archive.visits.interrupted(now):
                log.warning("%s: the visit of %s was cut short; it is made again", visit.source, visit.started_at)
            for slug in self._sources:
                state = archive.visits.state(slug)
                if state.next_visit_at is None:
                    soon = now + self._first_within * random.random()  # noqa: S311 - spreads load, keeps no secret
                    archive.visits.save_state(replace(state, next_visit_at=soon))

    def _forget(self) -> None:
        """Let the sites' memories go of what has not been seen for long."""
        before = datetime.now(UTC) - MEMORY_KEPT
        for slug in self._sources:
            with self._store.write() as archive:
                archive.memory.prune(slug, before)

    async def _start_due(self) -> None:
        if self._stopping.is_set():
            return
        for state in await asyncio.to_thread(self._due):
            if state.slug not in self._visits and state.slug in self._sources:
                self._visits[state.slug] = asyncio.create_task(self._make_visit(self._sources[state.slug]))

    def _due(self) -> list[SourceState]:
        with self._store.read() as archive:
            return archive.visits.due(datetime.now(UTC))

    async def _make_visit(self, source: Source) -> None:
        try:
            async with self._places:
                if self._stopping.is_set():
                    return  # it stays due
                status = await self._visit(source)
            if status != 0 and self._stopping.is_set():
                log.info("%s: its visit ends with the service and is made again after the next start", source.slug)
                return  # our stop is no failure of the site: it stays due
            if status == BUSY:
                await asyncio.to_thread(self._wait_for_other, source)
                return
            await asyncio.to_thread(self._book, source, status)
            await self._run_digest()
        except Exception:
            log.exception("%s: the visit could not be made", source.slug)
            await asyncio.to_thread(self._book, source, 1)
        finally:
            del self._visits[source.slug]

    def _wait_for_other(self, source: Source) -> None:
        """Another process is at the source, a child of a service that was killed perhaps: no failure, look later."""
        log.info("%s: another process is visiting it; tried again in a minute", source.slug)
        with self._store.write() as archive:
            state = archive.visits.state(source.slug)
            archive.visits.save_state(replace(state, next_visit_at=datetime.now(UTC) + BUSY_RETRY))

    def _book(self, source: Source, status: int) -> None:
        """Write down how a visit went and when the next one is."""
        booked = book(self._store, source, status)
        if booked.problem:
            log.warning("%s: %s; tried again at %s", source.slug, booked.problem, _clock(booked.next_visit_at))

    async def _run_digest(self) -> None:
        async with self._digesting:
            try:
                await asyncio.to_thread(self._digest)
            except Exception:
                log.exception("what was captured could not be processed or published; it is tried again")


def book(store: Store, source: Source, status: int) -> SourceState:
    """Write down how a visit that has just ended went and when the next one is; `status` is that of its process."""
    now = datetime.now(UTC)
    with store.write() as archive:
        visits = archive.visits.recent(source.slug, 1)
        booked = after_visit(
            archive.visits.state(source.slug),
            visits[0] if visits else None,
            status,
            at=now,
            interval=source.interval,
            jitter=random.uniform(-1, 1),  # noqa: S311 - spreads load, keeps no secret
        )
        archive.visits.save_state(booked)
    return booked


def after_visit(
    state: SourceState, visit: Visit | None, status: int, *, at: datetime, interval: timedelta, jitter: float = 0.0
) -> SourceState:
    """What to remember of a source after a visit whose process ended with `status`.

    A visit is good when its process says so and its record finished; problems of a good visit (a listing that has
    gone empty) are kept in words without backing off.
    """
    fresh = visit is not None and (state.last_visit_at is None or visit.started_at > state.last_visit_at)
    good = status == 0 and fresh and visit is not None and visit.state is VisitState.FINISHED
    problem = "; ".join(visit.problems) if visit is not None and fresh and visit.problems else None
    if not good and problem is None:
        problem = f"the visit ended with status {status}"
    failures = 0 if good else state.failures + 1
    return replace(
        state,
        last_visit_at=visit.started_at if fresh and visit is not None else state.last_visit_at,
        last_success_at=at if good else state.last_success_at,
        failures=failures,
        problem=problem,
        next_visit_at=next_visit(at=at, interval=interval, failures=failures, jitter=jitter),
    )


async def visit_in_child(source: Source, environment: Mapping[str, str], stopping: asyncio.Event) -> int:
    """Visit a source by `healthwire crawl SLUG` in a child process; gives its exit status.

    A stop of the service reaches the child as SIGTERM: it ends its open requests and closes its books.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pipeline.cli",
        "crawl",
        source.slug,
        "--quiet",
        "--for-service",
        str(os.getpid()),
        env={**os.environ, **environment},
    )
    ended = asyncio.create_task(child.wait())
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({ended, told}, timeout=VISIT_LIMIT.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            _signal(child, signal.SIGTERM)
            await asyncio.wait({ended}, timeout=GRACE.total_seconds() / 2)
        if not ended.done():
            log.error("%s: the visit did not end when told to; killed", source.slug)
            _signal(child, signal.SIGKILL)
        return await ended
    finally:
        told.cancel()


def end_with(parent: int, every: float = 1.0) -> None:
    """Have this process told to stop (SIGTERM) when its parent is gone: a killed service leaves no visit behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(every)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _signal(child: asyncio.subprocess.Process, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(what)


def _clock(at: datetime | None) -> str:
    return f"{at:%H:%M:%S}Z" if at else "never"
