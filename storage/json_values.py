"""Records and the plain values of JSON, both ways (pure).

The record's own annotations say how a value is read back, so a new field needs no code here. A field that has its
default is left out, which keeps old values readable and small.
"""

from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

R = TypeVar("R")


def to_plain(value: Any) -> Any:
    """The value in dicts, lists, strings, numbers, booleans and None; datetimes in ISO 8601 with their zone."""
    if is_dataclass(value) and not isinstance(value, type):
        return _adapter(type(value)).dump_python(value, mode="json", exclude_defaults=True)
    return value if type(value) in _PLAIN else to_jsonable_python(value)


def from_plain(kind: type[R], plain: Mapping[str, Any]) -> R:
    """The record of that kind from plain values; values it has no field for are left out.

    Values that are already what the field wants (a datetime from a column) stay as they are. Raises ValueError (of
    pydantic) for values that the record's fields do not take.
    """
    record: R = _adapter(kind).validate_python(plain)  # type: ignore[arg-type]  # a class is hashable
    return record


_PLAIN = frozenset({str, int, float, bool, type(None)})  # the most, and plain already


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
