"""One holder a name and an archive.

A *lock* is freed by the system when its process ends, however it ends; that of PostgreSQL also when the server restarts
under it. So who must be the only one for long holds a *lease*: it is renewed again and again, whoever finds it not
renewed for a while takes it over, and a transaction of the one who lost it is refused (a fence). On SQLite a lease is a
lock, which nothing but the end of its process or the loss of its file takes away.
"""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text

from storage.engines import Engines, named_errors, place
from storage.errors import AlreadyHeld, ArchiveUnwritable, LeaseLost, StorageError

LEASE = 30.0
"""Seconds after which a lease that was not renewed may be taken over."""

_ASKED_EVERY = 0.5  # seconds between looks at whether another's lease is still renewed


@contextmanager
def exclusive(engines: Engines, name: str) -> Iterator[None]:
    """Hold the name while the block runs: an OS lock on a file beside SQLite's, an advisory lock on PostgreSQL.

    Raises AlreadyHeld at once when it is held, in this process or in another.
    """
    refusal = f"{place(engines.url)}: another process holds “{name}”; stop it first, or use another archive"
    if engines.file is not None:
        lock = FileLock(_lock_file(engines.file, name), timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise AlreadyHeld(refusal) from None
        except OSError as error:
            raise ArchiveUnwritable(f"{lock.lock_file}: cannot be made ({error.strerror})") from error
        try:
            yield
        finally:
            lock.release()
        return
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    connection = engines.reader.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        # of a session, not of a transaction: the lock lives as long as this connection
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            raise AlreadyHeld(refusal)
        yield
    finally:
        connection.detach()  # closed, not given back: the lock goes with it
        connection.close()


class Lease(Protocol):
    """A name that is held for as long as it is renewed."""

    def renew(self) -> None:
        """Hold it for some time more. Raises LeaseLost when another holds it now."""

    def check(self, connection: Connection) -> None:
        """Make sure, within a writing transaction, that it is still held. Raises LeaseLost."""


@contextmanager
def lease(engines: Engines, name: str) -> Iterator[Lease]:
    """Hold the name as a lease while the block runs. Raises AlreadyHeld when another renews it.

    On PostgreSQL this takes until the one who had it last is seen to renew it, or for `LEASE` seconds has not.
    """
    if engines.file is not None:
        with exclusive(engines, name):
            yield _FileLease(Path(_lock_file(engines.file, name)))
        return
    held = _take_over(engines, name)
    try:
        yield held
    finally:
        held.give_back()


class _FileLease:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._identity = self._look()

    def renew(self) -> None:
        if self._look() != self._identity:
            raise LeaseLost(f"{self._file}: the lock file was removed; another process may hold it. Restart")

    def check(self, connection: Connection) -> None:
        """Nothing to do: the system keeps the lock."""

    def _look(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._file)
        except OSError:
            return None
        return found.st_dev, found.st_ino


class _ServerLease:
    """A row of the archive; only the server's clock counts, so the clocks of the machines need not agree."""

    def __init__(self, engines: Engines, name: str, holder: str) -> None:
        self._engines = engines
        self._mine = {"name": name, "holder": holder}
        self._lost = f"{place(engines.url)}: another process holds “{name}” now; this one stops"

    def renew(self) -> None:
        with named_errors(self._engines), self._engines.writer.begin() as connection:
            if connection.execute(_RENEW, self._mine).rowcount != 1:
                raise LeaseLost(self._lost)

    def check(self, connection: Connection) -> None:
        if connection.execute(_MINE, self._mine).first() is None:
            raise LeaseLost(self._lost)

    def give_back(self) -> None:
        with suppress(StorageError), named_errors(self._engines), self._engines.writer.begin() as connection:
            connection.execute(_GIVE_BACK, self._mine)


_RENEW = text("UPDATE leases SET renewed_at = clock_timestamp() WHERE name = :name AND holder = :holder")
_MINE = text("SELECT 1 FROM leases WHERE name = :name AND holder = :holder")
_GIVE_BACK = text("DELETE FROM leases WHERE name = :name AND holder = :holder")
_STANDING = text("SELECT renewed_at, clock_timestamp() - renewed_at > :old FROM leases WHERE name = :name")
_TAKE = text(
    "INSERT INTO leases (name, holder, renewed_at) VALUES (:name, :holder, clock_timestamp()) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, renewed_at = excluded.renewed_at"
)


def _take_over(engines: Engines, name: str) -> _ServerLease:
    holder = uuid4().hex
    first: datetime | None = None
    while True:
        with named_errors(engines), engines.writer.begin() as connection:
            standing = connection.execute(_STANDING, {"name": name, "old": timedelta(seconds=LEASE)}).first()
            if standing is None or standing[1]:
                connection.execute(_TAKE, {"name": name, "holder": holder})
                return _ServerLease(engines, name, holder)
        first = first or standing[0]
        if standing[0] != first:
            raise AlreadyHeld(f"{place(engines.url)}: another process holds “{name}”; stop it first")
        time.sleep(_ASKED_EVERY)


def _lock_file(archive: Path, name: str) -> str:
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:60]
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return str(archive.with_name(f"{archive.name}.{readable}-{digest}.lock"))
