"""VnExpress: a system of its own. Article `/{slug}-{id}.html`; the article page is known from a whole real one.

The list page's classes are general knowledge only: nothing we have read shows them.
"""

import re
from typing import ClassVar
from urllib.parse import SplitResult

from spiders.families.family import Family
from spiders.families.layout import Layout
from spiders.families.rows import Rows, parse
from spiders.urls import absolute

_article = re.compile(r"-(?P<id>[0-9]{5,12})\.html$")


class VnExpress(Family):
    name = "vnexpress"
    layouts: ClassVar = (
        Layout(
            name="vnexpress/2020",
            title=("h1.title-detail",),
            lead=("p.description",),
            published=(
                ".header-content span.date",
                'meta[itemprop="datePublished"]@content',
                'meta[name="pubdate"]@content',
            ),
            modified=('meta[itemprop="dateModified"]@content', 'meta[name="lastmod"]@content'),
            byline=(
                "article.fck_detail p.author_mail",
                'article.fck_detail p.Normal[style*="text-align:right"] strong',
                'article.fck_detail p.Normal[style*="text-align: right"] strong',
            ),
            section=("ul.breadcrumb li:last-child a", "ul.breadcrumb a"),
            tags=(".tags a", ".item-tag a"),
            body=("article.fck_detail",),
            captions=("figure.tplCaption figcaption", "figcaption", "p.Image"),
            drop=(
                "p.author_mail",
                'p.Normal[style*="text-align:right"]',
                'p.Normal[style*="text-align: right"]',
                "#article-end",
                '[data-component-type="tin_xemthem"]',
                ".lazier",
                ".box-tinlienquanv2",
                "script",
                "style",
                "iframe",
            ),
        ),
    )
    listings: ClassVar = (
        Rows(
            row="article.item-news",
            link=(".title-news a", "h2 a", "h3 a"),
            title=(".title-news a", "h2 a", "h3 a"),
            published=(".time-public@datetime", ".time-public"),
            summary=("p.description",),
        ),
    )

    def native_id(self, url: SplitResult) -> str | None:
        match = _article.search(url.path)
        return match["id"] if match else None

    def next_page(self, text: str, url: str) -> str | None:
        anchor = parse(text).css_first("a.next-page[href]")
        return absolute(url, anchor.attributes.get("href")) if anchor is not None else None
