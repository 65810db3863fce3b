"""The books on visits: how the last one to a source went, and when the next one is."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.service.cadence import next_visit
from spiders.source import Source
from storage.locks import Lease
from storage.records import SourceState, Visit, VisitState
from storage.store import Store


def book(store: Store, source: Source, status: int, lease: Lease | None = None, *, at: datetime) -> SourceState:
    """Write down how a visit that ended at `at` went and when the next one is; `status` is that of its process.

    Raises LeaseLost where the visit was made under a lease that another holds by now.
    """
    with store.write(lease) as archive:
        visits = archive.visits.recent(source.slug, 1)
        booked = after_visit(
            archive.visits.state(source.slug),
            visits[0] if visits else None,
            status,
            at=at,
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
    gone empty) are kept in words without backing off. Which visit is the newer one is told by their numbers: clocks
    are set back.
    """
    fresh = visit is not None and visit.id is not None and visit.id > (state.last_visit_id or 0)
    good = status == 0 and fresh and visit is not None and visit.state is VisitState.FINISHED
    problem = "; ".join(visit.problems) if visit is not None and fresh and visit.problems else None
    if not good and problem is None:
        problem = f"the visit ended with status {status}"
    failures = 0 if good else state.failures + 1
    return replace(
        state,
        last_visit_at=visit.started_at if fresh and visit is not None else state.last_visit_at,
        last_visit_id=visit.id if fresh and visit is not None else state.last_visit_id,
        last_success_at=at if good else state.last_success_at,
        failures=failures,
        problem=problem,
        next_visit_at=next_visit(at=at, interval=interval, failures=failures, jitter=jitter),
    )
