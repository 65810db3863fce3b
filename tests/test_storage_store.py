"""Records come back as they went in; transactions, processes and locks, on SQLite and on PostgreSQL."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from make_archive import (
    NOW,
    make_capture,
    make_document,
    make_page,
    make_revision,
    make_story,
    uids,
)
from sqlalchemy.exc import StatementError

from storage.errors import AlreadyHeld
from storage.records import (
    CaptureKind,
    Change,
    ChangeKind,
    Document,
    Hint,
    Image,
    Page,
    Precision,
    SourceState,
    Timestamp,
    Visit,
)
from storage.store import Store
from storage.story_filter import EVERYTHING, StoryFilter

# ── records come back as they went in ──────────────────────────────────────────────────────────────────────


def test_captures_round_trip(store: Store) -> None:
    hint = Hint(title="Tin “mới”", published_at=NOW, section="Hợp tác", listing_url="https://a.vn/")
    headers = (("Content-Type", "text/html"), ("set-cookie", "a"), ("Set-Cookie", "b"), ("X", "é\x85"))
    with store.write() as archive:
        run = archive.visits.open(Visit(source="a_vn", started_at=NOW))
        kept = archive.captures.add(make_capture(headers=headers, hint=hint, visit_id=run.id), "Tiếng Việt".encode())
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
