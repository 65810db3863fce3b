"""The archive's version: what it costs the locks, and what it says when the file goes."""

import subprocess
import sys
from pathlib import Path

import pytest
from make_archive import NOW

from storage.errors import ArchiveGone
from storage.records import Page
from storage.store import Store

OTHER_WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0.2, isolation_level=None)
try:
    connection.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error)
else:
    print("wrote")
"""


def other_writer(store: Store) -> str:
    return subprocess.run(
        [sys.executable, "-c", OTHER_WRITER, store.place], capture_output=True, text=True, check=True, timeout=30
    ).stdout.strip()


def test_asking_for_the_version_drops_no_lock(sqlite_store: Store) -> None:
    with sqlite_store.write():
        before = other_writer(sqlite_store)
        for _ in range(3):
            sqlite_store.version()
        assert (before, other_writer(sqlite_store)) == ("database is locked", "database is locked")
    assert other_writer(sqlite_store) == "wrote"


def test_the_version_changes_with_every_commit_of_any_process_and_only_then(sqlite_store: Store) -> None:
    versions = [sqlite_store.version()]
    assert sqlite_store.version() == versions[-1]
    with sqlite_store.write() as archive:
        archive.pages.save(Page(source="s", key="k", address="a", first_seen_at=NOW, last_seen_at=NOW))
    versions.append(sqlite_store.version())
    child = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM pages'); c.commit()"
    subprocess.run([sys.executable, "-c", child, sqlite_store.place], check=True, timeout=30)
    versions.append(sqlite_store.version())
    assert len(set(versions)) == 3


def test_an_archive_that_is_gone_or_another_is_said(sqlite_store: Store) -> None:
    sqlite_store.version()
    file = Path(sqlite_store.place)
    file.rename(file.with_suffix(".kept"))
    with pytest.raises(ArchiveGone, match="is gone"):
        sqlite_store.version()
    file.write_bytes(b"")
    with pytest.raises(ArchiveGone, match="another file"):
        sqlite_store.version()
