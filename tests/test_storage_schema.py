"""Opening archives, bringing their tables up to date, and the errors a person can mend."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, create_engine, inspect, text

from storage import records, schema, tables
from storage.engines import make_engines
from storage.errors import (
    ArchiveBusy,
    ArchiveTooNew,
    ArchiveUnreachable,
    ArchiveUnwritable,
    NotAnArchive,
    NotMigrated,
    StorageError,
)
from storage.migrations.names import include_name
from storage.store import Store

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'archive.db'}"
    else:
        yield request.getfixturevalue("empty_postgres_url")


def test_history_makes_the_tables_the_code_has(store_url: str) -> None:
    with make_engines(store_url).writer.connect() as connection:
        options = {"include_name": include_name, "render_as_batch": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_a_difference_would_be_found(empty_url: str) -> None:
    with Store.open(empty_url) as store:
        store.migrate()
    engine = make_engines(empty_url).writer
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE labels ADD COLUMN extra INTEGER"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": include_name})
        assert len(compare_metadata(context, tables.metadata)) == 1


def test_newest_revision_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.HISTORY))
    assert ScriptDirectory.from_config(config).get_heads() == [tables.SCHEMA]


def test_history_goes_down_and_up_again(empty_url: str) -> None:
    from alembic import command

    with Store.open(empty_url) as store:
        store.migrate()
    engine = make_engines(empty_url).writer
    config = Config()
    config.set_main_option("script_location", str(schema.HISTORY))
    for step, expected in ((command.downgrade, False), (command.upgrade, True)):
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            step(config, "head" if expected else "base")
        with engine.connect() as connection:
            assert inspect(connection).has_table("pages") is expected


@pytest.mark.parametrize(
    ("record", "table", "elsewhere"),
    [
        (records.Capture, tables.captures, set()),
        (records.Page, tables.pages, set()),
        (records.Revision, tables.revisions, set()),
        (records.Verdict, tables.verdicts, set()),
        (records.Label, tables.labels, set()),
        (records.Member, tables.members, set()),
        (records.Story, tables.stories, {"members"}),
        (records.Visit, tables.visits, set()),
        (records.SourceState, tables.source_states, set()),
        (records.Publisher, tables.publishers, set()),
    ],
)
def test_every_field_of_a_record_has_a_column(record: type, table: Table, elsewhere: set[str]) -> None:
    assert {field.name for field in fields(record)} - elsewhere <= set(table.c.keys())


def test_migrate_twice_changes_nothing(empty_url: str) -> None:
    for _ in range(2):
        with Store.open(empty_url) as store:
            store.migrate()
            store.migrate()
            assert store.revision == tables.SCHEMA


def _migrate(url: str, gate: "multiprocessing.synchronize.Barrier", failures: "multiprocessing.Queue[str]") -> None:
    gate.wait()
    try:
        with Store.open(url) as store:
            store.migrate()
            with store.read() as archive:
                archive.captures.count_unprocessed()
    except Exception as error:
        failures.put(f"{type(error).__name__}: {error}")


def test_two_processes_migrate_at_once(empty_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    gate, failures = spawn.Barrier(2), spawn.Queue()
    processes = [spawn.Process(target=_migrate, args=(empty_url, gate, failures)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert failures.empty(), failures.get()
    assert [process.exitcode for process in processes] == [0, 0]


def test_an_archive_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    with Store.open(empty_url) as store:
        store.migrate()
    with make_engines(empty_url).writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ArchiveTooNew, match=r"newer Healthwire.*9999.*upgrade Healthwire"):
        Store.open(empty_url)


def test_an_archive_without_tables_says_so(empty_url: str) -> None:
    with Store.open(empty_url) as store:
        with pytest.raises(NotMigrated, match="the tables are missing"), store.read():
            pass
        with pytest.raises(NotMigrated), store.write():
            pass
        store.migrate()
        with store.read() as archive:
            assert archive.captures.count_unprocessed() == 0


def test_a_database_of_something_else_is_left_alone(empty_url: str) -> None:
    Store.open(empty_url).close()
    with make_engines(empty_url).writer.begin() as connection:
        connection.execute(text("CREATE TABLE pages (number INTEGER)"))
    with Store.open(empty_url) as store, pytest.raises(NotAnArchive, match="something else"):
        store.migrate()


@pytest.mark.parametrize(
    "url", ["", "archive.db", "sqlite://", "sqlite:///:memory:", "mysql://root@localhost/x", "nonsense://x", "://"]
)
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(NotAnArchive, match="is wanted"):
        Store.open(url)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveUnwritable, match="directory cannot be made"):
        Store.open(f"sqlite:///{tmp_path / 'file' / 'archive.db'}")
    (tmp_path / "archive.db").mkdir()
    with pytest.raises(ArchiveUnwritable, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path / 'archive.db'}")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(NotAnArchive, match="is not an archive"):
        Store.open(f"sqlite:///{tmp_path / 'archive.db'}")


def test_a_database_that_has_not_all_letters_is_refused(latin1_postgres_url: str) -> None:
    with pytest.raises(NotAnArchive, match="LATIN1"):
        Store.open(latin1_postgres_url)


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(ArchiveUnreachable, match="cannot be reached") as refused:
        Store.open("postgresql://someone:secret@127.0.0.1:1/archive")
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_database_that_is_not_there(postgres_server: str) -> None:
    from sqlalchemy.engine import make_url

    url = make_url(postgres_server).set(database="no_such_database").render_as_string(hide_password=False)
    with pytest.raises(ArchiveUnreachable, match="does not exist"):
        Store.open(url)


def test_a_lock_held_too_long_is_an_error_of_one_line(store_url: str) -> None:
    with Store.open(store_url) as holder, Store.open(store_url, wait=0.3) as waiter, holder.write():
        with pytest.raises(ArchiveBusy, match="try again"), waiter.write():
            pass
        with waiter.read() as archive:  # readers do not wait
            assert archive.captures.count_unprocessed() == 0


def test_an_archive_opens_while_another_process_writes(store_url: str) -> None:
    with Store.open(store_url) as holder, holder.write(), Store.open(store_url, wait=0) as other:
        other.migrate()
        with other.exclusive("visit a_vn"), other.read() as archive:
            assert archive.captures.count_unprocessed() == 0


def test_a_full_disk_keeps_nothing_by_halves(sqlite_url: str) -> None:
    from storage.errors import DiskFull
    from storage.records import Publisher

    with Store.open(sqlite_url) as store:
        pages_used = sqlite3.connect(sqlite_url.removeprefix("sqlite:///")).execute("PRAGMA page_count").fetchone()[0]

        def fill() -> None:
            with store.write() as archive:
                archive._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages_used + 3}")
                for number in range(100):
                    home = "https://a.vn/" + "x" * 4000
                    name = f"p{number}"
                    archive.publishers.save(
                        Publisher(slug=name, name=name, name_en=name, kind="", country="", language="", home=home)
                    )

        with pytest.raises(DiskFull, match="make room"):
            fill()
        with store.read() as archive:
            assert archive.publishers.all() == []


def test_errors_are_one_tree() -> None:
    from storage import errors

    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert len(found) > 8
    assert [each for each in found if not (issubclass(each, errors.HealthwireError) and each.__doc__)] == []
    assert [each for each in found if not issubclass(each, StorageError)] == [errors.HealthwireError]


def test_history_runs_for_an_alembic_user(tmp_path: Path) -> None:
    from alembic import command

    config = Config()
    config.set_main_option("script_location", str(schema.HISTORY))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{tmp_path / 'archive.db'}")
    command.upgrade(config, "head")
    with create_engine(f"sqlite:///{tmp_path / 'archive.db'}").connect() as connection:
        assert schema.revision_of(connection) == tables.SCHEMA
