"""VCCorp IMS: Sức khỏe & Đời sống, Báo Chính phủ, Tuổi Trẻ, Thanh Niên and others.

Article: `/{slug}-{id}.htm`, the id a site's prefix of three digits and the time of creation. Stories of the
former Sức khỏe & Đời sống (`…-n153232.html`) live on as `…-169153232.htm`.
"""

import re
from typing import ClassVar
from urllib.parse import SplitResult

from spiders.families.family import Family
from spiders.families.layout import Layout
from spiders.families.rows import Rows

_article = re.compile(r"-(?P<id>[0-9]{9,19})\.(?:htm|html|chn)$")
# the author where the page has no element for one: the last paragraph, set to the right
_SIGNED = '[data-role="content"] > p[style*="right"]:last-of-type'
_migrated = re.compile(r"-n(?P<id>[0-9]{3,9})\.html?$")


class VcCorp(Family):
    name = "vccorp"
    layouts: ClassVar = (
        Layout(
            name="vccorp/2021",
            title=('[data-role="title"]', "h1.detail-title"),
            lead=('[data-role="sapo"]', ".detail-sapo"),
            published=(
                '[data-role="publishdate"][title]@title',
                '[data-role="publishdate"]',
                ".publishDate@title",
                ".publishDate",
                'meta[property="article:published_time"]@content',
            ),
            modified=('meta[property="article:modified_time"]@content',),
            byline=('[data-role="author"]', ".detail-author", _SIGNED),
            section=('[data-role="cate-name"]', 'meta[property="article:section"]@content'),
            tags=(".detail-tags a",),
            body=('[data-role="content"]', ".detail-content.afcbc-body", ".detail-content"),
            captions=("figcaption", ".PhotoCMS_Caption", ".VideoCMS_Caption"),
            drop=(
                '[type="RelatedOneNews"]',
                '[type="RelatedNews"]',
                '[type="VideoStream"]',
                '[type="BoxQuestion"]',
                ".box-news-relate",
                ".kbwscwl-relatedbox",
                ".kbwscwlrl-content",
                '[class^="kbwscwl"]',
                ".detail-author",
                ".detail-tags",
                ".detail-social",
                ".link-source-detail",
                "[data-check-position]",
                _SIGNED,
                "script",
                "style",
                "iframe",
            ),
        ),
    )
    listings: ClassVar = tuple(
        Rows(
            row=row,
            link=("a.box-category-link-title", 'a[data-linktype="newsdetail"]', "h2 a", "h3 a"),
            title=("a.box-category-link-title", 'a[data-linktype="newsdetail"]', "h2 a", "h3 a"),
            published=(".box-time@title", ".box-time", ".box-category-time@title", "[data-time]@data-time"),
            section=("a.box-category-category",),
            summary=(".box-category-sapo", '[data-type="sapo"]'),
        )
        for row in (".box-category-item", "li[data-newsid]")
    )

    def native_id(self, url: SplitResult) -> str | None:
        match = _article.search(url.path)
        if match:
            return match["id"]
        if (url.hostname or "").endswith("suckhoedoisong.vn") and (match := _migrated.search(url.path)):
            return f"169{match['id']}"
        return None
