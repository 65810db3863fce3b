"""Is everything in an archive still what was stored? Looks at every byte of it, and mends nothing."""

from collections.abc import Iterator

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from storage import bodies
from storage.engines import Engines, named_errors
from storage.errors import CorruptBody, StorageError
from storage.tables import metadata

MOST_SAID = 20  # problems of one kind
_AT_ONCE = 500


def inspect(engines: Engines) -> Iterator[str]:
    """What is damaged, in sentences; nothing where all is well. Takes as long as reading the whole archive takes."""
    with engines.reader.connect() as connection, connection.begin():
        if engines.file is not None:
            yield from _integrity(connection)
        for table in metadata.sorted_tables:
            if table.name == "bodies":
                yield from _bodies(connection)
            else:
                yield from _rows(engines, connection, table.name)


def _integrity(connection: Connection) -> Iterator[str]:
    """What SQLite finds in its own structures."""
    try:
        for (said,) in connection.execute(text(f"PRAGMA integrity_check({MOST_SAID})")):
            if said != "ok":
                yield f"the file: {said}"
        for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")).fetchmany(MOST_SAID):
            yield f"{table}: row {row} refers to a row of {parent} that is not there"
    except DBAPIError as error:
        yield f"the file: {error.orig}"


def _rows(engines: Engines, connection: Connection, name: str) -> Iterator[str]:
    table = metadata.tables[name]
    try:
        with named_errors(engines):
            for _ in connection.execution_options(yield_per=_AT_ONCE).execute(select(table)):
                pass
    except (StorageError, DBAPIError) as error:
        yield f"{name}: {error}"


def _bodies(connection: Connection) -> Iterator[str]:
    """The bodies that are missing or not what was stored: each has its digest for a name."""
    damaged = 0
    try:
        digests = list(connection.scalars(select(metadata.tables["bodies"].c.digest)))
    except (StorageError, DBAPIError) as error:
        yield f"bodies: {error}"
        return
    for digest in digests:
        try:
            bodies.take(connection, digest)
        except (CorruptBody, DBAPIError) as error:
            damaged += 1
            if damaged <= MOST_SAID:
                yield str(error)
    if damaged > MOST_SAID:
        yield f"and {damaged - MOST_SAID} more bodies"
