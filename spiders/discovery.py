"""What an entry point names, in whatever form: a feed, a sitemap, or a list as the source's families know it. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from lxml import etree
from lxml import html as lxml_html

from spiders.families import FAMILIES
from spiders.families.family import Link
from spiders.source import EntryKind, EntryPoint, Source
from spiders.urls import absolute
from spiders.xml_lists import NotListing, bars_the_way, decode, parts_to_read, plain, read_listing, said_of_page


def named_by(
    entry: EntryPoint, source: Source, body: bytes, content_type: str | None, url: str
) -> tuple[list[Link], list[str], Mapping[str, datetime]]:
    """What the answer to an entry point, read at `url`, names: articles, or addresses of the parts of an index.

    With them comes when the listing says that some of the addresses changed. Raises NotListing for what is no list.
    """
    if entry.kind in (EntryKind.FEED, EntryKind.SITEMAP):
        listing = read_listing(body, content_type, url, source.zone)
        if listing.parts:
            patterns = tuple(re.compile(pattern) for pattern in entry.parts)
            return [], parts_to_read(listing, patterns, entry.pages), {}
        return list(listing.links), [], listing.changed
    text = decode(body, content_type)
    families = [FAMILIES[name] for name in source.families]
    links = next((found for family in families if (found := family.links(text, url, source.zone))), [])
    if not families:
        links = _anchors(text, url)
    if not links:
        start = text.lstrip()[:1]
        if not start:
            raise NotListing("answered with nothing")
        if entry.kind is EntryKind.API and start == "<":
            raise NotListing(said_of_page(text))
        if start == "<" and bars_the_way(text):
            raise NotListing(said_of_page(text))
    return links, [], {}


def next_page(source: Source, body: bytes, content_type: str | None, url: str) -> str | None:
    """The address of the page that follows in a listing's pager; None where there is none."""
    text = decode(body, content_type)
    found = (FAMILIES[name].next_page(text, url) for name in source.families)
    return next((address for address in found if address is not None), None)


def _anchors(text: str, url: str) -> list[Link]:
    """Every link of an HTML page, for sources of no known family: their `article` patterns tell which are articles."""
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8"), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return []
    found: dict[str, Link] = {}
    for anchor in root.iter("a"):
        address = absolute(url, anchor.get("href"))
        if address is not None:
            title = plain(anchor.text_content())[:300] or None
            known = found.get(address)
            if known is None or (title and not known.title):
                found[address] = Link(url=address, title=title)
    return list(found.values())
