"""Whether a SQLite archive has changed, asked of SQLite itself.

No file of SQLite is opened or closed by hand in a process that has it open: closing any descriptor of a file drops all
POSIX locks that the process holds on it (sqlite.org/howtocorrupt, section 2.2), and two writers at once are the
least that follows.
"""

import os
import sqlite3
import threading
from collections.abc import Hashable
from pathlib import Path

from storage.engines import WAIT, connect_sqlite
from storage.errors import ArchiveGone


class Watch:
    """One connection, kept for asking and used for nothing else. Safe to share between threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None

    def version(self) -> Hashable:
        """Another thing after every commit, by whatever process. Raises ArchiveGone without the file it opened."""
        with self._lock:
            identity = self._look()
            if self._connection is None:
                self._connection = connect_sqlite(self._file, WAIT)
                self._connection.isolation_level = None
                self._connection.execute("PRAGMA query_only = ON")
                self._identity = identity
            elif identity != self._identity:
                raise ArchiveGone(f"{self._file}: another file stands in the archive's place; restart to use it")
            number: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            return number

    def close(self) -> None:
        """Close the connection; a later question opens another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _look(self) -> tuple[int, int]:
        try:
            found = os.stat(self._file)
        except OSError as error:
            raise ArchiveGone(f"{self._file}: the archive is gone: {error.strerror}; restore it and restart") from error
        return found.st_dev, found.st_ino
