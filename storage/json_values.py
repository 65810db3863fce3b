"""Records and the plain values of JSON, both ways (pure).

The record's own annotations say how a value is read back, so a new field needs no code here. A field that has its
default is left out, which keeps old values readable and small.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

R = TypeVar("R")


def to_plain(value: Any) -> Any:
    """The value in dicts, lists, strings, numbers, booleans and None; datetimes in ISO 8601 with their zone."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_plain(each)
            for field in fields(value)
            if (each := getattr(value, field.name)) != field.default or field.default is MISSING
        }
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(each) for each in value]
    return value


def from_plain(kind: type[R], plain: Mapping[str, Any]) -> R:
    """The record of that kind from plain values; values it has no field for are left out.

    Values that are already what the field wants (a datetime from a column) stay as they are.
    """
    hints: dict[str, Any] = _hints(kind)  # type: ignore[arg-type]  # a class is hashable
    return kind(**{name: _read(hints[name], value) for name, value in plain.items() if name in hints})


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _read(next(each for each in get_args(hint) if each is not type(None)), value)
    if origin is tuple:
        arguments = get_args(hint)
        if arguments[-1] is Ellipsis:
            return tuple(_read(arguments[0], each) for each in value)
        return tuple(_read(each, item) for each, item in zip(arguments, value, strict=True))
    if hint is datetime:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is float:
        return float(value)
    if is_dataclass(hint) and isinstance(hint, type):
        return value if isinstance(value, hint) else from_plain(hint, value)
    return value
