"""The archive's nouns, on SQLite and on PostgreSQL."""

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from storage import bodies
from storage.archive import Archive
from storage.errors import AlreadyHeld, BodyTooLarge, CorruptBody, QueryRefused
from storage.filters import EVERYTHING, StoryFilter
from storage.keys import body_digest, words_digest
from storage.records import (
    Capture,
    CaptureKind,
    Change,
    ChangeKind,
    Document,
    Evidence,
    Hint,
    Image,
    Label,
    Member,
    Page,
    PageState,
    Precision,
    Publisher,
    Revision,
    Role,
    Run,
    RunState,
    SourceState,
    Story,
    StoryView,
    Timestamp,
    Verdict,
)
from storage.store import Store

HANOI = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=HANOI)


def make_capture(number: int = 1, **more: Any) -> Capture:
    url = f"https://a.vn/bai-{number}.html"
    given = {
        "source": "a_vn",
        "kind": CaptureKind.ARTICLE,
        "address": url,
        "key": url,
        "requested_url": url,
        "final_url": url,
        "status": 200,
        "fetched_at": NOW + timedelta(minutes=number),
    }
    return Capture(**{**given, **more})


def make_document(title: str = "Bộ trưởng Y tế tiếp Đại sứ Nga", **more: Any) -> Document:
    given = {"title": title, "paragraphs": ("Hai bên trao đổi về hợp tác.",), "language": "vi", "reader": "t/1"}
    return Document(**{"confidence": 0.9, **given, **more})


def make_page(archive: Archive, number: int = 1, document: Document | None = None, **more: Any) -> Page:
    """A stored page with one revision, from one settled capture."""
    capture = archive.captures.add(
        make_capture(number, **({"source": more["source"]} if "source" in more else {})), b"x"
    )
    assert capture.id is not None
    archive.captures.settle(capture.id, Change(kind=ChangeKind.NEW), NOW)
    given = {"source": capture.source, "key": capture.key, "address": capture.address}
    seen = {"first_seen_at": capture.fetched_at, "last_seen_at": capture.fetched_at}
    page = archive.pages.save(Page(**{**given, **seen, **more}))
    assert page.id is not None
    document = document or make_document()
    archive.pages.add_revision(make_revision(page.id, capture.id, document))
    archive.search.index(page.id, document)
    return page


def make_revision(page_id: int, capture_id: int, document: Document, number: int = 1, **more: Any) -> Revision:
    given = {"page_id": page_id, "capture_id": capture_id, "number": number, "document": document}
    said = {"digest": words_digest(document), "change": Change(kind=ChangeKind.NEW), "seen_at": NOW}
    return Revision(**{**given, **said, **more})


def make_verdict(story_id: int, **more: Any) -> Verdict:
    given = {"relevant": True, "score": 0.9, "partners": ("RU",), "themes": ("vaccine",), "act": "meeting"}
    made = {"lexicon_version": "1", "weights_version": "1", "story_id": story_id, "judged_at": NOW}
    return Verdict(**{**given, **made, **more})


def make_story(
    archive: Archive, number: int = 1, *, entered: bool = True, verdict: dict[str, Any] | None = None, **more: Any
) -> Story:
    """A stored story of one page, with a verdict, entered `number` minutes after NOW."""
    page = make_page(archive, number, **more)
    assert page.id is not None
    at = NOW + timedelta(minutes=number)
    member = Member(page_id=page.id, role=Role.ORIGINAL, why="first seen here")
    story = archive.stories.create(
        Story(uid=f"story{number}", first_seen_at=at, link_page_id=page.id, members=(member,), updated_at=at)
    )
    assert story.id is not None
    archive.stories.add_verdict(make_verdict(story.id, **(verdict or {})))
    if entered:
        story = replace(story, entered_at=at)
        archive.stories.save(story)
    return story


def uids(views: list[StoryView]) -> list[str]:
    return [view.story.uid for view in views]


# ── records come back as they went in ──────────────────────────────────────────────────────────────────────


def test_captures_round_trip(store: Store) -> None:
    hint = Hint(title="Tin “mới”", published_at=NOW, section="Hợp tác", listing_url="https://a.vn/")
    headers = (("Content-Type", "text/html"), ("set-cookie", "a"), ("Set-Cookie", "b"), ("X", "é\x85"))
    with store.write() as archive:
        run = archive.visits.open(Run(source="a_vn", started_at=NOW))
        kept = archive.captures.add(make_capture(headers=headers, hint=hint, run_id=run.id), "Tiếng Việt".encode())
        bare = archive.captures.add(make_capture(2, status=304, kind=CaptureKind.LISTING), None)
    with store.read() as archive:
        assert kept.id is not None
        assert bare.id is not None
        assert archive.captures.get(kept.id) == kept
        assert archive.captures.get(bare.id) == bare
        assert kept.body_digest is not None
        assert archive.captures.body(kept.body_digest).decode() == "Tiếng Việt"
        assert bare.body_digest is None
        assert archive.captures.get(999) is None
        assert archive.captures.newest_at() == bare.fetched_at


def test_documents_round_trip_whole(store: Store) -> None:
    document = Document(
        title="Tiêu đề – ‘một’",
        lead="",
        paragraphs=("", "a\tb", "dòng\nmới", "𠮷 😀"),
        captions=("Ảnh",),
        published=Timestamp(at=NOW, precision=Precision.MINUTE, zone_assumed=True),
        modified=Timestamp(at=NOW.astimezone(UTC), precision=Precision.DAY, zone_assumed=False),
        byline="Hồng Hà",
        agency="TTXVN",
        section="Y tế",
        tags=("y tế", "Nga"),
        language="vi",
        canonical_url="https://a.vn/",
        image=Image(url="https://a.vn/a.jpg", caption="Ảnh", credit=None),
        reader="generic",
        confidence=1 / 3,
        doubts=("no date",),
    )
    change = Change(kind=ChangeKind.EDITED, parts=("title", "text"), reason="words were added")
    with store.write() as archive:
        page = make_page(archive)
        assert page.id is not None
        kept = archive.pages.add_revision(make_revision(page.id, 1, document, 2, change=change))
    with store.read() as archive:
        found = archive.pages.latest_revision(page.id)
        assert found == kept
        assert found is not None
        assert found.document.published is not None
        assert found.document.published.at.utcoffset() == timedelta(hours=7)  # the page's own zone is kept
        assert [revision.number for revision in archive.pages.revisions(page.id)] == [1, 2]


def test_what_no_database_keeps_is_replaced(store: Store) -> None:
    with store.write() as archive:
        page = make_page(archive, document=make_document("a\x00b\ud800c"), key="https://a.vn/\x00")
        assert page.id is not None
        again = archive.pages.save(
            Page(source="a_vn", key="https://a.vn/\x00", address="x", first_seen_at=NOW, last_seen_at=NOW)
        )
        assert again.id == page.id
        found = archive.pages.latest_revision(page.id)
        assert found is not None
        assert found.document.title == "a\ufffdb\ufffdc"


def test_naive_datetimes_are_refused(store: Store) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a time zone"), store.read() as archive:
        archive.pages.due("a_vn", naive, 1)
    with pytest.raises(StatementError, match="without a time zone"), store.write() as archive:
        archive.pages.postpone(1, naive)
    with pytest.raises(ValueError, match="without a time zone"):
        StoryFilter(since=naive)


# ── captures ───────────────────────────────────────────────────────────────────────────────────────────────


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


# ── bodies ─────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── pages ──────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── stories ────────────────────────────────────────────────────────────────────────────────────────────────


def test_stories_round_trip(store: Store) -> None:
    evidence = (Evidence(phrase="tiếp Đại sứ", place="title", kind="act", weight=1.25),)
    with store.write() as archive:
        story = make_story(archive)
        assert story.id is not None
        verdict = archive.stories.add_verdict(make_verdict(story.id, evidence=evidence, gloss="meeting with Russia"))
        label = archive.stories.label(Label(story_id=story.id, relevant=False, why="culture", by="lan", at=NOW))
        later = archive.stories.label(Label(story_id=story.id, relevant=True, why="health", by="hà", at=NOW))
    with store.read() as archive:
        assert archive.stories.get(story.id) == story == archive.stories.by_uid("story1")
        assert archive.stories.verdict(story.id) == verdict
        assert archive.stories.labels(story.id) == archive.stories.labels() == [label, later]
        assert archive.stories.labels(99) == []
        assert archive.stories.by_address("http://www.a.vn/bai-1.html?utm_source=x") == story
        assert archive.stories.by_address("nonsense") is None
        assert archive.stories.by_uid("x") is None
        assert archive.stories.get(99) is None
        assert archive.stories.verdict(99) is None
        assert archive.stories.all(9) == [story]


def test_a_story_is_created_once_and_changes_in_place(store: Store) -> None:
    with store.write() as archive:
        story = make_story(archive)
        assert archive.stories.create(replace(story, late=True, id=None)) == story
        page = make_page(archive, 2)
        assert page.id is not None
        assert story.id is not None
        archive.stories.join(story.id, Member(page_id=page.id, role=Role.COPY, taken_from=1, why="same text"))
        joined = archive.stories.get(story.id)
        assert joined is not None
        assert [member.role for member in joined.members] == [Role.ORIGINAL, Role.COPY]
        withdrawn = replace(joined, withdrawn_at=NOW, late=True, link_page_id=page.id)
        archive.stories.save(withdrawn)
        archive.stories.save(withdrawn)
        assert archive.stories.get(story.id) == withdrawn
        found = archive.pages.get(page.id)
        assert found is not None
        assert found.story_id == story.id
        other = make_story(archive, 3)
        assert other.id is not None
        archive.stories.join(other.id, Member(page_id=page.id, role=Role.TELLING))
        left = archive.stories.get(story.id)
        assert left is not None
        assert len(left.members) == 1


def test_pages_that_share_keys_are_candidates(store: Store) -> None:
    key = "{:016x}".format
    with store.write() as archive:
        for number in range(1, 4):
            make_story(archive, number)
        alone = make_page(archive, 9)
        assert alone.id is not None
        archive.stories.index(1, [key(1), key(2), key(2**64 - 1)])
        archive.stories.index(2, [key(2), key(3)])
        archive.stories.index(3, [key(7)])
        archive.stories.index(alone.id, [key(1)])
        assert archive.stories.candidates([key(1), key(2), key(2**64 - 1), key(9)]) == [(1, 1, 3), (2, 2, 1)]
        assert archive.stories.candidates([]) == []
        since = NOW + timedelta(minutes=2)
        assert archive.stories.candidates([key(2)], since) == [(2, 2, 1)]
        archive.stories.index(1, [key(2), key(4)])
        archive.stories.index(1, [key(2), key(4)])
        assert archive.stories.candidates([key(1), key(4)]) == [(1, 1, 1)]
        for wrong in ("abc", "g" * 16):
            with pytest.raises(ValueError, match=r"hex|invalid literal"):
                archive.stories.index(1, [wrong])


def test_a_key_on_very_many_pages_is_bounded(sqlite_store: Store) -> None:
    with sqlite_store.write() as archive:
        story = make_story(archive)
        for number in range(2, 260):
            page = archive.pages.save(
                Page(
                    source="a_vn", key=str(number), address="x", first_seen_at=NOW, last_seen_at=NOW, story_id=story.id
                )
            )
            assert page.id is not None
            archive.stories.index(page.id, ["f" * 16])
        found = archive.stories.candidates(["f" * 16])
    assert len(found) == 200
    assert max(found)[0] == 259


def test_views_give_what_feeds_need(store: Store) -> None:
    publisher = Publisher(
        slug="a_vn", name="Báo A", name_en="A", kind="newspaper", country="VN", language="vi", home="https://a.vn/"
    )
    with store.write() as archive:
        archive.publishers.save(replace(publisher, name="old"))
        archive.publishers.save(publisher)
        story = make_story(archive)
        assert story.id is not None
        copy = make_page(archive, 2, make_document("Bản sao"), source="b_vn")
        assert copy.id is not None
        archive.stories.join(story.id, Member(page_id=copy.id, role=Role.COPY, taken_from=1, why="same text"))
        edited = make_document("Bộ trưởng tiếp Đại sứ Liên bang Nga", language="en")
        archive.pages.add_revision(make_revision(1, 1, make_document("ở giữa"), 2))
        archive.pages.add_revision(make_revision(1, 1, edited, 3))
    with store.read() as archive:
        view = archive.stories.view(story.id)
        assert view is not None
        assert view.story == archive.stories.get(story.id)
        assert view.verdict == archive.stories.verdict(story.id)
        assert view.link.publisher == publisher == archive.publishers.get("a_vn")
        assert archive.publishers.all() == [publisher]
        assert (view.link.first.number, view.link.latest.number) == (1, 3)
        assert view.link.latest.document == edited
        assert [other.page.source for other in view.others] == ["b_vn"]
        assert view.others[0].publisher.home == "https://a.vn/"  # a source without a publisher
        assert archive.stories.views(StoryFilter(), 10) == list(archive.stories.every(StoryFilter())) == [view]
        assert archive.stories.languages() == {"en": 1}
        assert archive.stories.sources() == {"a_vn": 1, "b_vn": 1}
        assert archive.stories.view(99) is None


def test_a_story_without_verdict_is_no_view(store: Store) -> None:
    with store.write() as archive:
        page = make_page(archive)
        assert page.id is not None
        story = archive.stories.create(Story(uid="u", first_seen_at=NOW, link_page_id=page.id, updated_at=NOW))
        assert story.id is not None
        assert archive.stories.view(story.id) is None
        assert archive.stories.count(EVERYTHING) == 1


FILTERED: list[tuple[StoryFilter, list[str]]] = [
    (StoryFilter(), ["story4", "story2", "story1"]),
    (StoryFilter(partners=("RU",)), ["story4", "story1"]),
    (StoryFilter(partners=("RU", "FR")), ["story4", "story2", "story1"]),
    (StoryFilter(partners=("RU",), organisations=("WHO",)), ["story4"]),
    (StoryFilter(themes=("training",)), ["story2"]),
    (StoryFilter(acts=("donation",), partners=("RU",)), []),
    (StoryFilter(languages=("fr",)), ["story2"]),
    (StoryFilter(sources=("b_vn",)), ["story4"]),
    (StoryFilter(since=NOW + timedelta(minutes=2)), ["story4", "story2"]),
    (StoryFilter(until=NOW + timedelta(minutes=2)), ["story1"]),
    (StoryFilter(relevant=False), []),
    (StoryFilter(relevant=False, entered_only=False), ["story3"]),
    (StoryFilter(relevant=None, withdrawn=True), ["story5"]),
    (StoryFilter(relevant=None, withdrawn=True, partners=("RU",)), ["story5"]),
    (StoryFilter(relevant=None, withdrawn=True, partners=("FR",)), []),
    (EVERYTHING, ["story5", "story4", "story3", "story2", "story1"]),
]


def test_filters(store: Store) -> None:
    with store.write() as archive:
        make_story(archive, 1)
        french = make_document("Le ministre reçoit", language="fr")
        make_story(
            archive, 2, document=french, verdict={"partners": ("FR",), "themes": ("training",), "act": "donation"}
        )
        make_story(archive, 3, entered=False, verdict={"relevant": False, "partners": ()})
        make_story(archive, 4, source="b_vn", verdict={"partners": ("RU", "WHO"), "act": None})
        gone = make_story(archive, 5)
        assert gone.id is not None
        archive.stories.add_verdict(make_verdict(gone.id, relevant=False, partners=(), themes=(), act=None))
        archive.stories.save(replace(gone, withdrawn_at=NOW))
    with store.read() as archive:
        for wanted, found in FILTERED:
            assert uids(archive.stories.views(wanted, 10)) == found, wanted
            assert archive.stories.count(wanted) == len(found), wanted
        assert archive.stories.partners() == {"RU": 2, "FR": 1, "WHO": 1}
        assert archive.stories.languages() == {"vi": 2, "fr": 1}


def test_views_are_paged_by_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.stories.VIEWS_AT_ONCE", 2)
    with store.write() as archive:
        made = [make_story(archive, number) for number in range(1, 6)]
        for story in made[1:4]:  # three that entered at one moment: the id decides
            archive.stories.save(replace(story, entered_at=NOW))
    with store.read() as archive:
        everything = uids(list(archive.stories.every(StoryFilter())))
        assert everything == ["story5", "story1", "story4", "story3", "story2"]
        paged: list[str] = []
        views: list[StoryView] = archive.stories.views(StoryFilter(), 2)
        while views:
            paged += uids(views)
            views = archive.stories.views(StoryFilter(), 2, before=views[-1])
        assert paged == everything


# ── visits, memory ─────────────────────────────────────────────────────────────────────────────────────────


def test_visits_round_trip(store: Store) -> None:
    with store.write() as archive:
        run = archive.visits.open(Run(source="a_vn", started_at=NOW))
        ended = replace(run, ended_at=NOW, state=RunState.FINISHED, kept=3, problems=("một", "hai"))
        archive.visits.close(ended)
        other = archive.visits.open(Run(source="a_vn", started_at=NOW))
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
        assert archive.visits.due(NOW) == [now]
        assert archive.visits.due(NOW + timedelta(hours=1)) == [now, soon]


def _open_visit(url: str) -> None:
    with Store.open(url) as store, store.write() as archive:
        archive.visits.open(Run(source="a_vn", started_at=NOW))


def test_visits_of_dead_processes_are_interrupted(store: Store, store_url: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_open_visit, args=(store_url,))
    process.start()
    process.join(30)
    with store.write() as archive:
        own = archive.visits.open(Run(source="a_vn", started_at=NOW))
        elsewhere = archive.visits.open(Run(source="b_vn", started_at=NOW))
        archive._connection.execute(text("UPDATE runs SET process = 'other 1 2' WHERE id = :id"), {"id": elsewhere.id})
        reused = archive.visits.open(Run(source="c_vn", started_at=NOW))
        name = f"UPDATE runs SET process = replace(process, ' {os.getpid()} ', ' {os.getpid()} 0') WHERE id = :id"
        archive._connection.execute(text(name), {"id": reused.id})
    with store.write() as archive:
        assert archive.visits.interrupted(NOW) == []
        ended = archive.visits.interrupted(NOW + timedelta(hours=1))
        assert [(run.id, run.state) for run in ended] == [(1, RunState.INTERRUPTED), (reused.id, RunState.INTERRUPTED)]
        assert archive.visits.recent("a_vn", 9) == [own, ended[0]]
        assert [run.id for run in archive.visits.interrupted(NOW + timedelta(days=2))] == [elsewhere.id]


def test_memory_counts_a_block_once_an_article(store: Store) -> None:
    with store.write() as archive:
        assert archive.memory.load("a_vn").blocks == {}
        archive.memory.remember("a_vn", "k1", ["menu", "body1"], NOW)
        archive.memory.remember("a_vn", "k1", ["menu", "body1"], NOW)
        archive.memory.remember("a_vn", "k1", ["menu", "footer"], NOW)
        archive.memory.remember("a_vn", "k2", ["menu", "footer", "body2"], NOW + timedelta(days=9))
        archive.memory.remember("a_vn", "k3", [], NOW + timedelta(days=9))
        archive.memory.remember("b_vn", "k1", ["menu"], NOW)
        memory = archive.memory.load("a_vn")
        assert memory.pages == 3
        assert memory.blocks == {"menu": 2, "footer": 2}
        assert archive.memory.prune("a_vn", NOW + timedelta(days=1)) == 1
        pruned = archive.memory.load("a_vn")
        assert (pruned.pages, pruned.blocks) == (2, memory.blocks)
        assert archive.memory.load("b_vn").pages == 1


# ── search ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def searched(store: Store) -> Store:
    titles = [
        "Bộ trưởng Y tế tiếp Đại sứ Nga",  # 1
        "Bo truong Y te tiep dai su Nga",  # 2: written without diacritics
        "Đài Loan tặng vắc-xin COVID-19",  # 3
        "Hoà bình và sức khoẻ",  # 4
        "Ministère de la Santé: coopération",  # 5
    ]
    with store.write() as archive:
        for number, title in enumerate(titles, 1):
            relevant = number != 5
            document = make_document(title, paragraphs=(), lead=None)
            make_story(archive, number, document=document, entered=relevant, verdict={"relevant": relevant})
    return store


FOUND: list[tuple[str, list[int], list[int]]] = [
    ("dai su", [2, 1], [2, 1]),
    ("Đại sứ", [2, 1], [1, 2]),
    ("ĐẠI SỨ", [2, 1], [1, 2]),
    ("sứ đại", [2, 1], [1, 2]),
    ('"sứ đại"', [], []),
    ('"đại sứ" nga', [2, 1], [1, 2]),
    ("“đại sứ” «y tế»", [2, 1], [1, 2]),
    ("đài", [3, 2, 1], [3, 2, 1]),
    ("hòa bình khỏe", [4], [4]),
    ("hoà bình", [4], [4]),
    ("vắc-xin", [3], [3]),
    ("covid-19", [3], [3]),
    ("covid 19", [3], [3]),
    ("sante cooperation", [5], [5]),
    ("bệnh viện", [], []),
]  # query, newest first, exact first


def test_search_with_and_without_diacritics(searched: Store) -> None:
    with searched.read() as archive:
        for query, newest, exact_first in FOUND:
            assert [hit.page_id for hit in archive.search.search(query, 10)] == newest, query
            hits = archive.search.search(query, 10, exact_first=True)
            assert [hit.page_id for hit in hits] == exact_first, query


@pytest.mark.parametrize("first", [False, True])
def test_search_is_paged(searched: Store, first: bool) -> None:
    with searched.read() as archive:
        everything = archive.search.search("đại", 10, exact_first=first)
        assert [hit.page_id for hit in everything] == ([1, 3, 2] if first else [3, 2, 1])
        paged = []
        hits = archive.search.search("đại", 1, exact_first=first)
        while hits:
            paged += hits
            hits = archive.search.search("đại", 1, before=hits[-1], exact_first=first)
        assert paged == everything


def test_search_among_stories(searched: Store) -> None:
    with searched.read() as archive:
        assert archive.search.search("sante", 10, relevant_only=True) == []
        assert archive.search.search("sante", 10, filter=EVERYTHING)[0].story_id == 5
        assert [hit.page_id for hit in archive.search.search("nga", 10, filter=StoryFilter(partners=("FR",)))] == []


def test_search_finds_what_a_page_says_now(searched: Store) -> None:
    with searched.write() as archive:
        for title in ("Thổ Nhĩ Kỳ", "Bệnh viện dã chiến"):
            archive.search.index(1, make_document(title, lead="Lời dẫn", paragraphs=("Đoạn một", "Đoạn hai")))
    with searched.read() as archive:
        assert [hit.page_id for hit in archive.search.search("da chien doan hai", 10)] == [1]
        assert [hit.page_id for hit in archive.search.search("đại sứ", 10)] == [2]
        assert archive.search.search("Thổ Nhĩ Kỳ", 10) == []


SIGNS = (
    '" \' \'\' "" * ^ - + ( ) { } : NEAR(a,b) AND OR NOT a:b exact: {exact}:a ^a a* -a "a a" ) OR 1=1 -- ; % _'
    ' \\ \x00 & | ! <-> :* \'🙂 ộ \u0301 \u0e01\u0e34 \ud800 “ ” « nga" AND "su rowid:1 search_index MATCH a\'b"c'
)


def test_nothing_a_user_writes_is_a_syntax_error(searched: Store) -> None:
    queries = ["", " ", *SIGNS.split(" "), SIGNS, "a " * 5000, "x" * 5000, '"' * 99]
    with searched.read() as archive:
        for query in queries:
            for first in (False, True):
                assert isinstance(archive.search.search(query, 10, exact_first=first), list), query


def test_a_very_long_text_can_be_indexed(store: Store) -> None:
    chance = random.Random(1)
    words = [chance.randbytes(6).hex() for _ in range(60_000)]
    with store.write() as archive:
        page = make_page(archive)
        assert page.id is not None
        archive.search.index(page.id, make_document("t", paragraphs=(" ".join(words), "y" * 9000)))
        assert len(archive.search.search(words[100], 10)) == 1


# ── SQL from outside ───────────────────────────────────────────────────────────────────────────────────────


def test_query_answers_in_columns_and_rows(searched: Store) -> None:
    with searched.read() as archive:
        columns, rows = archive.query("SELECT id, title FROM revisions WHERE page_id < 3 ORDER BY id")
        assert columns == ("id", "title")
        assert rows == [(1, "Bộ trưởng Y tế tiếp Đại sứ Nga"), (2, "Bo truong Y te tiep dai su Nga")]
        assert archive.query("WITH t AS (SELECT 1 AS n) SELECT n FROM t").rows == [(1,)]
        assert archive.query("SELECT title FROM revisions WHERE title LIKE 'Bo%'").rows != []


FOREVER = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"


REFUSED = [
    "DELETE FROM pages",
    "UPDATE stories SET relevant = NULL",
    "INSERT INTO labels VALUES (1)",
    "DROP TABLE captures",
    "CREATE TABLE x (y INTEGER)",
    "CREATE TEMP TABLE x AS SELECT 1",
    "ATTACH 'other.db' AS other",
    "PRAGMA journal_mode = DELETE",
    "VACUUM INTO 'copy.db'",
    "SELECT load_extension('x')",
    "COPY pages TO PROGRAM 'true'",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "COMMIT",
    "SELECT 1; DELETE FROM pages",
    "WITH gone AS (DELETE FROM pages RETURNING id) SELECT * FROM gone",
    "SELECT nextval('labels_id_seq')",
    "SELECT * FROM no_such_table",
    "SELEC",
    "",
    "SELECT '\x00'",
]


def test_query_refuses_everything_else(searched: Store) -> None:
    with searched.read() as archive:
        for sql in REFUSED:
            with pytest.raises(QueryRefused) as refused:
                archive.query(sql)
            assert "\n" not in str(refused.value), sql
            assert archive.query("SELECT count(*) FROM pages").rows == [(5,)], sql


def test_query_is_bounded(searched: Store) -> None:
    with searched.read() as archive:
        with pytest.raises(QueryRefused, match=r"more than 0.2 seconds"):
            archive.query(FOREVER, seconds=0.2)
        with pytest.raises(QueryRefused, match="more than 3 rows"):
            archive.query("SELECT id FROM pages", max_rows=3)
        assert len(archive.query("SELECT id FROM pages", max_rows=5).rows) == 5


# ── transactions, processes, locks ─────────────────────────────────────────────────────────────────────────


def test_an_error_rolls_everything_back(store: Store) -> None:
    def fail() -> None:
        with store.write() as archive:
            make_story(archive)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.read() as archive:
        assert archive.stories.count(EVERYTHING) == 0
        assert archive.captures.count_unprocessed() == 0


def test_roll_back_on_request(store: Store) -> None:
    with store.write() as archive:
        make_story(archive)
        archive.roll_back()
    with store.read() as archive:
        assert archive.stories.count(EVERYTHING) == 0


def test_a_reader_sees_one_snapshot_and_cannot_write(store: Store) -> None:
    from sqlalchemy.exc import DBAPIError

    from storage.errors import StorageError

    with store.read() as reader:
        assert reader.captures.count_unprocessed() == 0
        with store.write() as archive:
            archive.captures.add(make_capture(), b"x")
        assert reader.captures.count_unprocessed() == 0
    with store.read() as reader:
        assert reader.captures.count_unprocessed() == 1
    with pytest.raises((StorageError, DBAPIError)), store.read() as reader:
        reader.visits.save_state(SourceState(slug="a"))


def _count_up(url: str, times: int) -> None:
    with Store.open(url) as store:
        for _ in range(times):
            with store.write() as archive:
                state = archive.visits.state("a_vn")
                archive.visits.save_state(replace(state, failures=state.failures + 1))


def test_no_update_of_two_processes_is_lost(store: Store, store_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_count_up, args=(store_url, 60)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    with store.read() as archive:
        assert archive.visits.state("a_vn").failures == 120


def test_threads_share_a_store(store: Store, store_url: str) -> None:
    errors: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                with store.write() as archive:
                    archive.captures.add(make_capture(number * 10 + turn), b"x%d" % number)
                with store.read() as archive:
                    archive.captures.count_unprocessed()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with store.read() as archive:
        assert archive.captures.count_unprocessed() == 30


_KILLED = """
import os, signal, sys
sys.path[:0] = {path!r}
from test_storage_store import make_story
from storage.store import Store
store = Store.open({url!r})
with store.write() as archive:
    make_story(archive, 1)
with store.write() as archive:
    make_story(archive, 2)
    print("written", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_while_it_writes_leaves_whole_or_nothing(store: Store, store_url: str) -> None:
    path = [os.path.dirname(__file__), os.getcwd()]
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED.format(path=path, url=store_url)], capture_output=True, text=True, timeout=60
    )
    assert killed.stdout == "written\n", killed.stderr
    assert killed.returncode == -signal.SIGKILL
    with store.read() as archive:
        assert uids(archive.stories.views(EVERYTHING, 10)) == ["story1"]
        assert len(archive.pages.all(10)) == 1
        assert archive.captures.newest_at() == make_capture(1).fetched_at
    with store.write() as archive:  # and the lock is free
        make_story(archive, 2)
    if store_url.startswith("sqlite"):
        connection = sqlite3.connect(store_url.removeprefix("sqlite:///"))
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_one_holder_a_name(store: Store, store_url: str) -> None:
    with Store.open(store_url) as other:
        with store.exclusive("scheduler"):
            with pytest.raises(AlreadyHeld, match="scheduler"), other.exclusive("scheduler"):
                pass
            with pytest.raises(AlreadyHeld), store.exclusive("scheduler"):
                pass
            with other.exclusive("visit a_vn"), store.exclusive("visit b_vn"):
                pass
        with other.exclusive("scheduler"):
            pass


_HOLDER = """
import sys, time
sys.path[:0] = {path!r}
from storage.store import Store
with Store.open({url!r}).exclusive("scheduler"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_holder_lets_go(store: Store, store_url: str, wait_for: Callable[[Callable[[], bool]], None]) -> None:
    command = [sys.executable, "-c", _HOLDER.format(path=[os.getcwd()], url=store_url)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyHeld), store.exclusive("scheduler"):
            pass
        holder.kill()

    def free() -> bool:
        try:
            with store.exclusive("scheduler"):
                return True
        except AlreadyHeld:
            return False

    wait_for(free)


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    def wait(condition: Callable[[], bool]) -> None:
        for _ in range(100):
            if condition():
                return
            threading.Event().wait(0.05)
        raise AssertionError("it did not come to pass within five seconds")

    return wait
