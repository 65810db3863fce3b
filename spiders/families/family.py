"""What a family of sites built on one CMS has in common: addresses, listings, pagers, layouts.

A family knows nothing of hosts, of the network or of the clock: text and an address come in, facts come out.
Reading here is strict. A listing whose design is not the family's yields nothing, which the visit reports; it
never falls back to "every link on the page", because side lists and banners would become news.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol
from urllib.parse import SplitResult
from zoneinfo import ZoneInfo

from spiders.families.layout import Layout
from spiders.families.rows import Rows, parse, rows_of
from spiders.urls import split
from storage.records import Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An article as a listing names it; `url` is absolute. What the listing does not say is None."""

    url: str
    title: str | None = None
    published: Timestamp | None = None
    section: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A request to make: `body` and `headers` beyond those of the source belong to it."""

    url: str
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Named(Protocol):
    """An entry point of a source as far as a family needs it; a source file's entry is one."""

    @property
    def url(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def body(self) -> str | None: ...
    @property
    def content_type(self) -> str | None: ...


class Family:
    """One CMS. `layouts` are its article pages, the newest first; `listings` its list pages.

    The methods answer for HTML lists and plain GETs by themselves; a family says only where it differs.
    """

    name: ClassVar[str]
    layouts: ClassVar[tuple[Layout, ...]]
    listings: ClassVar[tuple[Rows, ...]] = ()

    def native_id(self, url: SplitResult) -> str | None:
        """The article's own id within its edition; None where the address is no article of the family."""
        raise NotImplementedError

    def links(self, text: str, url: str, zone: ZoneInfo) -> list[Link]:
        """The articles that a listing names, in its order, each once; `url` is where the listing was read.

        Times without a zone are in `zone`. An empty list means that nothing was found where the family lists
        its articles, whatever else stands on the page.
        """
        tree = parse(text)
        for rows in self.listings:
            links = self.once(
                Link(
                    url=row.href,
                    title=row.title,
                    published=row.published,
                    section=row.section,
                    summary=row.summary,
                )
                for row in rows_of(tree, rows, url, zone)
            )
            if links:
                return links
        return []

    def next_page(self, text: str, url: str) -> str | None:
        """The address of the listing's next page; None on the last page and where the family has no pager."""
        return None

    def unwrap(self, text: str) -> str | None:
        """A JSON answer's article as HTML in one of the family's layouts; None where the text is no such answer."""
        return None

    def listing_request(self, entry: Named) -> Fetch:
        """How to ask for an entry point of a source."""
        if entry.method == "GET":
            return Fetch(url=entry.url)
        headers = {"Content-Type": entry.content_type} if entry.content_type else {}
        body = entry.body.encode() if entry.body is not None else None
        return Fetch(url=entry.url, method=entry.method, body=body, headers=headers)

    def article_request(self, url: str) -> Fetch:
        """How to ask for the article at an address that a person would open."""
        return Fetch(url=url)

    def once(self, links: Iterable[Link]) -> list[Link]:
        """The links that are articles of the family, each id once; what one mention lacks another may give."""
        found: dict[tuple[str, str], Link] = {}
        for link in links:
            parts = split(link.url)
            native = self.native_id(parts) if parts else None
            if parts is None or native is None:
                continue
            key = (parts.hostname or "", native)
            known = found.get(key)
            found[key] = link if known is None else _together(known, link)
        return list(found.values())


def _together(known: Link, other: Link) -> Link:
    return Link(
        url=known.url,
        title=known.title or other.title,
        published=known.published or other.published,
        section=known.section or other.section,
        summary=known.summary or other.summary,
    )
