"""Feeds read from the archive: which there are, and what stands in each."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from feeds.entry import Content
from feeds.feed import Feed, compose
from feeds.site import Site
from feeds.spec import SIZE, FeedSpec, automatic, with_configured

if TYPE_CHECKING:
    from storage.archive import Archive
    from storage.store import Store

_INDEX_HEADER = 48
"""The first copy of the header of SQLite's WAL index (the -shm file): it counts the commits."""


def all_specs(
    archive: "Archive", configured: Sequence[FeedSpec] = (), *, size: int = SIZE, content: Content = "lead"
) -> list[FeedSpec]:
    """Every feed of the archive: all stories, one a partner, one a language, and the configured ones."""
    stories = archive.stories
    made = automatic(dict(stories.partners()), dict(stories.languages()), size=size, content=content)
    return with_configured(made, configured)


def load_feed(archive: "Archive", spec: FeedSpec, site: Site) -> Feed:
    """One feed as the archive has it now, with the stories withdrawn from it as tombstones."""
    views = archive.stories.views(spec.filter, spec.size)
    withdrawn = archive.stories.views(replace(spec.filter, relevant=None, withdrawn=True), spec.size)
    return compose(spec, views, site, withdrawn)


def version(store: "Store") -> Hashable:
    """Something that is another thing after every commit to the archive and the same between; costs microseconds.

    SQLite: the header of the WAL index, which every commit rewrites, and the file's own stamp for when there is no
    log. PostgreSQL: the next transaction number, which only transactions that write take.
    """
    file = Path(store.place)
    try:
        stamp = file.stat()
    except OSError:
        with store.read() as archive:
            answer = archive.query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        return tuple(answer.rows)
    try:
        with open(f"{file}-shm", "rb") as index:
            header = index.read(_INDEX_HEADER)
    except OSError:
        header = b""
    return stamp.st_ino, stamp.st_mtime_ns, stamp.st_size, header
