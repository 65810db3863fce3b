"""Pages and their revisions, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest
from make_archive import NOW, make_document, make_page, make_revision
from sqlalchemy.exc import IntegrityError

from storage.records import (
    Page,
    PageState,
)
from storage.store import Store


def test_a_page_is_one_key_of_one_source(store: Store) -> None:
    page = Page(source="a_vn", key="k", address="https://a.vn/k", first_seen_at=NOW, last_seen_at=NOW)
    with store.write() as archive:
        first = archive.pages.save(page)
        later = NOW + timedelta(days=1)
        again = archive.pages.save(replace(page, first_seen_at=later, last_seen_at=later, state=PageState.GONE))
        assert again == replace(first, last_seen_at=later, state=PageState.GONE)
        other = archive.pages.save(replace(page, source="b_vn"))
        assert other.id != first.id
        assert first.id is not None
        assert archive.pages.get(first.id) == again == archive.pages.find("a_vn", "k")
        assert archive.pages.find("a_vn", "other") is None
        many = [f"k{number}" for number in range(1200)]
        assert archive.pages.known("a_vn", [*many, "k"]) == {"k"}
        assert archive.pages.known("a_vn", []) == set()
        assert archive.pages.all(10) == [again, other]
        assert archive.pages.all(10, after_id=first.id, source="a_vn") == []


def test_the_database_says_which_pages_are_due(store: Store) -> None:
    with store.write() as archive:
        made = []
        for number, (after, state) in enumerate(
            [(2, PageState.LIVE), (1, PageState.SUSPECTED_GONE), (5, PageState.LIVE), (None, PageState.GONE)]
        ):
            due = None if after is None else NOW + timedelta(hours=after)
            page = Page(source="a_vn", key=f"k{number}", address="x", first_seen_at=NOW, last_seen_at=NOW)
            made.append(archive.pages.save(replace(page, next_check_at=due, state=state)))
        at = NOW + timedelta(hours=2)
        assert [page.key for page in archive.pages.due("a_vn", at, 9)] == ["k1", "k0"]
        assert [page.key for page in archive.pages.due("a_vn", at, 1)] == ["k1"]
        assert archive.pages.due("b_vn", at, 9) == []
        # set under a clock that was ahead: not trusted
        assert [page.key for page in archive.pages.due("a_vn", at - timedelta(days=400), 9)] == ["k1", "k0", "k2"]
        assert made[1].id is not None
        archive.pages.postpone(made[1].id, None)
        assert [page.key for page in archive.pages.due("a_vn", at, 9)] == ["k0"]
        assert archive.pages.make_due("a_vn", NOW) == 3
        assert len(archive.pages.due("a_vn", NOW, 9)) == 3


def test_revisions_are_appended_and_never_repeated(store: Store) -> None:
    with store.write() as archive:
        page = make_page(archive)
        assert page.id is not None
        first = archive.pages.latest_revision(page.id)
        assert first is not None
        assert archive.pages.add_revision(replace(first, number=2, id=None)) == first
        corrected = replace(first, number=2, document=replace(first.document, byline="Hà"), id=None)
        assert archive.pages.add_revision(corrected).id != first.id  # the same words, read better
    with pytest.raises(IntegrityError), store.write() as archive:
        archive.pages.add_revision(make_revision(page.id, 1, make_document("Khác"), number=2))
    with pytest.raises(IntegrityError), store.write() as archive:
        archive.pages.add_revision(make_revision(page.id, 99, make_document("Khác"), number=3))
