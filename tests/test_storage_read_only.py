"""An archive in a place that may not be written can be read."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from make_feeds import make_store, make_views

from storage.errors import ArchiveGone, StorageError
from storage.store import Store

# What root does is not refused by permissions, so the process gives its rights up, once it has loaded what it needs by
# doing the same with a copy that it may write.
READER = """
import os, sys
from pathlib import Path
from storage.errors import StorageError
from storage.store import Store
from storage.records import SourceState
from storage.story_filter import StoryFilter

def read(file):
    with Store.open(f"sqlite:///{file}") as store:
        store.migrate()
        store.version()
        with store.read() as archive:
            stories = len(list(archive.stories.every(StoryFilter())))
            hits = len(archive.search.search("vac xin", 5))
            rows = archive.query("SELECT count(*) FROM pages").rows
        found = store.inspect()
        try:
            with store.write() as archive:
                archive.visits.save_state(SourceState(slug="x_vn"))
            wrote = "wrote"
        except StorageError as error:
            wrote = f"{type(error).__name__}: {error}"
    return stories, hits, rows, found, wrote

read(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
print(read(sys.argv[2]))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    make_store(tmp_path, make_views()).close()
    shutil.copyfile(tmp_path / "archive.db", tmp_path / "copy.db")
    place = tmp_path / "place"
    place.mkdir()
    shutil.move(tmp_path / "archive.db", place)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)  # pytest's folders are its user's alone
    return place / "archive.db"


def read_without_rights(file: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", READER, str(file.parent.parent / "copy.db"), str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("left_open", [False, True], ids=["closed", "its writer was killed"])
def test_a_read_only_folder_refuses_writing_and_nothing_else(file: Path, left_open: bool) -> None:
    if left_open:  # what the log holds must be seen
        writer = (
            "import os, sqlite3, sys\n"
            "c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA wal_autocheckpoint = 0')\n"
            "c.execute('UPDATE stories SET late = 1 - late')\n"
            "c.commit(); os._exit(9)"
        )
        assert subprocess.run([sys.executable, "-c", writer, str(file)], timeout=30, check=False).returncode == 9
        assert file.with_name("archive.db-wal").stat().st_size > 0
    before = sorted(path.name for path in file.parent.iterdir())
    file.chmod(0o444)
    file.parent.chmod(0o555)
    try:
        said = read_without_rights(file)
    finally:
        file.parent.chmod(0o755)
    assert said.startswith("(5, ")
    assert "[], 'ArchiveUnwritable" in said
    assert "may not be written" in said
    assert sorted(path.name for path in file.parent.iterdir()) == before


def test_the_archive_is_not_made_again_where_it_was_lost(file: Path) -> None:
    with Store.open(f"sqlite:///{file}") as store:
        store._engines.close()  # so that the next question opens a connection
        file.rename(file.with_suffix(".away"))
        with pytest.raises(StorageError), store.read():
            pass
        assert not file.exists()


def test_who_wants_no_new_archive_gets_none(tmp_path: Path) -> None:
    with pytest.raises(ArchiveGone, match="restore it"):
        Store.open(f"sqlite:///{tmp_path / 'lost.db'}", make=False)
    assert list(tmp_path.iterdir()) == []
