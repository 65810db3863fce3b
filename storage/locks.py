"""One holder a name and an archive, freed by the system when its process ends, however it ends."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import text

from storage.engines import Engines, place
from storage.errors import AlreadyHeld, ArchiveUnwritable


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


def _lock_file(archive: Path, name: str) -> str:
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:60]
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return str(archive.with_name(f"{archive.name}.{readable}-{digest}.lock"))
