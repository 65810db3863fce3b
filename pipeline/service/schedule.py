"""The service: a tick asks the database what is due, children visit, and what they bring is processed and published.

The moment of every source's next visit is kept in the archive, never in a scheduler, so that a restart loses nothing
and runs nothing twice. Ticks follow the monotonic clock: the one on the wall is set back and forth, and a tick that
waited for it would wait for hours. What is of the calendar (the daily clearing up) is APScheduler's.

One scheduler an archive: the second is refused at the start, and each tick makes sure that this one still is the only
one (a lease) and that the archive is still there. What goes wrong again and again is said once, and `unwell` says it
for as long as it lasts.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from pipeline.service.booking import book
from pipeline.service.cadence import is_due, plan_in_words
from pipeline.service.child_visit import BUSY, GRACE
from spiders.source import Source
from storage.errors import HealthwireError, LeaseLost
from storage.locks import Lease
from storage.store import Store

log = logging.getLogger(__name__)

TICK = timedelta(seconds=10)
FIRST_VISITS_WITHIN = timedelta(minutes=2)  # a new installation does not start every source at once
MEMORY_KEPT = timedelta(days=180)  # what a site shows on every page is seen again long before
BUSY_RETRY = timedelta(minutes=1)
STUCK = timedelta(minutes=10)  # processing that has given no sign of life for so long is stuck
MOVED = timedelta(minutes=1)  # the clock on the wall, against the monotonic one: said and acted upon

Visitor = Callable[[Source], Awaitable[int]]


class Service:
    """Visits sources when they are due and hands what came in to `digest`, until `stop` is called.

    `visit` runs one visit and gives the exit status of its process; `digest` processes and publishes (synchronous; it
    is run in a thread, one at a time) and calls `beat` as it goes on. `stopping`, where given, is set when the service
    stops, by whatever cause. `now` is the clock on the wall.
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
        lease: Lease | None = None,
        stopping: asyncio.Event | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._sources = dict(sources)
        self._visit = visit
        self._digest = digest
        self._places = asyncio.Semaphore(at_once)
        self._tick = tick
        self._first_within = first_within
        self._lease = lease
        self._now = now
        self._visits: dict[str, asyncio.Task[None]] = {}
        self._digesting = asyncio.Lock()
        self._beaten = time.monotonic()
        self._stopping = stopping or asyncio.Event()
        self._not_before: dict[str, float] = {}  # sources whose visit could not be booked, by the monotonic clock
        self._troubles: dict[str, str] = {}  # of what: in words
        self._lost: LeaseLost | None = None

    async def serve(self) -> None:
        """Run until `stop`; then start nothing new and wait for the running visits.

        Raises LeaseLost, after all that, when another process schedules visits for this archive by now.
        """
        await asyncio.to_thread(self._take_up)
        calendar = AsyncIOScheduler(timezone=UTC)
        daily = calendar.add_job(
            asyncio.to_thread, IntervalTrigger(days=1, timezone=UTC), args=[self._forget], misfire_grace_time=None
        )
        calendar.start()
        first = asyncio.create_task(self._run_digest())  # whatever an earlier process captured and did not get to
        began, seen = time.monotonic(), self._now()
        while not self._stopping.is_set():
            moved = self._now() - seen - timedelta(seconds=time.monotonic() - began)
            if abs(moved) > MOVED:
                log.warning("the clock was moved by %s; visits go on", _said(moved))
                daily.reschedule(IntervalTrigger(days=1, timezone=UTC))
            began, seen = time.monotonic(), self._now()
            await self._start_due()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._tick.total_seconds())
        calendar.shutdown(wait=False)
        if self._visits:
            log.info("stopping: waiting for %s", ", ".join(sorted(self._visits)))
            await asyncio.wait(self._visits.values(), timeout=GRACE.total_seconds())
        await first
        async with self._digesting:
            pass  # a digest that is under way ends whole
        if self._lost is not None:
            raise self._lost

    def stop(self) -> None:
        """Begin to stop; `serve` returns when running visits have ended."""
        self._stopping.set()

    def beat(self) -> None:
        """A sign of life from the digest, from whatever thread."""
        self._beaten = time.monotonic()

    def unwell(self) -> str | None:
        """What keeps the service from its work at the moment, in words; None while nothing does."""
        if self._digesting.locked() and time.monotonic() - self._beaten > STUCK.total_seconds():
            return f"processing has given no sign of life for {_said(STUCK)}"
        return next(iter(self._troubles.values()), None)

    def _take_up(self) -> None:
        """Know every source, and close the books on visits that an earlier process did not end."""
        now = self._now()
        for visit in self._store.interrupted(now):
            log.warning("%s: the visit of %s was cut short; it is made again", visit.source, visit.started_at)
        with self._store.write(self._lease) as archive:
            for slug in self._sources:
                state = archive.visits.state(slug)
                if state.next_visit_at is None:
                    soon = now + self._first_within * random.random()  # noqa: S311 - spreads load, keeps no secret
                    archive.visits.save_state(replace(state, next_visit_at=soon))
            planned = {
                state.slug: state.next_visit_at
                for state in archive.visits.states()
                if state.slug in self._sources and state.next_visit_at is not None
            }
        log.info("%s", plan_in_words(planned, now))

    def _forget(self) -> None:
        """Let the sites' memories go of what has not been seen for long."""
        before = self._now() - MEMORY_KEPT
        for slug in self._sources:
            with self._store.write(self._lease) as archive:
                archive.memory.prune(slug, before)

    async def _start_due(self) -> None:
        try:
            due = await asyncio.to_thread(self._due)
        except LeaseLost as lost:
            log.error("%s", lost)
            self._lost = lost
            self.stop()
        except Exception as error:
            self._in_trouble("schedule", error)
        else:
            self._out_of_trouble("schedule")
            for source in due:
                self._visits[source.slug] = asyncio.create_task(self._make_visit(source))

    def _due(self) -> list[Source]:
        """The sources to visit now, longest overdue first, once it is sure that this is for us to do."""
        self._store.version()  # raises ArchiveGone
        if self._lease is not None:
            self._lease.renew()
        now = self._now()
        under_way = set(self._visits)  # before what is due is asked for: a visit may end in between
        with self._store.read() as archive:
            states = archive.visits.states()
        due = []
        for state in states:
            source = self._sources.get(state.slug)
            if source is None or not is_due(state.next_visit_at, now=now, interval=source.interval):
                continue
            if source.slug in under_way or self._not_before.get(source.slug, 0.0) > time.monotonic():
                continue
            assert state.next_visit_at is not None
            if state.next_visit_at > now:
                log.warning("%s: its next visit was set by a clock that was ahead; visited now", source.slug)
            due.append((min(state.next_visit_at, now), source))
        return [source for _, source in sorted(due, key=lambda each: (each[0], each[1].slug))]

    async def _make_visit(self, source: Source) -> None:
        try:
            async with self._places:
                if self._stopping.is_set():
                    return  # it stays due
                status = await self._status_of_visit(source)
            if status != 0 and self._stopping.is_set():
                log.info("%s: its visit ends with the service and is made again after the next start", source.slug)
                return  # our stop is no failure of the site: it stays due
            if status == BUSY:
                await asyncio.to_thread(self._wait_for_other, source)
                return
            await asyncio.to_thread(self._book, source, status)
            await self._run_digest()
        except Exception as error:  # it cannot be booked and stays due, but a site is not asked at every tick
            self._not_before[source.slug] = time.monotonic() + BUSY_RETRY.total_seconds()
            self._in_trouble("visits", error)
        finally:
            del self._visits[source.slug]

    async def _status_of_visit(self, source: Source) -> int:
        try:
            return await self._visit(source)
        except Exception:  # a bug of ours costs this visit
            log.exception("%s: the visit could not be made", source.slug)
            return 1

    def _wait_for_other(self, source: Source) -> None:
        """Another process is at the source, a child of a service that was killed perhaps: no failure, look later."""
        log.info("%s: another process is visiting it; tried again in a minute", source.slug)
        with self._store.write(self._lease) as archive:
            state = archive.visits.state(source.slug)
            archive.visits.save_state(replace(state, next_visit_at=self._now() + BUSY_RETRY))

    def _book(self, source: Source, status: int) -> None:
        """Write down how a visit went and when the next one is."""
        self._store.version()  # without its archive the visit failed by our fault, not the site's
        booked = book(self._store, source, status, self._lease, at=self._now())
        self._out_of_trouble("visits")
        if booked.problem:
            log.warning("%s: %s; tried again at %s", source.slug, booked.problem, _clock(booked.next_visit_at))

    async def _run_digest(self) -> None:
        async with self._digesting:
            self.beat()
            try:
                await asyncio.to_thread(self._whole_digest)
            except Exception as error:
                self._in_trouble("processing", error)
            else:
                self._out_of_trouble("processing")

    def _whole_digest(self) -> None:
        self._store.version()  # never into a file that is not the archive any more
        self._digest()

    def _in_trouble(self, what: str, error: Exception) -> None:
        """Say what is wrong, once for as long as it is the same: a bug of ours with its traceback."""
        said = str(error) if isinstance(error, HealthwireError) else f"{type(error).__name__}: {error}"
        if self._troubles.get(what) != said:
            bug = None if isinstance(error, HealthwireError) else error
            log.error("%s: %s; tried again", what, " ".join(said.split()), exc_info=bug)
        self._troubles[what] = said

    def _out_of_trouble(self, what: str) -> None:
        if self._troubles.pop(what, None) is not None:
            log.info("%s: goes on again", what)


def _said(wait: timedelta) -> str:
    sign = "-" if wait < timedelta(0) else ""
    return f"{sign}{timedelta(seconds=round(abs(wait).total_seconds()))}"


def _clock(at: datetime | None) -> str:
    return f"{at:%H:%M:%S}Z" if at else "never"
