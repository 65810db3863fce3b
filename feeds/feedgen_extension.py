"""What feedgen 1.0 leaves out of a feed, added in one extension of it.

feedgen drops all attributes but `href` from the links of Atom entries, knows only title and link of an entry's
source, loses hub links and authors without e-mail in RSS, writes RSS dates by switching the locale of the whole
process, and has no tombstones. In feedgen's trees Atom elements carry no namespace: the root declares it by hand.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from feeds.entry import Entry
from feeds.feed import Feed
from feeds.site import Site

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedExtension(BaseExtension):  # type: ignore[misc]
    """The feed's part: hub links, tombstones, dates of RSS. `feed` and `site` are set before rendering."""

    feed: Feed
    site: Site

    def extend_ns(self) -> dict[str, str]:
        return {"at": TOMBSTONES, "dc": DC}

    def extend_atom(self, root: Any) -> Any:
        for stone in self.feed.tombstones:
            deleted = _child(root, f"{{{TOMBSTONES}}}deleted-entry", ref=stone.id, when=rfc3339(stone.at))
            _child(deleted, f"{{{TOMBSTONES}}}comment", stone.why)
            _child(deleted, "link", rel="related", href=stone.page, type="text/html")
        return root

    def extend_rss(self, root: Any) -> Any:
        channel = root[0]
        if self.site.hub:
            _child(channel, f"{{{ATOM}}}link", rel="hub", href=self.site.hub)
        _child(channel, "lastBuildDate", rfc822(self.feed.updated))
        return root


class EntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """The entry's part: languages, link attributes, the full source, creators and dates of RSS."""

    entry: Entry
    site: Site
    links: tuple[Mapping[str, str], ...] = ()

    def extend_atom(self, element: Any) -> Any:
        entry = self.entry
        for link, attributes in zip(element.findall("link"), self.links, strict=True):
            link.attrib.update(attributes)
        for name in ("title", "summary"):
            if entry.language and (child := element.find(name)) is not None:
                child.set(XML_LANG, entry.language)
        if entry.language and (content := element.find("content")) is not None:
            content.set(XML_LANG, entry.language)
        source = _child(element, "source")
        if entry.origin.language:
            source.set(XML_LANG, entry.origin.language)
        _child(source, "id", self.site.tag(f"source/{entry.origin.slug}"))
        _child(source, "title", entry.origin.name)
        _child(source, "updated", rfc3339(entry.updated))
        if entry.origin.home:
            _child(source, "link", rel="alternate", href=entry.origin.home, type="text/html")
        return element

    def extend_rss(self, item: Any) -> Any:
        entry = self.entry
        _child(item, "pubDate", rfc822(entry.published))
        _child(item, f"{{{DC}}}creator", entry.author or entry.origin.name)
        if entry.language:
            _child(item, f"{{{DC}}}language", entry.language)
        _child(item, f"{{{ATOM}}}updated", rfc3339(entry.updated))
        for attributes in self.links[1:]:
            _child(item, f"{{{ATOM}}}link", **attributes)
        return item


def rfc3339(moment: datetime) -> str:
    """`2026-11-21T04:30:00Z`; the moment is in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def rfc822(moment: datetime) -> str:
    """`Sat, 21 Nov 2026 04:30:00 +0000`, whatever the locale."""
    return format_datetime(moment)


def _child(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    child = etree.SubElement(parent, name, attributes)
    child.text = text
    return child
