"""Connections to SQLite and PostgreSQL, set up so that one writer works at a time and readers never wait.

SQLite: write-ahead log, and writers begin with BEGIN IMMEDIATE. By its default Python's driver begins a transaction
only at the first write, so that "read what was last seen, then write" loses updates of two processes in silence.
PostgreSQL: a writing transaction begins by taking an advisory lock, which gives the same order of things; readers see
one snapshot.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveGone,
    ArchiveUnreachable,
    ArchiveUnwritable,
    DiskFull,
    NotAnArchive,
    NotMigrated,
    StorageError,
    TookTooLong,
)

WAIT = 30.0
"""Seconds a writer waits for another to end before it gives up with ArchiveBusy."""

_OPCODES_BETWEEN_LOOKS_AT_THE_CLOCK = 10_000

WRITER_LOCK = 0x6865616C74687772  # "healthwr"


@dataclass(frozen=True, slots=True)
class Engines:
    """The engine of the writers and that of the readers, who cannot write."""

    url: URL
    writer: Engine
    reader: Engine

    @property
    def file(self) -> Path | None:
        """The archive's file; None where a server keeps it."""
        return Path(self.url.database) if self.url.get_backend_name() == "sqlite" and self.url.database else None

    def close(self) -> None:
        """Close every connection; a later use opens new ones."""
        self.writer.dispose()
        self.reader.dispose()


def make_engines(address: str, *, wait: float = WAIT, make: bool = True) -> Engines:
    """Engines for an address such as `sqlite:///healthwire-data/archive.db` or `postgresql://user@host/name`.

    Makes no connection; makes the file of SQLite and its directory, if told to, and else raises
    ArchiveGone. Raises NotAnArchive for an address of another kind and
    ArchiveUnwritable where the directory cannot be made.
    """
    try:
        url = make_url(address)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError, NoSuchModuleError):
        raise NotAnArchive(
            "the archive's address is not understood: sqlite:///FILE or postgresql://USER@HOST/NAME is wanted"
        ) from None
    if backend == "sqlite":
        return _sqlite(url, wait, make)
    if backend in ("postgresql", "postgres"):
        return _postgresql(url.set(drivername="postgresql+psycopg"), wait)
    raise NotAnArchive(
        f"an archive cannot be kept in {backend}: sqlite:///FILE or postgresql://USER@HOST/NAME is wanted"
    )


def _sqlite(url: URL, wait: float, make: bool) -> Engines:
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise NotAnArchive("the archive needs a file: sqlite:///FILE is wanted")
    file = Path(name)
    if make:
        _make(file)
    elif not file.exists():
        raise ArchiveGone(f"{file}: the archive is gone; restore it and restart")

    def connect() -> sqlite3.Connection:
        return connect_sqlite(file, wait)

    def loads(text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as error:
            raise ArchiveDamaged(f"{file}: {MEND}") from error

    writer = create_engine(url, creator=connect, json_deserializer=loads, pool_size=1, max_overflow=4)
    reader = create_engine(url, creator=connect, json_deserializer=loads, pool_size=2, max_overflow=20)

    @event.listens_for(writer, "connect")
    def prepare_writer(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        if can_be_written(file):  # else the first write says what is wrong
            _write_ahead(connection, wait)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(reader, "connect")
    def prepare_reader(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA query_only = ON")

    for engine in (writer, reader):
        event.listen(engine, "handle_error", lambda context: _undecodable(file, context))
    event.listen(writer, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(reader, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return Engines(url, writer, reader)


def _undecodable(file: Path, context: ExceptionContext) -> None:
    """Text that is no text: Python's driver raises this beside its own errors."""
    if isinstance(context.original_exception, UnicodeDecodeError):
        raise ArchiveDamaged(f"{file}: {MEND}") from context.original_exception


def _make(file: Path) -> None:
    """Make the file where there is none yet. Only here: a file that is lost later must not come back empty."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveUnwritable(
            f"{file.parent}: the archive's directory cannot be made ({error.strerror}); "
            "choose another place with database_url"
        ) from error
    if file.exists():
        return
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o644))
    except FileExistsError:
        pass  # another process was faster
    except OSError as error:
        raise ArchiveUnwritable(
            f"{file}: cannot be made ({error.strerror}); choose another place with database_url"
        ) from error


def connect_sqlite(file: Path, wait: float, *, write: bool = True) -> sqlite3.Connection:
    """A connection to a file that is there, usable in any thread; a reading one where the place cannot be written.

    Where the directory may not be written SQLite cannot keep its own files beside the archive. With nothing left in
    the write-ahead log nobody is writing either, and the file can be read as it is.
    """
    mode = "rw"
    if not (write and can_be_written(file)):
        mode = "ro"
        log = file.with_name(f"{file.name}-wal")
        if not os.access(file.parent, os.W_OK) and not (log.exists() and log.stat().st_size):
            mode = "ro&immutable=1"
    address = f"file:{quote(str(file.absolute()))}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=wait, check_same_thread=False)


def can_be_written(file: Path) -> bool:
    """Whether this process may write the archive's file, and SQLite's own beside it."""
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _write_ahead(connection: sqlite3.Connection, wait: float) -> None:
    """Switch the file to write-ahead logging; where two processes do so at once SQLite does not always wait."""
    until = time.monotonic() + wait
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _postgresql(url: URL, wait: float) -> Engines:
    options = {
        "connect_timeout": 5,
        "application_name": "healthwire",
        "options": f"-c lock_timeout={int(wait * 1000)} -c timezone=UTC",
        "keepalives_idle": 30,
    }
    try:
        writer = create_engine(url, connect_args=options, pool_size=2, max_overflow=4, pool_pre_ping=True)
        reader = create_engine(
            url,
            connect_args=options,
            pool_size=2,
            max_overflow=20,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    except ModuleNotFoundError:
        raise NotAnArchive("PostgreSQL needs its driver: pip install 'healthwire[postgres]'") from None
    event.listen(
        writer,
        "begin",
        lambda connection: connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})"),
    )
    return Engines(url, writer, reader)


@contextmanager
def bounded(connection: Connection, seconds: float) -> Iterator[None]:
    """Give the questions of the block so much time together; the one that goes beyond fails."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
        yield
        return
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > until, _OPCODES_BETWEEN_LOOKS_AT_THE_CLOCK)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def named_errors(engines: Engines) -> Iterator[None]:
    """Raise the errors a person can mend as StorageError with one line; let those that are bugs of ours through."""
    try:
        yield
    except PoolTimeout as error:
        raise ArchiveBusy(f"{place(engines.url)}: too many parts of this process use the archive at once") from error
    except DBAPIError as error:
        named = _named(engines, error)
        if named is None:
            raise
        raise named from error


def place(url: URL) -> str:
    """Where the archive is, as it may stand in a message: without a password."""
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


MEND = "is damaged; `healthwire doctor --deep` says where; restore it from a backup"

_SQLITE_ERRORS: tuple[tuple[str, type[StorageError], str], ...] = (
    ("interrupted", TookTooLong, "the question took too long; ask for less"),
    ("database is locked", ArchiveBusy, "another process has been writing for too long; try again when it has ended"),
    ("disk is full", DiskFull, "no room is left on the disk; make room and run again, nothing is half written"),
    ("disk I/O error", ArchiveUnwritable, "the disk reports an error; check it, then run `healthwire doctor`"),
    ("unable to open", ArchiveUnwritable, "cannot be opened; check that its directory exists and may be written"),
    ("readonly database", ArchiveUnwritable, "may not be written; check the permissions of the file and its directory"),
    ("not a database", NotAnArchive, "is not an archive; name another file in database_url"),
    ("malformed", ArchiveDamaged, MEND),
    ("Could not decode", ArchiveDamaged, MEND),
    ("vtable constructor failed", ArchiveDamaged, MEND),
    ("no such table", NotMigrated, "has not been set up by this version; run `healthwire doctor`"),
    ("no such column", NotMigrated, "has not been set up by this version; run `healthwire doctor`"),
)

_POSTGRESQL_ERRORS: dict[str, tuple[type[StorageError], str]] = {
    "55P03": (ArchiveBusy, "another process has been writing for too long; try again when it has ended"),
    "57014": (TookTooLong, "the question took too long; ask for less"),
    "53100": (DiskFull, "no room is left on the server's disk; make room and run again, nothing is half written"),
    "42P01": (NotMigrated, "has not been set up by this version; run `healthwire doctor`"),
    "42703": (NotMigrated, "has not been set up by this version; run `healthwire doctor`"),
    "42501": (ArchiveUnwritable, "the database user may not do this; grant it rights on the database"),
    "25006": (ArchiveUnwritable, "the server takes no writes; name one that does in database_url"),
    "53300": (ArchiveUnreachable, "the server has no connection left; raise max_connections or stop other programs"),
}


def _named(engines: Engines, error: DBAPIError) -> StorageError | None:
    where, said = place(engines.url), str(error.orig)
    if engines.url.get_backend_name() == "sqlite":
        found = next((row for row in _SQLITE_ERRORS if row[0] in said), None)
        return found[1](f"{where}: {found[2]}") if found else None
    state = getattr(error.orig, "sqlstate", None)
    if state in _POSTGRESQL_ERRORS:
        kind, what = _POSTGRESQL_ERRORS[state]
        return kind(f"{where}: {what}")
    if error.connection_invalidated or (state is None and type(error.orig).__name__ == "OperationalError"):
        reason = said.strip().splitlines()[-1].strip() if said.strip() else "no answer"
        return ArchiveUnreachable(f"{where}: the database server cannot be reached ({reason}); is it running?")
    return None
