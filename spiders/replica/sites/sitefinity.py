"""who.int/vietnam: Sitefinity, dates without a time of day."""

import json
import re
from typing import ClassVar

from spiders.replica.answers import Answer, Asked, esc, html_page
from spiders.replica.furniture import Furniture
from spiders.replica.site import XML, Site
from spiders.replica.syndication import sitemap, sitemap_index
from spiders.replica.world import Article

_JSON = "application/json; odata.metadata=minimal; charset=utf-8"


class WhoVietnam(Site):
    """The country office's pages; the date is part of an article's address. Last-Modified, but no ETag."""

    name = "who_vietnam"
    source = "who_int_vietnam"
    host = "www.who.int"
    aliases = ("who.int",)
    language = "en"
    publisher = "World Health Organization"
    tagged = False
    leads = False
    day_only = True
    disallow = ("/search/", "/vietnam/internal/")
    page_size: ClassVar[int] = 4

    def path(self, article: Article) -> str:
        return f"/vietnam/news/detail/{article.number}"

    def native_id(self, asked: Asked) -> str | None:
        match = re.fullmatch(r"/vietnam/news/detail/(\d\d-\d\d-\d{4}-[^/]+)", asked.path.rstrip("/"))
        return match[1] if match else None

    def elsewhere(self, asked: Asked) -> Answer | None:
        path = asked.path.rstrip("/")
        if match := re.fullmatch(r"/vietnam/news(?:/(\d+))?", path):
            return self._listing(asked, int(match[1] or 1))
        if path in ("/api/news/newsitems", "/api/hubs/newsitems"):
            return self._api(asked, hubs=path == "/api/hubs/newsitems")
        rebuilt = self.world.moment(asked.edition)
        if path == "/sitemaps/sitemapindex.xml":
            return self.listing(sitemap_index([f"{self.home}/sitemaps/vietnam.xml"], rebuilt=rebuilt), asked, XML)
        if path == "/sitemaps/vietnam.xml":
            addresses = [self.address(article) for article in self.articles(asked.edition)]
            return self.listing(sitemap([f"{self.home}/vietnam", *addresses], rebuilt=rebuilt), asked, XML)
        return None

    def _listing(self, asked: Asked, page: int) -> Answer | None:
        articles = self.articles(asked.edition)
        rows = articles[(page - 1) * self.page_size : page * self.page_size]
        if not rows:
            return None
        items = "\n".join(
            f'<div class="list-view--item vertical-list-item"><a href="{self.path(a)}">\n'
            f'<div class="date"><span class="timestamp">{_day(a)}</span></div>'
            f'<p class="heading text-underline">{esc(a.title)}</p></a></div>'
            for a in rows
        )
        following = (
            f'<a class="pager__next" rel="next" href="/vietnam/news/{page + 1}">Next</a>'
            if page * self.page_size < len(articles)
            else ""
        )
        body = (
            f'{self._top()}\n<main><h1>News from Viet Nam</h1>\n<div class="list-view">\n{items}\n</div>\n'
            f'<nav class="pager">{following}</nav>\n{self._related(self.furniture(asked, "listing"))}</main>'
        )
        page_text = html_page(head="<title>News | WHO Viet Nam</title>", body=body, language="en")
        return self.listing(page_text, asked)

    def _api(self, asked: Asked, *, hubs: bool) -> Answer:
        query = asked.query
        skip, top = int(query.get("$skip", 0)), min(100, int(query.get("$top", 100)))
        value = [
            {"Title": a.title, "ItemDefaultUrl": f"/{a.number}"}
            | ({"FormatedDate": _day(a)} if hubs else {"PublicationDateAndTime": f"{a.published:%Y-%m-%d}T00:00:00Z"})
            for a in self.articles(asked.edition)
        ]
        answer = {"@odata.context": f"{self.home}/api$metadata#newsitems", "value": value[skip : skip + top]}
        return self.listing(json.dumps(answer, ensure_ascii=False), asked, _JSON)

    def article_page(self, article: Article, asked: Asked) -> str:
        said = {
            "@context": "http://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "description": article.lead,
            "datePublished": f"{article.published:%Y-%m-%d}T00:00:00+00:00",
        }
        head = (
            f'<title>{esc(article.title)}</title>\n<meta property="og:title" content="{esc(article.title)}">\n'
            f'<meta property="og:description" content="{esc(article.lead)}">\n'
            f'<link rel="canonical" href="{self.address(article)}">\n'
            f'<script type="application/ld+json">{json.dumps(said, ensure_ascii=False)}</script>'
        )
        kind = "Questions and answers" if article.written.form == "qa" else "News release"
        place = article.written.place or "Hanoi"
        texts = "\n".join(f"<p>{esc(text)}</p>" for text in (article.lead, *article.paragraphs))
        body = (
            f'{self._top()}\n<main>\n<ol class="breadcrumb"><li>Home</li><li>News</li>'
            f'<li class="active">{esc(article.title)}</li></ol>\n'
            f'<div class="sf-item-header-wrapper"><h1>{esc(article.title)}</h1>'
            f'<span class="timestamp">{_day(article)}</span> <span>{kind}</span> <span>{place}, Viet Nam</span></div>\n'
            f'<article class="sf-detail-body-wrapper"><div>\n{texts}\n</div></article>\n'
            f"{self._related(self.furniture(asked, article.number))}\n</main>"
        )
        return html_page(head=head, body=body, language="en")

    def _top(self) -> str:
        return (
            '<header><a href="/">World Health Organization</a><nav><a href="/vietnam/our-work">Our work</a> '
            '<a href="/vietnam/news">News</a> <a href="/vietnam/emergencies">Emergencies</a></nav></header>'
        )

    def _related(self, furniture: Furniture) -> str:
        rows = "".join(
            f'<li><a href="/vietnam/news/detail/01-01-2020-related-{n}">{esc(t)}</a></li>'
            for t, _, n in furniture.related("related", 4)
        )
        return f'<section class="related"><h2>Related</h2><ul>{rows}</ul></section>'


def _day(article: Article) -> str:
    return f"{article.published.day} {article.published:%B %Y}"
