"""SQL from the outside, over connections that cannot write, bounded in time and rows."""

import sqlite3
import time
from typing import Any, NamedTuple

from sqlalchemy import text

from storage.engines import Engines, connect_sqlite, place
from storage.errors import ArchiveUnreachable, QueryRefused

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_REFUSED_FUNCTIONS = frozenset({"load_extension", "writefile", "readfile", "edit", "fts3_tokenizer"})
_OPCODES_BETWEEN_LOOKS_AT_THE_CLOCK = 20_000


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


def _sqlite(engines: Engines, sql: str, max_rows: int, seconds: float) -> Answer:
    assert engines.file is not None
    try:
        connection = connect_sqlite(engines.file, seconds, write=False)
        connection.isolation_level = None
    except sqlite3.OperationalError as error:
        raise ArchiveUnreachable(f"{engines.file}: cannot be opened ({error})") from error
    until = time.monotonic() + seconds
    try:
        connection.set_authorizer(_may)
        connection.set_progress_handler(lambda: time.monotonic() > until, _OPCODES_BETWEEN_LOOKS_AT_THE_CLOCK)
        cursor = connection.execute(sql)
        if cursor.description is None:
            raise QueryRefused("the query is empty; a SELECT is wanted")
        return Answer(tuple(column[0] for column in cursor.description), cursor.fetchmany(max_rows + 1))
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
                rows = cursor.fetchmany(max_rows + 1)
                return Answer(tuple(column.name for column in cursor.description or ()), rows)
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
