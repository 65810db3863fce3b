"""Finished answers are kept exactly as long as the archive stays as it is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from feeds.web import shelf as shelves
from feeds.web.body import Body, make_body
from feeds.web.shelf import Shelf

THEN = datetime(2026, 11, 20, 8, tzinfo=UTC)


class Archive:
    """Stands for an archive: a version, and how often it was asked."""

    def __init__(self) -> None:
        self.version, self.asked, self.built = 1, 0, 0

    def ask(self) -> int:
        self.asked += 1
        return self.version

    def build(self, text: str, modified: datetime = THEN) -> Callable[[], Body]:
        def built() -> Body:
            self.built += 1
            return make_body(text.encode(), "text/plain", modified=modified)

        return built


def test_an_answer_is_built_once_a_version() -> None:
    archive = Archive()
    shelf = Shelf(archive.ask)
    for _ in range(3):
        assert shelf.get("a", archive.build("a")).content == b"a"
    assert archive.built == 1
    archive.version = 2
    assert shelf.get("a", archive.build("b")).content == b"b"


def test_within_recheck_the_archive_is_not_even_asked() -> None:
    archive = Archive()
    shelf = Shelf(archive.ask, recheck=3600)
    assert shelf.ready("a") is None
    shelf.get("a", archive.build("a"))
    archive.version, archive.asked = 2, 0
    assert shelf.ready("a").content == b"a"
    assert archive.asked == 0
    assert Shelf(archive.ask).ready("a") is None


def test_last_modified_moves_when_and_only_when_the_bytes_do() -> None:
    archive = Archive()
    shelf = Shelf(archive.ask)
    first = shelf.get("a", archive.build("a"))
    archive.version = 2
    same = shelf.get("a", archive.build("a", THEN + timedelta(days=1)))
    assert (same.etag, same.modified) == (first.etag, first.modified)
    archive.version = 3
    other = shelf.get("a", archive.build("b"))
    assert other.modified > first.modified


def test_what_is_not_there_is_not_kept() -> None:
    archive = Archive()
    shelf = Shelf(archive.ask)
    assert shelf.get("a", lambda: None) is None
    assert shelf.get("a", archive.build("a")).content == b"a"


def test_an_answer_made_while_the_archive_changed_is_given_but_not_kept() -> None:
    archive = Archive()
    shelf = Shelf(archive.ask)

    def slow() -> Body:
        archive.version = 2
        shelf.get("other", archive.build("new"))
        return make_body(b"old", "text/plain")

    assert shelf.get("a", slow).content == b"old"
    assert shelf.get("a", archive.build("new")).content == b"new"


def test_the_shelf_has_an_end() -> None:
    archive = Archive()
    shelf = Shelf(archive.ask)
    for number in range(shelves.MOST + 50):
        shelf.get(str(number), archive.build(str(number)))
    assert len(shelf._bodies) == len(shelf._given) == shelves.MOST
