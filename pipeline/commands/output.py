"""Rows of a listing command as a table for people or as JSON, JSON lines or CSV for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def show(rows: Iterable[Mapping[str, Any]], format: Format, columns: Sequence[str], title: str | None = None) -> None:
    """Print rows to standard output; `columns` are those of the table and of CSV, JSON carries every key."""
    if format is Format.JSONL:
        for row in rows:
            print(line(row))
    elif format is Format.JSON:
        print(json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=2))
    elif format is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_safe_cell(_cell(row.get(column))) for column in columns] for row in rows)
    else:
        _table(rows, columns, title)


def line(row: Mapping[str, Any]) -> str:
    """One row as one line of JSON."""
    return json.dumps(_plain(row), ensure_ascii=False)


def _table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], title: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(escape(_cell(row.get(column))) for column in columns))
    Console().print(table)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _safe_cell(text: str) -> str:
    """A cell that a spreadsheet takes for text: page text must not become a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
