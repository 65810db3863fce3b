"""The archive's door: opens it, brings its tables up to date, and gives transactions."""

from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime

from sqlalchemy import text

from storage import inspection, locks, schema
from storage.archive import Archive
from storage.engines import WAIT, Engines, bounded, make_engines, named_errors, place
from storage.errors import AlreadyHeld, NotAnArchive, NotMigrated
from storage.locks import Lease
from storage.records import Visit
from storage.tables import SCHEMA
from storage.watch import Watch


class Store:
    """An archive on SQLite or PostgreSQL. Safe to share between threads; every process opens its own.

        store = Store.open("sqlite:///archive.db")
        store.migrate()
        with store.write() as archive:
            archive.captures.add(capture, body)

    Everything it raises that a person can mend is a StorageError with one line.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._ready = False
        self._watch = Watch(engines.file) if engines.file is not None else None

    @classmethod
    def open(cls, url: str, *, wait: float = WAIT, make: bool = True) -> "Store":
        """Open the archive at an address: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.

        Makes the directory and the file of SQLite, but no tables: that is for `migrate`; with `make` False the file
        must be there (ArchiveGone). Waits for no writer of an archive that is up to date. `wait` is how many seconds a
        writing transaction waits for another. Raises NotAnArchive, ArchiveUnreachable, ArchiveUnwritable, and
        ArchiveTooNew for an archive a newer version has changed.
        """
        engines = make_engines(url, wait=wait, make=make)
        try:
            with named_errors(engines):
                with engines.reader.connect() as connection:
                    found = schema.revision_of(connection)
                    if engines.file is None and (code := connection.scalar(text("SHOW server_encoding"))) != "UTF8":
                        raise NotAnArchive(
                            f"{place(engines.url)}: the database is encoded in {code}; make one in UTF8, "
                            "which has all letters: createdb --encoding UTF8 --template template0 NAME"
                        )
                schema.check(found, place(engines.url))
                if found != SCHEMA:  # it will be written, so a place that cannot be is found now
                    with engines.writer.connect() as connection, connection.begin() as transaction:
                        transaction.rollback()
        except BaseException:
            engines.close()
            raise
        store = cls(engines)
        store._ready = found == SCHEMA
        return store

    @property
    def place(self) -> str:
        """Where the archive is: the file, or the server's address without the password."""
        return place(self._engines.url)

    @property
    def revision(self) -> str | None:
        """The revision of the archive's tables; None before the first `migrate`."""
        with named_errors(self._engines), self._engines.reader.connect() as connection:
            return schema.revision_of(connection)

    def migrate(self) -> None:
        """Bring the tables to the form this version needs; all of it or nothing.

        Does nothing where it is done; two processes may do it at once. Raises ArchiveTooNew and ArchiveBusy.
        """
        if self._ready:
            return
        with named_errors(self._engines), self._engines.writer.begin() as connection:
            schema.upgrade(connection, self.place)
        self._ready = True

    def close(self) -> None:
        """Close all connections; nothing of the store may be used any more."""
        if self._watch is not None:
            self._watch.close()
        self._engines.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Archive]:
        """One writing transaction: committed at the end, rolled back when the block raises.

        One writer works at a time, so what the block has read is still so when it writes. Keep it short, and do not
        open another inside it. With a lease it is refused (LeaseLost) once another holds it. Raises NotMigrated,
        ArchiveBusy, DiskFull.
        """
        self._must_be_ready()
        with (
            named_errors(self._engines),
            self._engines.writer.connect() as connection,
            connection.begin() as transaction,
        ):
            if lease is not None:
                lease.check(connection)
            yield Archive(connection, self._engines)
            if transaction.is_active:  # else `Archive.roll_back` has ended it
                transaction.commit()

    @contextmanager
    def read(self, within: float | None = None) -> Iterator[Archive]:
        """One snapshot: what others write in the meantime is not seen, and nothing can be written.

        `within` bounds the block, in seconds; TookTooLong is raised by the question that goes beyond.
        """
        self._must_be_ready()
        with (
            named_errors(self._engines),
            self._engines.reader.connect() as connection,
            connection.begin(),
            bounded(connection, within) if within is not None else nullcontext(),
        ):
            yield Archive(connection, self._engines)

    def version(self) -> Hashable:
        """Another thing after every commit to the archive and the same between; costs microseconds on SQLite.

        SQLite: the `data_version` of a connection that is kept for this and never writes, and which file it is.
        PostgreSQL: the next transaction number, which only transactions that write take. Raises ArchiveGone when the
        file is not there any more.
        """
        if self._watch is None:
            with named_errors(self._engines), self._engines.reader.connect() as connection:
                number: str = connection.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))
            return number
        return self._watch.version()

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """Hold a name that one holder can have at a time, in all processes that use this archive.

        Freed when the block ends or the process does. Raises AlreadyHeld at once.
        """
        return _named(self._engines, name)

    def inspect(self) -> list[str]:
        """What is damaged in the archive, in sentences, after reading all of it; empty where all is well."""
        with named_errors(self._engines):
            return list(inspection.inspect(self._engines))

    def visiting(self, slug: str) -> AbstractContextManager[None]:
        """Hold a source, as everyone does who visits it. Raises AlreadyHeld at once."""
        return self.exclusive(f"visit {slug}")

    def lease(self, name: str) -> AbstractContextManager[Lease]:
        """Hold a name for as long as it is renewed (`Lease.renew`), through restarts of a database server.

        Raises AlreadyHeld when another process holds it.
        """
        return locks.lease(self._engines, name)

    def interrupted(self, at: datetime) -> list[Visit]:
        """End the visits that their processes left running when they died; gives them.

        A visit lasts while somebody holds its source, in whatever process on whatever machine.
        """
        with self.read() as archive:
            left = {visit.source for visit in archive.visits.running()}
        ended: list[Visit] = []
        for slug in sorted(left):
            with suppress(AlreadyHeld), self.visiting(slug), self.write() as archive:
                ended += archive.visits.interrupt(slug, at)
        return ended

    def _must_be_ready(self) -> None:
        if self._ready:
            return
        found = self.revision
        if found != SCHEMA:
            raise NotMigrated(
                f"{self.place}: the tables are {'missing' if found is None else f'of revision {found}'}, "
                f"{SCHEMA} is wanted; run any `healthwire` command that writes, or `healthwire doctor`"
            )
        self._ready = True


@contextmanager
def _named(engines: Engines, name: str) -> Iterator[None]:
    with named_errors(engines), locks.exclusive(engines, name):
        yield
