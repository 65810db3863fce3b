"""Captures: each response once, each settled once, on SQLite and on PostgreSQL."""

from datetime import timedelta

from make_archive import NOW, make_capture
from sqlalchemy import text

from storage.records import (
    Change,
    ChangeKind,
)
from storage.store import Store


def test_the_same_response_twice_is_one_capture(store: Store) -> None:
    with store.write() as archive:
        first = archive.captures.add(make_capture(), b"body")
        assert archive.captures.add(make_capture(), b"body") == first
        assert archive.captures.add(make_capture(), b"other").id != first.id
        later = archive.captures.add(make_capture(fetched_at=NOW + timedelta(hours=1)), b"body")
        assert later.id != first.id
        assert later.body_digest == first.body_digest
        assert archive._connection.execute(text("SELECT count(*) FROM bodies")).scalar() == 2


def test_a_capture_is_settled_once(store: Store) -> None:
    with store.write() as archive:
        for number in range(1, 6):
            archive.captures.add(make_capture(number, source="b_vn" if number == 4 else "a_vn"), b"x")
        assert [c.id for c in archive.captures.unprocessed(3)] == [1, 2, 3]
        assert archive.captures.settle(2, Change(kind=ChangeKind.NEW, reason="new"), NOW)
        assert not archive.captures.settle(2, Change(kind=ChangeKind.EDITED), NOW)
        assert [c.id for c in archive.captures.unprocessed(9, after_id=1)] == [3, 4, 5]
        assert [c.id for c in archive.captures.unprocessed(9, sources=["b_vn"])] == [4]
        assert archive.captures.unprocessed(9, sources=[]) == []
        assert archive.captures.count_unprocessed() == 4
        assert [c.id for c in archive.captures.all(after_id=1, limit=2)] == [2, 3]
        assert [c.id for c in archive.captures.all(source="b_vn")] == [4]
    with store.read() as archive:
        settled = archive._connection.execute(text("SELECT outcome, settled_at FROM captures WHERE id = 2")).one()
        assert settled.outcome == "new"


def test_validators_come_from_the_newest_good_answer(store: Store) -> None:
    url = make_capture().requested_url
    with store.write() as archive:
        assert archive.captures.latest("a_vn", url) is None
        archive.captures.add(make_capture(), b"one")
        good = archive.captures.add(make_capture(fetched_at=NOW + timedelta(hours=1)), b"two")
        archive.captures.add(make_capture(fetched_at=NOW + timedelta(hours=2), status=304), None)
        archive.captures.add(make_capture(fetched_at=NOW + timedelta(hours=3), status=500), b"error")
        archive.captures.add(make_capture(fetched_at=NOW + timedelta(hours=4), source="b_vn"), b"three")
        assert archive.captures.latest("a_vn", url) == good
        assert len(archive.captures.of_page(good.key, "a_vn")) == 4
