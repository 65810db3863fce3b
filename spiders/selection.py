"""What a visit asks for: which of the articles that listings name, and which pages that are due. Pure decisions."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from spiders.dates import created_by_id, day_in_slug
from spiders.families.family import Link
from spiders.source import EntryPoint, Expect, Source
from storage.keys import edition
from storage.records import Capture, Page, Timestamp

DEAD_LINK_REST = timedelta(hours=6)  # a listed address that gave no article is left alone that long


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article that a listing names, told apart from others by its key."""

    key: str
    address: str
    link: Link
    changed: datetime | None = None  # when the listing says that it was last edited


def listed_by(links: Iterable[Link], source: Source, changed: Mapping[str, datetime]) -> list[Listed]:
    """The links that are articles of the source's own, each key once, in the listing's order."""
    found: dict[str, Listed] = {}
    for link in links:
        try:
            if not source.is_article(link.url):
                continue
            one = Listed(
                key=source.key(link.url),
                address=source.address(link.url),
                link=link,
                changed=changed.get(link.url),
            )
        except ValueError:
            continue
        found.setdefault(one.key, one)
    return list(found.values())


def recent(articles: Iterable[Listed], source: Source, now: datetime) -> list[Listed]:
    """Those that are not older than the source's limit, newest first; what has no date counts as recent.

    A visit takes so many articles and no more: what it leaves must be the oldest, in whatever order a list is.
    """
    oldest = now - timedelta(days=source.limits.days_back)
    aged = [(_age(article, source, now), article) for article in articles]
    kept = [(age, article) for age, article in aged if age <= now - oldest]
    return [article for _, article in sorted(kept, key=lambda pair: pair[0])]


def _age(article: Listed, source: Source, now: datetime) -> timedelta:
    """How old an article is by whatever its list or address says; nothing where neither says anything."""
    at = dated(article.link, source) or article.changed
    return max(timedelta(0), now - at) if at is not None else timedelta(0)


def dated(link: Link, source: Source) -> datetime | None:
    """When a listed article was published: as the listing says, else as its address tells."""
    if link.published is not None:
        return link.published.at
    told = _told_by_address(link.url, source)
    return told.at if told is not None else None


def _told_by_address(url: str, source: Source) -> Timestamp | None:
    parts = urlsplit(url)
    family = source.family_of(url)
    native = family.native_id(parts) if family is not None else None
    if native is None:
        return None
    return created_by_id(native, source.zone) or day_in_slug(parts.path.rpartition("/")[2], source.zone)


def resting(captures: Collection[Capture], now: datetime) -> bool:
    """Whether an article that no page is known of was captured before, so that there is no need to ask now.

    A good answer that waits to be processed counts, and so does a recent one that was no article (404).
    """
    return any(c.status in (200, 304) or (c.status < 500 and now - c.fetched_at < DEAD_LINK_REST) for c in captures)


def edited(article: Listed, page: Page, now: datetime) -> bool:
    """Whether the listing says that a known page changed, or was published anew, after we last saw it.

    A time in the future is no statement about the past: some feeds carry them.
    """
    said = (article.changed, article.link.published.at if article.link.published else None)
    return any(at is not None and page.last_seen_at < at <= now for at in said)


# ── Silence is an error ────────────────────────────────────────────────────────────────────────────────────


def complaint(
    entry: EntryPoint, articles: Collection[Listed], listed: int, source: Source, now: datetime
) -> str | None:
    """What is wrong with what an entry names, in words; None where it is as expected.

    `listed` counts the links before foreign ones and non-articles were left out.
    """
    expect: Expect = source.expect
    least = 0 if entry.may_be_empty else expect.links
    if len(articles) < least:
        if not articles and listed:
            return f"{entry.what}: names {listed} addresses, none of which is an article of this source ({entry.url})"
        many = "no article" if not articles else f"only {len(articles)} of at least {least} articles"
        return f"{entry.what}: names {many} ({entry.url})"
    hours = entry.newest_within_hours or expect.newest_within_hours
    dates = [at for a in articles if (at := dated(a.link, source)) is not None]
    if dates and now - max(dates) > timedelta(hours=hours):
        return (
            f"{entry.what}: the newest article is of {max(dates):%Y-%m-%d}, older than the {_span(hours)} expected: "
            f"frozen? ({entry.url})"
        )
    return None


def standstill(entry: EntryPoint, newest: datetime, source: Source, now: datetime) -> str | None:
    """The complaint about a list without dates whose newest article was first seen at `newest`, if there is one."""
    hours = entry.newest_within_hours or source.expect.newest_within_hours
    if now - newest <= timedelta(hours=hours):
        return None
    return f"{entry.what}: has named nothing new since {newest:%Y-%m-%d}: frozen? ({entry.url})"


TWINS = 10  # fewer articles may be the same by chance


def twin(entry: EntryPoint, keys: frozenset[str], seen: Mapping[frozenset[str], EntryPoint]) -> str | None:
    """The complaint about an entry that names exactly what another one does: one of them is not what it says.

    Some systems answer every section's feed address with the feed of the whole site, or of another section.
    """
    other = seen.get(keys)
    if other is None or other == entry or len(keys) < TWINS:
        return None
    return f"{entry.what}: names the same {len(keys)} articles as {other.what}: the wrong section? ({entry.url})"


def _span(hours: int) -> str:
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"


# ── Redirects ──────────────────────────────────────────────────────────────────────────────────────────────

_DECORATION = re.compile(r"/(?:vi_VN|en_US)(?=/)|/web/guest(?=/)|/+$|\.(?:html?|vnp|aspx|rss|xml)$")


def wrong_way(asked: str, target: str, source: Source, *, key: str | None) -> str | None:
    """Why a redirect must not be followed, in words; None where it may.

    `key` is the article's, None for a listing. An article may move to another address of the same article, a
    listing to another spelling of the same section.
    """
    if not source.owns(target):
        return f"redirected to a foreign host: {target}"
    if asked.startswith("https:") and not target.startswith("https:"):
        return f"redirected to an address without encryption: {target}"
    if key is not None:
        if source.is_article(target):
            there = source.key(target)
            return None if there == key else f"redirected to another article: {target}"
        if _path(target) == _path(asked):
            return None
        return (
            f"redirected to the home page: {target}"
            if _is_home(target, source)
            else (f"redirected to a page that is no article: {target}")
        )
    if _path(target) == _path(asked):
        return None
    if _is_home(target, source):
        return f"redirected to the home page: {target}"
    return f"redirected to another section: {target}; if the section has moved, change the source file"


def _path(url: str) -> str:
    parts = urlsplit(url)
    path = parts.path
    while (bare := _DECORATION.sub("", path)) != path:
        path = bare
    return f"{edition(parts.hostname or '')}{path}?{parts.query}"


def _is_home(url: str, source: Source) -> bool:
    return _path(url).partition("?")[0] == _path(source.home).partition("?")[0] or urlsplit(url).path in ("", "/")
