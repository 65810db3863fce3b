from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.service.cadence import (
    BACK_OFF_LIMIT,
    FIRST_RETRY,
    RECHECKS,
    is_due,
    next_check,
    next_visit,
    plan_in_words,
)
from storage.pages import LONGEST_WAIT
from storage.records import Change, ChangeKind, Page, PageState

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
UNCHANGED = Change(kind=ChangeKind.UNCHANGED)


def make_page(state: PageState = PageState.LIVE) -> Page:
    return Page(source="s", key="k", address="a", first_seen_at=T0, last_seen_at=T0, state=state)


def test_a_good_visit_is_followed_by_one_after_the_interval() -> None:
    assert next_visit(at=T0, interval=HALF_AN_HOUR, failures=0) == T0 + HALF_AN_HOUR


def test_a_failure_is_tried_again_soon_and_every_further_one_doubles_the_wait_up_to_a_day() -> None:
    waits = [next_visit(at=T0, interval=HALF_AN_HOUR, failures=n) - T0 for n in range(1, 12)]
    assert waits[:4] == [FIRST_RETRY, FIRST_RETRY * 2, FIRST_RETRY * 4, FIRST_RETRY * 8]
    assert waits[-1] == BACK_OFF_LIMIT


@given(st.integers(0, 10**6), st.floats(allow_nan=False), st.integers(1, 10**4))
def test_a_visit_is_always_ahead_and_within_the_limits(failures: int, jitter: float, minutes: int) -> None:
    interval = timedelta(minutes=minutes)
    wait = next_visit(at=T0, interval=interval, failures=failures, jitter=jitter) - T0
    assert min(interval, FIRST_RETRY) * 0.9 <= wait <= max(BACK_OFF_LIMIT, interval) * 1.1


def test_young_pages_are_looked_at_often_and_old_ones_left_alone() -> None:
    page = make_page()
    ages = [timedelta(hours=1), timedelta(hours=12), timedelta(days=3), timedelta(days=20), timedelta(days=100)]
    waits = [next_check(page, UNCHANGED, T0 + age) - (T0 + age) for age in ages]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(hours=1)
    assert next_check(page, UNCHANGED, T0 + timedelta(days=200)) is None


def test_an_edit_makes_an_old_page_young_again() -> None:
    at = T0 + timedelta(days=200)
    assert next_check(make_page(), Change(kind=ChangeKind.EDITED), at) == at + timedelta(hours=1)


def test_a_missing_page_is_asked_again_when_the_suspicion_can_be_confirmed() -> None:
    again = next_check(make_page(), Change(kind=ChangeKind.SUSPECTED_GONE), T0)
    assert again is not None
    assert again - T0 > timedelta(hours=24)


@pytest.mark.parametrize(
    ("ahead", "due"),
    [
        (timedelta(0), True),
        (timedelta(minutes=5), False),
        (timedelta(hours=26), False),  # a day's back-off, and its jitter
        (timedelta(hours=27), True),
        (timedelta(days=400), True),
    ],
)
def test_a_next_visit_further_off_than_any_wait_is_not_trusted(ahead: timedelta, due: bool) -> None:
    assert is_due(T0 + ahead, now=T0, interval=timedelta(minutes=30)) is due
    assert not is_due(None, now=T0, interval=timedelta(minutes=30))


def test_the_plan_says_how_many_are_due_and_which_is_first() -> None:
    later = {"b_vn": T0 + timedelta(minutes=3), "a_vn": T0 + timedelta(minutes=9)}
    said = f"2 sources, none due now; the first visit: b_vn at {T0 + timedelta(minutes=3):%Y-%m-%d %H:%M:%S}Z"
    assert plan_in_words(later, T0) == said
    assert plan_in_words({**later, "c_vn": T0}, T0) == "3 sources, 1 due now; the first visit: c_vn now"
    assert plan_in_words({"c_vn": T0}, T0) == "1 source, 1 due now; the first visit: c_vn now"
    assert plan_in_words({}, T0) == "no source to visit"


def test_no_page_waits_longer_than_the_archive_trusts() -> None:
    assert all(wait < LONGEST_WAIT for _, wait in RECHECKS)
