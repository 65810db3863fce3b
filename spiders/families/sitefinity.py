"""Sitefinity: who.int. Articles are `/…/detail/{slug}` and `/news/item/{dd-mm-yyyy}-{slug}`.

The path is the identity: the same slug under another country or language is another article. Lists come as pages
and as OData-like JSON (`{"value": [{"Title", "PublicationDateAndTime", "ItemDefaultUrl"}]}`).
"""

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import SplitResult, urljoin
from zoneinfo import ZoneInfo

from spiders.dates import day_in_slug, read_timestamp
from spiders.families.family import Family, Link
from spiders.families.json_articles import loads, plain, text_of
from spiders.families.layout import Layout
from spiders.families.rows import Rows, parse, rows_of
from spiders.urls import absolute, split

_article = re.compile(r"^/(?P<id>(?:[\w-]+/){0,4}(?:detail|news/item)/(?P<slug>[^/]{3,300}))/?$")
_paged = re.compile(r"^(?P<base>/.*?)(?:/(?P<page>[0-9]{1,3}))?/?$")
_COLLECTIONS = {
    "newsitems": "/news/item/",
    "featurestories": "/news-room/feature-stories/detail/",
    "speeches": "/director-general/speeches/detail/",
    "diseaseoutbreaknews": "/emergencies/disease-outbreak-news/item/",
}


class Sitefinity(Family):
    name = "sitefinity"
    layouts: ClassVar = (
        Layout(
            name="sitefinity/2019",
            title=(".sf-item-header-wrapper h1", "h1"),
            published=(".sf-item-header-wrapper .timestamp", "span.timestamp", "span.date"),
            body=("article.sf-detail-body-wrapper", ".sf-detail-body-wrapper"),
            captions=("figcaption", ".caption"),
            drop=(".related", ".sf-related", ".share", "script", "style", "iframe", "form"),
        ),
    )
    listings: ClassVar = (
        Rows(
            row=".list-view--item",
            link=("a",),
            title=(".heading", ".list-view--heading"),
            published=(".timestamp", ".date"),
            section=(".sf-tag",),
        ),
    )

    def native_id(self, url: SplitResult) -> str | None:
        match = _article.match(url.path)
        return match["id"].lower() if match else None

    def links(self, text: str, url: str, zone: ZoneInfo) -> list[Link]:
        answer = loads(text)
        found = self._listed(text, url, zone) if answer is None else _values(answer, url, zone)
        return self.once(found)

    def _listed(self, text: str, url: str, zone: ZoneInfo) -> Iterator[Link]:
        for row in rows_of(parse(text), self.listings[0], url, zone):
            slug = row.href.rstrip("/").rpartition("/")[2]
            day = row.published or day_in_slug(slug, zone)
            yield Link(url=row.href, title=row.title, published=day, section=row.section)

    def next_page(self, text: str, url: str) -> str | None:
        here = split(url)
        match = _paged.match(here.path) if here else None
        if here is None or match is None or loads(text) is not None:
            return None
        wanted = f"{match['base']}/{int(match['page'] or 1) + 1}"
        for anchor in parse(text).css("a[href]"):
            address = absolute(url, anchor.attributes.get("href"))
            target = split(address) if address else None
            if target is not None and target.netloc == here.netloc and target.path.rstrip("/") == wanted:
                return address
        return None


def _values(answer: object, url: str, zone: ZoneInfo) -> Iterator[Link]:
    """The articles of an OData-like answer; the collection's name in the address says where they stand."""
    values = answer.get("value") if isinstance(answer, dict) else None
    parts = split(url)
    place = _COLLECTIONS.get(parts.path.rstrip("/").rpartition("/")[2]) if parts else None
    if place is None or not isinstance(values, list):
        return
    for value in values:
        slug = text_of(value.get("ItemDefaultUrl")).strip("/") if isinstance(value, dict) else ""
        if not slug:
            continue
        when = text_of(value.get("PublicationDateAndTime")) or text_of(value.get("FormatedDate"))
        yield Link(
            url=urljoin(url, place + slug),
            title=plain(text_of(value.get("Title"))) or None,
            published=read_timestamp(when, zone) or day_in_slug(slug, zone),
        )
