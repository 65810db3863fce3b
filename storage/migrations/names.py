"""Which names in a database are ours to compare with the tables."""

from typing import Any

_FULL_TEXT = ("search_index", "exact_vector", "folded_vector", "ix_search_texts_exact", "ix_search_texts_folded")


def include_name(name: str | None, kind: Any, parents: Any) -> bool:
    """Leave out what each database has its own kind of: the full-text indexes, and SQLite's tables behind them."""
    return name is None or not name.startswith(_FULL_TEXT)
