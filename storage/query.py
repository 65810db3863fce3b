"""SQL from the outside, over connections that cannot write, bounded in time, rows and memory."""

import sqlite3
import time
from typing import Any, NamedTuple

from sqlalchemy import text

from storage.engines import Engines, connect_sqlite, place
from storage.errors import ArchiveUnreachable, QueryRefused

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_REFUSED_FUNCTIONS = frozenset({"load_extension", "writefile", "readfile", "edit", "fts3_tokenizer"})
LARGEST_VALUE = 16 * 1024 * 1024  # bytes; a page body is kept compressed and is far smaller
LARGEST_ANSWER = 64 * 1024 * 1024
MEMORY = 512 * 1024 * 1024  # bytes that SQLite may take
_FROM_A_SERVER_AT_ONCE = 50  # rows
_OPCODES_BETWEEN_LOOKS_AT_THE_CLOCK = 200  # one may copy megabytes


class Answer(NamedTuple):
    """What a query gave: the names of the columns, and the rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def ask(engines: Engines, sql: str, *, max_rows: int, seconds: float) -> Answer:
    """The answer to one SELECT, over what is committed. Raises QueryRefused with the reason in one line."""
    answer = _sqlite(engines, sql, max_rows, seconds) if engines.file else _postgresql(engines, sql, max_rows, seconds)
    if len(answer.rows) > max_rows:
        raise QueryRefused(f"the query gives more than {max_rows:,} rows; add a LIMIT or ask for a sum of them")
    return answer


def _gathered(cursor: Any, max_rows: int, at_once: int) -> list[tuple[Any, ...]]:
    """The rows of an answer, one more than allowed at most, and never more of them than memory is given for."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    while len(rows) <= max_rows and (some := cursor.fetchmany(min(at_once, max_rows + 1 - len(rows)))):
        rows += some
        size += sum(len(value) for row in some for value in row if isinstance(value, str | bytes | memoryview))
        if size > LARGEST_ANSWER:
            raise QueryRefused(f"the query gives more than {LARGEST_ANSWER // 2**20} MiB; ask for less")
    return rows


def _sqlite(engines: Engines, sql: str, max_rows: int, seconds: float) -> Answer:
    assert engines.file is not None
    try:
        connection = connect_sqlite(engines.file, seconds, write=False)
        connection.isolation_level = None
    except sqlite3.OperationalError as error:
        raise ArchiveUnreachable(f"{engines.file}: cannot be opened ({error})") from error
    until = time.monotonic() + seconds
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
        connection.execute("PRAGMA temp_store = MEMORY")  # or a sort of it fills the disk
        connection.execute(f"PRAGMA hard_heap_limit = {MEMORY}")  # of the whole process, and for good
        connection.set_authorizer(_may)
        connection.set_progress_handler(lambda: time.monotonic() > until, _OPCODES_BETWEEN_LOOKS_AT_THE_CLOCK)
        cursor = connection.execute(sql)
        if cursor.description is None:
            raise QueryRefused("the query is empty; a SELECT is wanted")
        return Answer(tuple(column[0] for column in cursor.description), _gathered(cursor, max_rows, 1))
    except MemoryError:
        raise QueryRefused(f"the query takes more than {MEMORY // 2**20} MiB of memory; ask for less") from None
    except (sqlite3.Error, sqlite3.Warning, UnicodeError, ValueError) as error:
        raise QueryRefused(_in_words(str(error), seconds)) from error
    finally:
        connection.close()


def _may(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    # the full-text module asks which version its own tables have
    reads_version = action == sqlite3.SQLITE_PRAGMA and first == "data_version"
    return sqlite3.SQLITE_OK if action in _ALLOWED or reads_version else sqlite3.SQLITE_DENY


def _postgresql(engines: Engines, sql: str, max_rows: int, seconds: float) -> Answer:
    with engines.reader.connect() as connection, connection.begin() as transaction:
        connection.execute(text(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"))
        driver: Any = connection.connection.driver_connection
        try:
            # A cursor is declared for one query that gives rows, and for nothing else: no COPY, no second statement.
            with driver.cursor(name="question") as cursor:
                cursor.execute(sql)
                names = tuple(column.name for column in cursor.description or ())
                return Answer(names, _gathered(cursor, max_rows, _FROM_A_SERVER_AT_ONCE))
        except engines.reader.dialect.loaded_dbapi.Error as error:
            if driver.broken:
                raise ArchiveUnreachable(f"{place(engines.url)}: the connection broke") from error
            raise QueryRefused(_in_words(str(error), seconds)) from error
        finally:
            transaction.rollback()


def _in_words(said: str, seconds: float) -> str:
    reason = said.strip().splitlines()[0] if said.strip() else "the database gave no reason"
    if reason == "interrupted" or "statement timeout" in reason:
        return f"the query took more than {seconds:g} seconds; ask for less"
    if "not authorized" in reason or "prohibited" in reason or "read-only" in reason or "readonly" in reason:
        return f"only reading is allowed: {reason}"
    return f"the query cannot be answered: {reason}"
