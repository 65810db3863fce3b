"""Bodies: small, whole, and found out when they have changed."""

import os
import random

import pytest
from make_archive import make_capture
from sqlalchemy import text

from storage import bodies
from storage.errors import BodyTooLarge, CorruptBody
from storage.keys import body_digest
from storage.store import Store


def make_html(number: int, furniture_of: str = "a") -> bytes:
    chance = random.Random(furniture_of)
    furniture = "".join(f'<a href="/{chance.getrandbits(40)}">{chance.getrandbits(60)}</a>\n' for _ in range(300))
    chance = random.Random(number)
    article = " ".join(str(chance.getrandbits(20)) for _ in range(150))
    return f"<html>{furniture}<p>{article}</p>{furniture[:2000]}</html>".encode()


def test_pages_of_one_site_are_kept_against_an_earlier_one(store: Store) -> None:
    pages = [make_html(number) for number in range(20)]
    with store.write() as archive:
        kept = [archive.captures.add(make_capture(n), body) for n, body in enumerate(pages)]
    with store.read() as archive:
        for capture, body in zip(kept, pages, strict=True):
            assert capture.body_digest == body_digest(body)
            assert archive.captures.body(capture.body_digest) == body
        rows = archive._connection.execute(
            text("SELECT length(content) AS n, dictionary_id FROM bodies ORDER BY id")
        ).all()
    assert rows[0].dictionary_id is None
    assert all(row.dictionary_id == 1 for row in rows[1:])
    assert sum(row.n for row in rows[1:]) / 19 < rows[0].n / 4


def test_after_a_redesign_a_new_page_is_kept_alone(store: Store) -> None:
    with store.write() as archive:
        for number in range(3):
            archive.captures.add(make_capture(number), make_html(number))
        for number in range(3, 6):
            archive.captures.add(make_capture(number), make_html(number, "redesigned"))
        rows = archive._connection.execute(text("SELECT dictionary_id FROM bodies ORDER BY id")).scalars().all()
    assert rows == [None, 1, 1, None, 4, 4]


@pytest.mark.parametrize(
    "body", [b"\x00", b"ab", b"\xff" * 7, bytes(range(256)) * 4, b"0" * 3_000_000, os.urandom(5000)]
)
def test_any_bytes_are_kept(sqlite_store: Store, body: bytes) -> None:
    with sqlite_store.write() as archive:
        for number, bytes_ in enumerate((body, body + b"!", body + b"!!")):
            kept = archive.captures.add(make_capture(number), bytes_)
            assert kept.body_digest is not None
            assert archive.captures.body(kept.body_digest) == bytes_


def packed(body: bytes) -> bytes:
    frame: bytes = getattr(bodies, "zstd").compress(body)  # noqa: B009 - a name the module does not export
    return frame


def test_a_changed_body_is_found_out(sqlite_store: Store) -> None:
    with sqlite_store.write() as archive:
        kept = [archive.captures.add(make_capture(n), make_html(n)) for n in range(4)]
    digests = [capture.body_digest or "" for capture in kept]
    with sqlite_store.write() as archive:
        alone = packed(make_html(9))
        run = archive._connection.execute
        run(text("UPDATE bodies SET content = :c, size = :n WHERE id = 2"), {"c": alone, "n": len(make_html(9))})
        run(text("UPDATE bodies SET content = :c WHERE id = 3"), {"c": b"not zstd"})
        run(text("UPDATE bodies SET content = :c WHERE id = 4"), {"c": packed(b"0" * 100_000_000)})
    with sqlite_store.read() as archive:
        assert archive.captures.body(digests[0]) == make_html(0)
        for digest, what in zip(digests[1:], ("bytes have changed", "cannot be decompressed", "has "), strict=True):
            with pytest.raises(CorruptBody, match=what):
                archive.captures.body(digest)
        with pytest.raises(CorruptBody, match="not in the archive"):
            archive.captures.body("0" * 64)


def test_a_damaged_page_is_no_dictionary(sqlite_store: Store) -> None:
    with sqlite_store.write() as archive:
        archive.captures.add(make_capture(0), make_html(0))
        archive._connection.execute(text("UPDATE bodies SET content = :c"), {"c": b"damaged"})
        kept = archive.captures.add(make_capture(1), make_html(1))
        assert archive.captures.body(kept.body_digest or "") == make_html(1)


def test_a_body_beyond_all_bounds_is_refused(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LARGEST", 1000)
    with pytest.raises(BodyTooLarge, match="1,001 bytes"), sqlite_store.write() as archive:
        archive.captures.add(make_capture(), b"0" * 1001)
