"""An archive whose bytes have changed: said in a line with the way to mend, and found."""

import random
import sqlite3
from pathlib import Path

import pytest
from make_feeds import make_store, make_views

from storage.errors import ArchiveDamaged, StorageError
from storage.store import Store
from storage.story_filter import StoryFilter


@pytest.fixture
def file(tmp_path: Path) -> Path:
    make_store(tmp_path, make_views()).close()
    return tmp_path / "archive.db"


def read_everything(file: Path) -> None:
    with Store.open(f"sqlite:///{file}") as store:
        store.migrate()
        with store.read() as archive:
            list(archive.stories.every(StoryFilter()))
            archive.search.search("vac xin", 5)
            for capture in archive.captures.all():
                if capture.body_digest:
                    archive.captures.body(capture.body_digest)
            for page in archive.pages.all(99):
                assert page.id is not None
                archive.pages.revisions(page.id)


def test_a_whole_archive_is_whole(file: Path) -> None:
    with Store.open(f"sqlite:///{file}") as store:
        assert store.inspect() == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE pages SET address = CAST(x'68747470d16f' AS TEXT)",
        "UPDATE revisions SET document = substr(document, 1, 40)",
        "UPDATE revisions SET document = CAST(x'7bd17d' AS TEXT)",
        "UPDATE pages SET last_seen_at = 'yesterday'",
        "UPDATE members SET role = 'no such role'",
    ],
)
def test_damaged_contents_are_said_with_the_way_to_mend(file: Path, damage: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(damage)
    connection.close()
    with pytest.raises(ArchiveDamaged, match=r"doctor --deep.*restore .*from a backup"):
        read_everything(file)


def test_any_damage_ends_in_words(file: Path) -> None:
    whole, chance = file.read_bytes(), random.Random(7)
    for _ in range(60):
        damaged = bytearray(whole)
        at = chance.randrange(100, len(damaged))
        for position in range(at, min(at + chance.choice((1, 20, 400)), len(damaged))):
            damaged[position] = chance.randrange(256)
        copy = file.with_name("copy.db")
        copy.write_bytes(bytes(damaged))
        try:
            read_everything(copy)
            with Store.open(f"sqlite:///{copy}") as store:
                store.inspect()
        except StorageError:
            pass  # in words; anything else fails the test
        for left in file.parent.glob("copy.db*"):
            left.unlink()


def test_the_deep_look_names_what_is_damaged(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        (digest,) = connection.execute("SELECT digest FROM bodies").fetchone() or ("",)
        connection.execute("UPDATE bodies SET content = substr(content, 1, 5)")
        connection.execute("UPDATE pages SET last_seen_at = 'yesterday'")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM members")
        connection.execute("UPDATE revisions SET page_id = page_id + 1000")
    connection.close()
    with Store.open(f"sqlite:///{file}") as store:
        said = "\n".join(store.inspect())
    assert "pages: " in said
    assert "refers to a row of pages that is not there" in said
    assert not digest or f"body {digest}" in said
