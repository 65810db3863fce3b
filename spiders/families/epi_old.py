"""The older ePi: vietnamnews.vn. The id stands before the slug (`/society/1662345/slug.html`), which is decoration."""

import re
from typing import ClassVar
from urllib.parse import SplitResult

from spiders.families.family import Family
from spiders.families.layout import Layout
from spiders.families.rows import Rows

_article = re.compile(r"/(?P<id>[0-9]{4,12})/[^/]+\.html$")


class EpiOld(Family):
    name = "epi_old"
    layouts: ClassVar = (
        Layout(
            name="epi_old/2015",
            title=("h1.headline", ".detail h1", "h1"),
            lead=(".detail .sapo", "#chapeau", ".sapo"),
            published=(".detail .datetime", ".detail .date", "time@datetime"),
            byline=(".detail .author",),
            section=(".breadcrumb a:last-child",),
            tags=(".tags a",),
            body=("#abody",),
            captions=("table.picture", "figcaption", ".picture"),
            drop=(".related", "div:not(.picture)", "table:not(.picture)", "script", "style", "iframe"),
        ),
    )
    listings: ClassVar = (
        Rows(
            row=".l-content article",
            link=("h2 a", "h3 a"),
            title=("h2 a", "h3 a"),
            published=("time", ".datetime"),
            summary=("p",),
        ),
    )

    def native_id(self, url: SplitResult) -> str | None:
        match = _article.search(url.path)
        return match["id"] if match else None
