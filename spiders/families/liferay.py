"""Liferay 6: the ministry's site from about 2019 to spring 2026, and many other ministries.

Article: `/{page}/-/asset_publisher/{instance}/content/{slug}`. Instances are configuration and move between
pages, so they are discovered from the page and never written down; the slug is the article's identity, since one
story can be reached through several pages and instances, under `/en_US/`, `/vi_VN/` and `/web/guest/`.

The lists print times without a zone. They are taken as UTC: the ministry's own lists print 01:48 to 13:40 for a
working day of 08:48 to 20:40. That is an inference, hence `zone_assumed`.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import ClassVar
from urllib.parse import SplitResult, parse_qsl, unquote
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from spiders.dates import read_timestamp
from spiders.families.family import Family, Link
from spiders.families.json_articles import CENTRED
from spiders.families.layout import Layout
from spiders.families.rows import onclick, parse, words
from spiders.urls import absolute, split
from storage.records import Timestamp

LIST_ZONE = ZoneInfo("UTC")

_PORTLET = '[id^="p_p_id_101_INSTANCE_"]'
_content = re.compile(r"/-/asset_publisher/[^/]+/content/(?:id/)?(?P<slug>[^/?;]+)")
_cur = re.compile(r"_101_INSTANCE_(?P<instance>[A-Za-z0-9]+)_cur$")


class Liferay(Family):
    name = "liferay"
    layouts: ClassVar = (
        Layout(
            name="liferay/2019",
            since=date(2019, 1, 1),
            # no end: the site was replaced in spring 2026, but its addresses are still cited and its pages imported
            title=(
                ".journal-content-article .title",
                'meta[property="og:title"]@content',
                ".journal-content-article h1",
                ".journal-content-article h2",
                ".journal-content-article h3",
                "h1",
            ),
            published=(".journal-content-article .date", ".journal-content-article .time"),
            byline=(".journal-content-article .author",),
            section=("#breadcrumbs li:last-child", ".breadcrumb li:last-child"),
            body=(".journal-content-article .body", ".journal-content-article"),
            captions=("figcaption", "p.caption", CENTRED, "table:has(img)"),
            drop=(".title", ".date", ".author", ".taglib-ratings", ".asset-metadata", "script", "style", "form"),
            generic_titles=("Xuất bản thông tin", "Cổng thông tin", "Cổng thông tin điện tử Bộ Y tế", "Trang chủ"),
        ),
    )

    def native_id(self, url: SplitResult) -> str | None:
        match = _content.search(url.path)
        slug = match["slug"] if match else ""
        if not slug:  # the long form: ?_101_INSTANCE_x_urlTitle=…
            pairs = parse_qsl(url.query)
            slug = next((value for name, value in pairs if name.endswith("_urlTitle")), "")
        return unicodedata.normalize("NFC", unquote(slug)).lower() or None

    def links(self, text: str, url: str, zone: ZoneInfo) -> list[Link]:
        return self.once(self._rows(text, url))

    def _rows(self, text: str, url: str) -> Iterator[Link]:
        tree = parse(text)
        for portlet in tree.css(_PORTLET):
            for heading in portlet.css("h3"):
                row = heading.parent
                anchor = heading.css_first("a[href]")
                href = (
                    anchor.attributes.get("href") if anchor is not None else onclick(row) if row is not None else None
                )
                if anchor is None and href is None:
                    href = onclick(heading)
                address = absolute(url, href)
                if address is None or row is None:
                    continue
                published, summary = _beside(row, heading)
                yield Link(url=address, title=words(heading) or None, published=published, summary=summary)
        for anchor in tree.css("ul.list-news-3 a[href]"):  # the home page of 2023
            address = absolute(url, anchor.attributes.get("href"))
            if address is not None:
                yield Link(url=address, title=words(anchor) or None)

    def next_page(self, text: str, url: str) -> str | None:
        parts = split(url)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True)) if parts else {}
        here = {
            match["instance"]: int(value)
            for name, value in asked.items()
            if (match := _cur.match(name)) and value.isdecimal()
        }
        best: tuple[int, str] | None = None
        for portlet in parse(text).css(_PORTLET):
            size = len(portlet.css("h3"))
            for anchor in portlet.css("ul a[href]"):
                address = absolute(url, anchor.attributes.get("href"))
                target = split(address) if address else None
                if address is None or target is None:
                    continue
                for name, value in parse_qsl(target.query):
                    match = _cur.match(name)
                    if match is None or not value.isdecimal():
                        continue
                    instance = match["instance"]
                    if (not here or instance in here) and int(value) == here.get(instance, 1) + 1:
                        best = max(best or (-1, ""), (size, address), key=lambda pair: pair[0])
        return best[1] if best else None


def _beside(row: LexborNode, heading: LexborNode) -> tuple[Timestamp | None, str | None]:
    """What a row says of its article besides the title: the time first, then a summary."""
    published: Timestamp | None = None
    summary: str | None = None
    for node in row.css("p, span, div"):
        if node.parent is None or node.parent.mem_id != row.mem_id or node.mem_id == heading.mem_id:
            continue
        said = words(node)
        moment = read_timestamp(said, LIST_ZONE)
        if moment is not None and published is None:
            published = moment
        elif said and summary is None and moment is None:
            summary = said
    return published, summary
