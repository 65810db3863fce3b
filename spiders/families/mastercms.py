"""MasterCMS: thoidai.com.vn and its editions, baoquocte.vn, and many other papers.

Article: `/{slug}-{id}.html`, also as `….html&mobile=yes&amp=1`: an `&` with no `?` before it, in pagers too
(`/{section}&s_cond=&BRSR=15`). Ids and classes vary from site to site inside the family, so parts of names are
matched (`__MASTERCMS_CONTENT`, `__MB_MASTERCMS_EL`).
"""

import re
from typing import ClassVar
from urllib.parse import SplitResult

from spiders.families.family import Family
from spiders.families.layout import Layout
from spiders.families.rows import Rows, parse
from spiders.urls import absolute

_article = re.compile(r"-(?P<id>[0-9]{3,12})\.html(?:&|$)")
_offset = re.compile(r"[?&]BRSR=(?P<offset>[0-9]{1,6})(?:&|$)")

_TITLE = ("h3 a", ".article-title a", ".article-title", "a.article-link", "h2 a")
_LINK = ("h3 a", ".article-title a", "a.article-link", "h2 a", "a")


class MasterCms(Family):
    name = "mastercms"
    layouts: ClassVar = (
        Layout(
            name="mastercms/2015",
            title=("h1.article-detail-title", "h1"),
            lead=(".article-detail-desc",),
            published=(
                ".article-detail-date",
                ".article-detail-publish",
                ".article-date",
                ".format_time",
                'meta[property="article:published_time"]@content',
            ),
            modified=('meta[property="article:modified_time"]@content',),
            byline=(".article-detail-author",),
            section=('meta[property="article:section"]@content', ".breadcrumb a:last-child"),
            tags=(".article-detail-tags a",),
            body=(
                '[class*="__MASTERCMS_CONTENT"]',
                '[id^="__MB_MASTERCMS_EL"]',
                ".__MB_MASTERCMS_EL",
                ".article-detail-content",
            ),
            captions=("table.MASTERCMS_TPL_TABLE", "figcaption"),
            drop=(
                "table.__mb_article_in_image",
                "table.__MB_ARTICLE_A",
                '[class*="__MB_ARTICLE"]',
                ".article-detail-author",
                ".article-detail-tags",
                ".article-detail-similar",
                ".article-detail-other",
                ".exp_qc_share",
                "#lightGallery",
                "iframe",
                "script",
                "style",
            ),
        ),
    )
    listings: ClassVar = tuple(
        Rows(
            row=row,
            link=_LINK,
            title=_TITLE,
            published=(".article-date", ".format_time", ".format_date", ".box-meta"),
            summary=(".bx-description", ".article-desc"),
        )
        for row in (
            '[class*="_MB_CATEGORY_LIST"] .bx-article',
            ".bx-listing .article",
            ".bx-list-left .article",
            ".col-Left .article",
        )
    )

    def native_id(self, url: SplitResult) -> str | None:
        match = _article.search(url.path)
        return match["id"] if match else None

    def next_page(self, text: str, url: str) -> str | None:
        here = _offset.search(url)
        offset = int(here["offset"]) if here else 0
        nearest: tuple[int, str] | None = None
        for anchor in parse(text).css('[class*="__MB_ARTICLE_PAGING"] a[href]'):
            address = absolute(url, anchor.attributes.get("href"))
            match = _offset.search(address or "")
            if address and match and int(match["offset"]) > offset:
                nearest = min(nearest or (10**9, ""), (int(match["offset"]), address))
        return nearest[1] if nearest else None
