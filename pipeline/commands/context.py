"""What every command starts from: the settings, the archive and the sources, opened when first asked for."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.errors import HealthwireError

if TYPE_CHECKING:
    from pipeline.config import Settings
    from spiders.source import Source
    from storage.store import Store


class UserError(HealthwireError):
    """Something the user can mend; the message says what and how."""


@dataclass(slots=True)
class Context:
    """The command line's own flags and its configuration file; None: `healthwire.toml` of the folder, if any."""

    config: Path | None = None
    flags: Mapping[str, Any] = field(default_factory=dict)

    def settings(self, **flags: Any) -> "Settings":
        """The settings, with a command's own flags on top."""
        from pipeline.config import load_settings

        return load_settings(self.config, {**self.flags, **{k: v for k, v in flags.items() if v is not None}})

    @contextmanager
    def store(self, settings: "Settings | None" = None, *, make: bool = True) -> Iterator["Store"]:
        """The archive, migrated and ready; made on first use, or with `make` False only opened."""
        from storage.store import Store

        store = Store.open((settings or self.settings()).database_url, make=make)
        try:
            store.migrate()
            yield store
        finally:
            store.close()


def log_at(level: str) -> None:
    """Log from this level on. What a library has to say below a warning interests only who asks for DEBUG: a line
    for each tick and start of theirs would drown ours."""
    logging.getLogger().setLevel(level if level != "INFO" else "WARNING")
    for name in ("healthwire", "pipeline", "spiders", "storage", "feeds"):
        logging.getLogger(name).setLevel(level)


def load_sources(settings: "Settings", names: Sequence[str] = ()) -> dict[str, "Source"]:
    """The sources of this installation, or those of them that are named.

    Raises UserError for a name that no source has.
    """
    from spiders.source import load_sources as load

    sources = load()
    if settings.sources_dir is not None:
        sources |= load(settings.sources_dir)
    wanted = tuple(names) or settings.sources
    unknown = [name for name in wanted if name not in sources]
    if unknown:
        raise UserError(f"no source is called {', '.join(unknown)}; there are {', '.join(sorted(sources))}")
    return {slug: source for slug, source in sources.items() if not wanted or slug in wanted}


def source_called(name: str | None, sources: Mapping[str, "Source"]) -> "Source | None":
    """The source of that name, None for no name. Raises UserError for a name that none of these has."""
    if name is not None and name not in sources:
        raise UserError(f"no source is called {name}; there are {', '.join(sorted(sources))}")
    return sources[name] if name is not None else None
