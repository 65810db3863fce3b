"""Is this installation healthy? A list of findings in words; looks, and mends nothing."""

import os
import re
import shutil
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from feeds.spec import SpecError
from pipeline.config import Settings
from pipeline.site import configured_feeds
from spiders.source import Source
from storage.store import Store

FEWEST_FREE_BYTES = 500 * 1024 * 1024
_PLACEHOLDER = re.compile(r"(?:^|\.)(?:your\.[a-z]+|example\.(?:com|org|net)|example|invalid|test|localhost)$")
FEED_FORMS = ("*.rss", "*.atom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: what, whether it is well, and what is to be said of it."""

    what: str
    well: bool
    said: str


def examine(
    store: Store, sources: Mapping[str, Source], settings: Settings, *, now: datetime, deep: bool = False
) -> list[Finding]:
    """Everything that can be asked without a visit, the archive being open and migrated already.

    With `deep` every byte of the archive is read, which takes its time.
    """
    return [
        *_archive(store, now),
        *(_depths(store) if deep else ()),
        *_places(settings),
        *_visits(store, sources, now),
        *_own_feeds(settings),
        *_feeds(settings),
        *_trust(settings),
    ]


def _archive(store: Store, now: datetime) -> Iterator[Finding]:
    with store.read() as archive:
        waiting = archive.captures.count_unprocessed()
        newest = archive.captures.newest_at()
    yield Finding(what="archive", well=True, said=f"open, schema up to date, {waiting} captures wait to be processed")
    ahead = newest is not None and newest > now + timedelta(minutes=5)
    said = f"the newest capture is of {newest:%Y-%m-%d %H:%M}Z" if newest else "nothing captured yet"
    yield Finding(
        what="clock", well=not ahead, said=said + (", which is ahead of this machine's clock" if ahead else "")
    )


def _depths(store: Store) -> Iterator[Finding]:
    damaged = store.inspect()
    for said in damaged:
        yield Finding(what="contents", well=False, said=said)
    if damaged:
        advice = "restore the archive from a backup; sqlite3 FILE .recover saves what can be read of a single copy"
        yield Finding(what="contents", well=False, said=advice)
    else:
        yield Finding(what="contents", well=True, said="every row and every body is what was stored")


def _places(settings: Settings) -> Iterator[Finding]:
    place = settings.feeds_dir if settings.feeds_dir.exists() else settings.feeds_dir.absolute().parent
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    yield Finding(what="disk", well=free >= FEWEST_FREE_BYTES, said=f"{free // 2**20} MiB free at {place}")
    writable = os.access(place, os.W_OK)
    yield Finding(what="feeds directory", well=writable, said=f"{place} {'can' if writable else 'cannot'} be written")


def _visits(store: Store, sources: Mapping[str, Source], now: datetime) -> Iterator[Finding]:
    with store.read() as archive:
        states = {state.slug: state for state in archive.visits.states()}
    for slug, source in sorted(sources.items()):
        state = states.get(slug)
        if state is None or state.last_visit_at is None:
            yield Finding(what=slug, well=True, said="not visited yet")
            continue
        silent = state.last_success_at is None or now - state.last_success_at > max(
            timedelta(days=1), source.interval * 4
        )
        said = state.problem or "well"
        if silent:
            last = f"{state.last_success_at:%Y-%m-%d %H:%M}Z" if state.last_success_at else "never"
            said = f"no good visit for long (last: {last}); {said}"
        yield Finding(what=slug, well=not silent and state.problem is None, said=said)


def _own_feeds(settings: Settings) -> Iterator[Finding]:
    if settings.feeds_file is None:
        return
    try:
        said, well = f"{len(configured_feeds(settings))} feeds of your own", True
    except SpecError as error:
        said, well = str(error), False
    yield Finding(what="feeds_file", well=well, said=said)


def _feeds(settings: Settings) -> Iterator[Finding]:
    files = sorted(path for form in FEED_FORMS for path in settings.feeds_dir.rglob(form))
    broken = [path.name for path in files if not _well_formed(path)]
    said = f"{len(files)} RSS and Atom files are well-formed" if not broken else f"not well-formed: {', '.join(broken)}"
    yield Finding(what="feeds", well=not broken, said=said if files else "none written yet")


def _well_formed(path: Path) -> bool:
    try:
        etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, OSError):
        return False
    return True


def _trust(settings: Settings) -> Iterator[Finding]:
    certificates = ssl.create_default_context().cert_store_stats()["x509_ca"]
    yield Finding(what="TLS", well=certificates > 0, said=f"{certificates} certificate authorities are trusted")
    yield contact(settings.contact)


def contact(given: str) -> Finding:
    """Whether the sites we visit are told an address that can be somebody's."""
    host = given.strip().rpartition("@")[2] if "@" in given else urlsplit(given.strip()).hostname or given.strip()
    if not host:
        said = "set `contact` so that the sites we visit know whom to write to"
    elif _PLACEHOLDER.search(host.lower()):
        said = f"`contact` is {given!r}, which stands in examples: set it to an address or page of yours"
    else:
        return Finding(what="contact", well=True, said=f"sites are told {given}")
    return Finding(what="contact", well=False, said=said)
