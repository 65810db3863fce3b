"""Ground floor: what we keep. Imports none of the other rooms.

from storage import Archive, Store

with Store.open("sqlite:///healthwire-data/healthwire.db", make=False) as store, store.read() as archive:
    ...
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.archive import Archive
    from storage.store import Store

__all__ = ["Archive", "Store"]


def __getattr__(name: str) -> Any:
    """The two doors, imported when they are asked for: who wants the nouns alone need not wait for the database."""
    if name == "Store":
        from storage.store import Store

        return Store
    if name == "Archive":
        from storage.archive import Archive

        return Archive
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
