"""When to look again: at a source, and at a page. Health, history and the clock go in, a moment comes out. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from storage.records import Change, ChangeKind, Page, PageState

FIRST_RETRY = timedelta(minutes=5)  # most failures are a network or a server that is away for a moment
BACK_OFF_LIMIT = timedelta(hours=24)

RECHECKS: tuple[tuple[timedelta, timedelta], ...] = (
    # (younger than, look again after): most edits of a news story come on its first day
    (timedelta(hours=6), timedelta(hours=1)),
    (timedelta(days=1), timedelta(hours=4)),
    (timedelta(days=7), timedelta(days=1)),
    (timedelta(days=30), timedelta(days=7)),
    (timedelta(days=180), timedelta(days=30)),
)
MISSING_RECHECK = timedelta(hours=25)  # just past the time after which a second 404 confirms


def next_visit(*, at: datetime, interval: timedelta, failures: int, jitter: float = 0.0) -> datetime:
    """When to visit a source again after a visit that ended at `at`.

    `failures` is the number of failed visits in a row (0 after a good one): the first is followed by another visit
    soon, and each further one doubles the wait, up to a day. `jitter` between -1 and 1 moves the wait by up to a
    tenth, so that sources do not march in step.
    """
    wait = interval
    if failures:
        wait = min(FIRST_RETRY * (1 << min(failures - 1, 16)), max(BACK_OFF_LIMIT, interval))
    return at + wait * (1 + 0.1 * max(-1.0, min(1.0, jitter)))


def is_due(next_visit_at: datetime | None, *, now: datetime, interval: timedelta) -> bool:
    """Whether a source is to be visited by now; None: never on our own account.

    A moment further off than the longest wait was set under a clock that was ahead, and is not trusted.
    """
    if next_visit_at is None:
        return False
    return next_visit_at <= now or next_visit_at > now + 1.1 * max(BACK_OFF_LIMIT, interval)


def plan_in_words(planned: Mapping[str, datetime], now: datetime) -> str:
    """What will be visited, and when first, of the sources by the moment of their next visit."""
    if not planned:
        return "no source to visit"
    due = sum(1 for at in planned.values() if at <= now)
    slug, first = min(planned.items(), key=lambda each: (each[1], each[0]))
    sources = f"{len(planned)} source{'s' if len(planned) > 1 else ''}, {due or 'none'} due now"
    return f"{sources}; the first visit: {slug} {'now' if first <= now else f'at {first:%Y-%m-%d %H:%M:%S}Z'}"


def next_check(page: Page, change: Change, at: datetime) -> datetime | None:
    """When to look at a page again after `change` at `at`; None when it is old enough to be left alone.

    A page that is suspected gone is asked again once the suspicion can be confirmed; a page that is gone is
    asked at the pace of its age, since pages do come back.
    """
    if change.kind is ChangeKind.SUSPECTED_GONE or page.state is PageState.SUSPECTED_GONE:
        return at + MISSING_RECHECK
    # an edit makes a page young again: edits come in clusters
    born = at if change.kind in (ChangeKind.NEW, ChangeKind.EDITED, ChangeKind.RESTORED) else page.first_seen_at
    age = at - born
    return next((at + wait for younger, wait in RECHECKS if age < younger), None)
