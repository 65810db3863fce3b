"""Records and rows, both ways, and the two statements SQLAlchemy has no common form of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import ArchiveDamaged
from storage.json_values import from_plain, to_plain
from storage.tables import UtcDateTime

R = TypeVar("R")
T = TypeVar("T")


def to_row(table: Table, record: Any) -> dict[str, Any]:
    """The columns of the table that the record has fields for; not the id, which the archive gives."""
    return {
        name: getattr(record, name) if is_moment else to_plain(getattr(record, name))
        for name, is_moment in _columns(table, type(record))  # type: ignore[arg-type]  # a class is hashable
    }


def from_row(kind: type[R], row: Any, **more: Any) -> R:
    """The record of that kind from a row of a query; columns it has no field for are left out.

    Raises ArchiveDamaged for a row that no such record was made into.
    """
    try:
        return from_plain(kind, {**row._mapping, **more})
    except ValueError as error:
        raise ArchiveDamaged(
            f"a stored {kind.__name__} cannot be read; `healthwire doctor --deep` says where; "
            "restore the archive from a backup"
        ) from error


@cache
def _columns(table: Table, kind: type[Any]) -> tuple[tuple[str, bool], ...]:
    """The columns that records of a kind fill, and whether one holds moments, which the column itself turns to UTC."""
    names = (field.name for field in fields(kind) if field.name != "id")
    return tuple((name, isinstance(table.c[name].type, UtcDateTime)) for name in names if name in table.c)


def insert_or_update(
    connection: Connection,
    table: Table,
    rows: Mapping[str, Any] | list[dict[str, Any]],
    *,
    key: tuple[str, ...],
    update: tuple[str, ...] | None = None,
) -> None:
    """Insert; where a row with the same key stands, update the named columns (by default all others).

    With `update=()` the standing row stays as it is.
    """
    if not rows:
        return
    first = rows if isinstance(rows, Mapping) else rows[0]
    names = tuple(name for name in first if name not in key) if update is None else update
    connection.execute(_upsert(connection.dialect.name, table, key, names), rows)


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, Any], *, key: tuple[str, ...]) -> int | None:
    """Insert and give the new row's id; None where a row with the same key stands, which stays as it is."""
    number: int | None = connection.execute(_insert_if_new(connection.dialect.name, table, key), row).scalar()
    return number


@cache
def _insert_if_new(dialect: str, table: Table, key: tuple[str, ...]) -> Any:
    return _upsert(dialect, table, key, ()).returning(table.c.id)


@cache
def _upsert(dialect: str, table: Table, key: tuple[str, ...], names: tuple[str, ...]) -> Any:
    insert: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    if names:
        return insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in names})
    return insert.on_conflict_do_nothing(index_elements=key)


def in_batches(values: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """The values in lists of at most `size`: databases bound the number of a statement's parameters."""
    remaining = iter(values)
    while batch := list(islice(remaining, size)):
        yield batch
