"""Rows of a listing command as a table for people or as JSON, JSON lines or CSV for programs.

Texts of foreign pages, addresses and headers come from strangers, and a terminal obeys what some characters say: it
can be cleared, renamed or made to show another text than there is. So no such character leaves by this door raw.
"""

import csv
import json
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice
from typing import Any

MOST_IN_TABLE = 1_000  # rows that a person is shown
LONGEST_CELL = 2_000  # characters
WIDTH_WITHOUT_TERMINAL = 160  # a file or a pipe: a table need not be as narrow as an unknown screen is taken to be

# control characters (C0 without tab and line feed, DEL, C1), turns of the writing direction, half surrogates
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def show(
    rows: Iterable[Mapping[str, Any]],
    format: Format,
    columns: Sequence[str],
    title: str | None = None,
    *,
    empty: str = "There is nothing to show.",
) -> None:
    """Print rows to standard output; `columns` are those of the table and of CSV, JSON carries every key.

    A table without rows is the words of `empty`.
    In JSON and JSON lines control characters are escaped as JSON does it; in tables and CSV they are shown as `\\x1b`.
    """
    if format is Format.JSONL:
        for row in rows:
            print(line(row))
    elif format is Format.JSON:
        _list(rows)
    elif format is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(map(visible, columns))
        writer.writerows([_safe_cell(_cell(row.get(column))) for column in columns] for row in rows)
    else:
        _table(rows, columns, title, empty)


def line(row: Mapping[str, Any]) -> str:
    """One row as one line of JSON."""
    return _escaped(json.dumps(_plain(row), ensure_ascii=False))


def say(text: str) -> None:
    """Print words for a person."""
    print(visible(text))


def visible(text: str) -> str:
    """The text with everything a terminal would obey instead of showing as `\\x1b` or `\\u202e`."""
    return _COMMANDS.sub(lambda found: repr(found[0])[1:-1], text)


def _escaped(text: str) -> str:
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _list(rows: Iterable[Mapping[str, Any]]) -> None:
    """The rows as one JSON list, never all of them in memory."""
    opened = False
    for row in rows:
        print(",\n" if opened else "[\n", end="")
        print(textwrap.indent(_escaped(json.dumps(_plain(row), ensure_ascii=False, indent=2)), "  "), end="")
        opened = True
    print("\n]" if opened else "[]")


def _table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], title: str | None, empty: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(width=WIDTH_WITHOUT_TERMINAL)
    table = Table(*(escape(visible(column)) for column in columns), title=title, title_justify="left")
    table.box = box.SIMPLE_HEAD
    remaining = iter(rows)
    first = next(remaining, None)
    if first is None:
        say(empty)
        return
    for row in chain((first,), islice(remaining, MOST_IN_TABLE - 1)):
        table.add_row(*(escape(_short(_cell(row.get(column)))) for column in columns))
    console.print(table)
    if (more := sum(1 for _ in remaining)) > 0:
        print(f"{more:,} more rows; --format csv, json or jsonl gives all", file=sys.stderr)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        return visible(", ".join(map(str, value)))
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return visible(str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"


def _safe_cell(text: str) -> str:
    """A cell that a spreadsheet takes for text: page text must not become a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
