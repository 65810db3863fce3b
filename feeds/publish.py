"""Feeds as files in a directory that any web server can serve.

    index.html  style.css  feed.css  favicon.svg
    feeds.opml                                the main feed for feed readers; all-feeds.opml: all of them
    health-cooperation.rss  .atom  .json      and so for every feed
    feeds.json                                what is here, and which feeds are retired

Every file is written beside its place and flushed to the disk, all of them before the first is moved into place;
a file whose bytes would not differ is not touched. A feed that was configured once and is no more is removed and
listed as retired; one that the archive makes by itself (a partner, a language) stays, valid and empty.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from feeds import html_pages
from feeds.catalogue import all_specs, load_feed
from feeds.entry import Content
from feeds.feed import Feed, compose
from feeds.render import render
from feeds.site import FORMATS, Site
from feeds.spec import SIZE, FeedSpec, everything, of_slug
from storage.errors import HealthwireError
from storage.records import StoryView

if TYPE_CHECKING:
    from storage.store import Store

MANIFEST = "feeds.json"
STAMP = ".healthwire-stamp"
"""The file that says of what the feeds beside it were made: a publishing that would change nothing ends there."""

LATEST = 20
_ASSETS = ("style.css", "feed.css", "favicon.svg")
_BESIDE = ".healthwire-"
_LEFT_OVER = 3600.0  # seconds after which a file beside its place is taken for a dead process's


class PublishError(HealthwireError):
    """The feeds could not be written; one line that names the path and the cause. What was there is untouched."""


class OtherArchive(PublishError):  # noqa: N818 - a cause reads better without the suffix
    """The feeds that stand there were made of another archive than this one, which would empty or replace them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publishing did: names of files written and removed, in order, and how many stayed as they were."""

    directory: Path
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    feeds: int


def publish(
    store: "Store",
    directory: Path,
    site: Site,
    configured: Sequence[FeedSpec] = (),
    *,
    size: int = SIZE,
    content: Content = "lead",
) -> Published:
    """Write every feed of the archive, its index and its OPML list into the directory, which is made if missing.

    Raises PublishError when the directory cannot be written or the disk is full, and OtherArchive.
    """
    refuse_other(store, directory)
    with store.read() as archive:
        origin = archive.origin() or ""
        stamp = _stamp(archive.stamp(), site, configured, size, content)
        standing = _standing(directory, stamp)
        if standing is not None:
            return standing
        specs = all_specs(archive, configured, size=size, content=content)
        known: dict[int, StoryView] = {}
        feeds = [load_feed(archive, spec, site, known) for spec in specs]
    published = publish_feeds(feeds, directory, site, size=size, content=content, origin=origin)
    write(directory, {STAMP: stamp.encode()})
    return published


def publish_feeds(
    feeds: Sequence[Feed],
    directory: Path,
    site: Site,
    *,
    size: int = SIZE,
    content: Content = "lead",
    origin: str = "",
) -> Published:
    """Write these feeds, the first of which is that of all stories. Raises PublishError as `publish` does.

    `origin` is that of the archive they were made of, where they hold any story.
    """
    before = manifest(directory)
    present = {feed.spec.slug for feed in feeds}
    gone = [slug for slug in before.feeds if slug not in present]
    asleep = [spec for slug in gone if (spec := of_slug(slug, size, content)) is not None]
    feeds = [*feeds, *(compose(spec, (), site) for spec in asleep)]
    present |= {spec.slug for spec in asleep}
    retired = sorted((set(before.retired) | set(gone)) - present)
    files = render_all(feeds, site)
    made_of = origin if any(feed.entries for feed in feeds) else before.origin
    files[MANIFEST] = _manifest_bytes(Manifest(feeds=tuple(sorted(present)), retired=tuple(retired), origin=made_of))
    stale = [f"{slug}.{form}" for slug in retired for form in FORMATS]
    return write(directory, files, stale, feeds=len(feeds))


def render_all(feeds: Sequence[Feed], site: Site) -> dict[str, bytes]:
    """Every file of the feeds by its name. Pure."""
    files: dict[str, bytes] = {}
    for feed in feeds:
        for form in FORMATS:
            files[f"{feed.spec.slug}.{form}"] = render(feed, site, form)
    specs = [feed.spec for feed in feeds]
    main = feeds[0] if feeds else compose(everything(), (), site)
    more = len(main.entries) > LATEST
    latest = html_pages.Stories(
        entries=main.entries[:LATEST],
        changed=main.changed,
        older=f"{site.url}/feeds/{main.spec.slug}" if more else None,  # files have no older ones, the application has
    )
    files["feeds.opml"] = html_pages.opml(site, specs[:1])
    files["all-feeds.opml"] = html_pages.opml(site, specs)
    files["index.html"] = html_pages.index(site, specs, latest, html_pages.Links(site=site, served=False))
    for name in _ASSETS:
        files[name] = html_pages.asset(name)
    return files


def write(directory: Path, files: Mapping[str, bytes], stale: Iterable[str] = (), *, feeds: int = 0) -> Published:
    """Put files into a directory: those that differ, once all of them are written beside; then remove the stale ones.

    Raises PublishError when one of them cannot be written, as on a full disk; then no file has changed.
    """
    ready: list[tuple[Path, str]] = []
    path = directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _sweep(directory)
        for name, body in files.items():
            path = directory / name
            if not _differs(path, body):
                continue
            ready.append((_write_beside(path, body), name))
        for beside, name in ready:
            path = directory / name
            os.replace(beside, path)
        removed = [name for name in stale if _remove(path := directory / name)]
        _flush(directory)
    except OSError as error:
        raise PublishError(f"{path}: feeds cannot be written: {error.strerror or error}") from error
    finally:
        for beside, _ in ready:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    return Published(
        directory=directory,
        changed=tuple(name for _, name in ready),
        removed=tuple(removed),
        unchanged=len(files) - len(ready),
        feeds=feeds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Slugs of the feeds in a directory, and of those that were there and are retired.

    `origin` is that of the archive they were made of; empty where they have never held a story.
    """

    feeds: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    origin: str = ""


def refuse_other(store: "Store", directory: Path) -> None:
    """Raise OtherArchive when the feeds in the directory hold stories of another archive than this.

    An archive that was lost, emptied or begun anew must not take from subscribers what they have.
    """
    made_of = manifest(directory).origin
    if not made_of:
        return
    with store.read() as archive:
        origin = archive.origin()
    if origin != made_of:
        raise OtherArchive(
            f"{directory}: these feeds were made of another archive than {store.place}, which is "
            f"{'empty' if origin is None else 'not the same'}; restore the archive from a backup, or, to begin anew "
            f"under the same addresses, remove {directory / MANIFEST}"
        )


def manifest(directory: Path) -> Manifest:
    """What was published into a directory; an empty manifest where there is none, or none that can be read."""
    try:
        kept = json.loads((directory / MANIFEST).read_bytes())
        return Manifest(
            feeds=_slugs(kept["feeds"]), retired=_slugs(kept["retired"]), origin=str(kept.get("origin", ""))
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest()


def _slugs(names: object) -> tuple[str, ...]:
    """Names that can be slugs: what the file says becomes paths, and must not lead out of the directory."""
    if not isinstance(names, list):
        raise TypeError("a list is wanted")
    return tuple(name for name in names if isinstance(name, str) and name.replace("-", "").isalnum())


def _manifest_bytes(kept: Manifest) -> bytes:
    told = {"feeds": kept.feeds, "retired": kept.retired, "origin": kept.origin}
    return (json.dumps(told, indent=1) + "\n").encode()


def _stamp(archive: str, site: Site, configured: Sequence[FeedSpec], size: int, content: str) -> str:
    """Of what feeds are made: the archive, the installation, and the code that makes them."""
    made_of = repr((archive, site, tuple(configured), size, content, _code()))
    return hashlib.sha256(made_of.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _code() -> str:
    """A digest of the code, templates and styles that make feeds."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted(path for kind in ("*.py", "templates/*", "assets/*") for path in here.glob(kind)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _standing(directory: Path, stamp: str) -> Published | None:
    """What is published already, where it is all there and made of the same; None where something is to be done."""
    try:
        made_of = (directory / STAMP).read_bytes()
    except OSError:
        return None
    kept = manifest(directory)
    names = [f"{slug}.{form}" for slug in kept.feeds for form in FORMATS]
    names += ["index.html", "feeds.opml", "all-feeds.opml", *_ASSETS]
    if made_of != stamp.encode() or not kept.feeds or not all((directory / name).is_file() for name in names):
        return None
    return Published(directory=directory, changed=(), removed=(), unchanged=len(names) + 1, feeds=len(kept.feeds))


def _differs(path: Path, body: bytes) -> bool:
    try:
        return path.read_bytes() != body
    except FileNotFoundError:
        return True


def _write_beside(path: Path, body: bytes) -> Path:
    number, name = tempfile.mkstemp(prefix=_BESIDE, suffix=".tmp", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(body)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    return beside


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _flush(directory: Path) -> None:
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _sweep(directory: Path) -> None:
    """Take away what a process that was killed in the middle of writing left behind."""
    for beside in directory.glob(f"{_BESIDE}*.tmp"):
        with suppress(OSError):
            if time.time() - beside.stat().st_mtime > _LEFT_OVER:
                beside.unlink()
