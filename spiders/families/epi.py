"""ePi ("zce"): VietnamPlus in all its languages, Nhân Dân, VOV World and others.

Article: `/{slug}-post{id}.vnp` (`.html`, `.vov`), before about 2023 `/{slug}/{id}.vnp`; the numbers are the same
ones, as far as the ids of both years show. Lists come as pages, as JSON with HTML inside
(`{"error_code": 0, "data": {"articles": "<article>…"}}`) and as JSON with `data.contents`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from urllib.parse import SplitResult, unquote
from zoneinfo import ZoneInfo

from spiders.dates import read_timestamp
from spiders.families.family import Family, Link
from spiders.families.json_articles import loads, plain, text_of
from spiders.families.layout import Layout
from spiders.families.rows import Rows, parse, rows_of
from spiders.urls import absolute, split
from storage.records import Precision, Timestamp

_post = re.compile(r"-post(?P<id>[0-9]{3,12})\.(?:vnp|html|vov)$")
_old = re.compile(r"/(?P<id>[0-9]{3,12})\.vnp$")
_api_page = re.compile(r"(?P<head>/api/morenews-[a-z]+-[0-9]+-)(?P<page>[0-9]{1,4})(?P<tail>\.html)")

_INSIDE = (
    ".article__social",
    ".article-relate",
    ".article__relate",
    ".article__related",
    ".related-news",
    ".cms-relate",
    ".notebox",
    ".cms-note",
    ".sda_middle",
    ".ads_middle",
    '[id^="adsWeb_"]',
    ".article__author",
    ".article__source",
    ".article__tag",
    ".banner",
    "script",
    "style",
    "iframe",
)
_CAPTIONS = ("figcaption", "td.caption", ".cms-caption", "p.caption")


class Epi(Family):
    name = "epi"
    layouts: ClassVar = (
        Layout(
            name="epi/2023",
            since=date(2022, 1, 1),
            title=("h1.article__title", "h1.cms-title"),
            lead=(".article__sapo", ".cms-desc"),
            published=(".article__meta time@datetime", "article time@datetime", ".article__meta time"),
            modified=('meta[property="article:modified_time"]@content',),
            byline=(".article__author .cms-author", ".article__author", ".article__source"),
            section=(".breadcrumb a:last-child", 'meta[property="article:section"]@content'),
            tags=(".article__tag a",),
            body=(".article__body.cms-body", ".article__body", ".cms-body"),
            captions=_CAPTIONS,
            drop=_INSIDE,
        ),
        Layout(
            name="epi/2017",
            until=date(2024, 1, 1),
            title=("header.article-header h1", ".details__headline", "h1.cms-title"),
            lead=(".details__summary", ".article-header .cms-desc", ".cms-desc", ".sapo"),
            published=("p.meta time@datetime", "time@datetime", "p.meta time"),
            byline=("p.meta .cms-author", "p.meta .author"),
            section=(".breadcrumb a:last-child", ".direction a:last-child"),
            tags=(".article-tags a", ".tags a"),
            body=(".article-body", ".content.article-body"),
            captions=_CAPTIONS,
            drop=_INSIDE,
        ),
    )
    listings: ClassVar = tuple(
        Rows(
            row=row,
            link=("a.cms-link", ".story__heading a", "h2 a", "h3 a", "h4 a", "a.story__thumb"),
            title=("a.cms-link", ".story__heading a", "h2 a", "h3 a", "h4 a"),
            published=("time@datetime", "time"),
            section=(".story__zone",),
            summary=(".story__summary", "div.summary", ".cms-desc"),
        )
        for row in (
            ".timeline article, .content-list article, .abf-cate article.story",
            ".abf-cate .story",
            ".zone--timeline article.story",
            ".cate-list .story, .l-grid__main article.story",
        )
    )

    def native_id(self, url: SplitResult) -> str | None:
        match = _post.search(unquote(url.path)) or _old.search(url.path)
        return match["id"] if match else None

    def links(self, text: str, url: str, zone: ZoneInfo) -> list[Link]:
        answer = loads(text)
        if answer is None:
            return super().links(text, url, zone)
        if not isinstance(answer, dict) or answer.get("error_code") not in (0, "0", None):
            return []
        inner = answer.get("data")
        if not isinstance(inner, dict):
            return []
        return self.once([*_contents(inner, url, zone), *_articles(inner, url, zone)])

    def next_page(self, text: str, url: str) -> str | None:
        answer = loads(text)
        if answer is None:
            active = parse(text).css_first('[id$="ContentList1_pager"] li.active + li a[href]')
            return absolute(url, active.attributes.get("href")) if active is not None else None
        match = _api_page.search(url)
        if match is None or not self.links(text, url, ZoneInfo("UTC")):
            return None
        if answer["data"].get("load_more") in (False, 0, "0", "false"):
            return None
        further = f"{match['head']}{int(match['page']) + 1}{match['tail']}"
        return url[: match.start()] + further + url[match.end() :]


def _contents(inner: dict[str, Any], url: str, zone: ZoneInfo) -> Iterator[Link]:
    contents = inner.get("contents")
    for content in contents if isinstance(contents, list) else ():
        if not isinstance(content, dict):
            continue
        address = absolute(_site(url), text_of(content.get("url")))
        if address is None:
            continue
        about = content.get("zone")
        yield Link(
            url=address,
            title=plain(text_of(content.get("title"))) or None,
            published=_moment(content.get("date"), zone),
            section=text_of(about.get("name")) or None if isinstance(about, dict) else None,
            summary=plain(text_of(content.get("description"))) or None,
        )


def _articles(inner: dict[str, Any], url: str, zone: ZoneInfo) -> Iterator[Link]:
    """The rows of HTML inside JSON."""
    rows = Rows(
        row="article",
        link=("a.cms-link", "h2 a", "h3 a", "h4 a"),
        title=("a.cms-link", "h2 a", "h3 a", "h4 a"),
        published=("time@datetime", "time"),
        summary=(".story__summary", ".cms-desc"),
    )
    for row in rows_of(parse(text_of(inner.get("articles"))), rows, _site(url), zone):
        yield Link(url=row.href, title=row.title, published=row.published, summary=row.summary)


def _site(url: str) -> str:
    """The site whose API answered: `zh-api.vietnamplus.vn` serves zh., `api-en.nhandan.vn` serves en."""
    parts = split(url)
    if parts is None:
        return url
    labels = (parts.hostname or "").split(".")
    labels[0] = labels[0].removesuffix("-api").removeprefix("api-")
    return parts._replace(netloc=".".join(labels)).geturl()


def _moment(value: Any, zone: ZoneInfo) -> Timestamp | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 4_000_000_000:
        at = datetime.fromtimestamp(value, UTC)
        return Timestamp(at=at, precision=Precision.SECOND, zone_assumed=False)
    return read_timestamp(text_of(value), zone)
