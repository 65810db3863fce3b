"""Records and rows, both ways, and the two statements SQLAlchemy has no common form of."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.json_values import from_plain, to_plain
from storage.tables import UtcDateTime

R = TypeVar("R")
T = TypeVar("T")


def to_row(table: Table, record: Any) -> dict[str, Any]:
    """The columns of the table that the record has fields for; not the id, which the archive gives."""
    row: dict[str, Any] = {}
    for field in fields(record):
        column = table.c.get(field.name)
        if column is None or field.name == "id":
            continue
        value = getattr(record, field.name)
        row[field.name] = value if isinstance(column.type, UtcDateTime) else to_plain(value)
    return row


def from_row(kind: type[R], row: Any, **more: Any) -> R:
    """The record of that kind from a row of a query; columns it has no field for are left out."""
    return from_plain(kind, {**row._mapping, **more})


def insert_or_update(
    connection: Connection,
    table: Table,
    rows: Mapping[str, Any] | list[dict[str, Any]],
    *,
    key: Collection[str],
    update: Collection[str] | None = None,
) -> None:
    """Insert; where a row with the same key stands, update the named columns (by default all others).

    With `update=()` the standing row stays as it is.
    """
    if not rows:
        return
    first = rows if isinstance(rows, Mapping) else rows[0]
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    names = [name for name in first if name not in key] if update is None else list(update)
    if names:
        statement = insert.on_conflict_do_update(
            index_elements=list(key), set_={name: insert.excluded[name] for name in names}
        )
    else:
        statement = insert.on_conflict_do_nothing(index_elements=list(key))
    connection.execute(statement, rows)


def in_batches(values: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """The values in lists of at most `size`: databases bound the number of a statement's parameters."""
    remaining = iter(values)
    while batch := list(islice(remaining, size)):
        yield batch
