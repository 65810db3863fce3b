"""vietnamnews.vn: English, an older CMS, feeds in UTF-16."""

import re
from typing import ClassVar

from spiders.replica.answers import Answer, Asked, esc, html_page, paragraphs
from spiders.replica.site import Site
from spiders.replica.syndication import rss
from spiders.replica.world import Article, shortened


class VietnamNews(Site):
    """The number stands in the middle of the address and the slug is decoration. Last-Modified, but no ETag."""

    name = "vietnamnews"
    source = "vietnamnews_vn"
    host = "vietnamnews.vn"
    aliases = ("www.vietnamnews.vn",)
    language = "en"
    publisher = "Việt Nam News"
    tagged = False
    sections: ClassVar[dict[str, str]] = {
        "society": "Society",
        "politics-laws": "Politics & Laws",
        "economy": "Economy",
        "sports": "Sports",
        "world": "World",
    }
    page_size: ClassVar[int] = 4

    def path(self, article: Article) -> str:
        return f"/{article.sections[0]}/{article.number}/{article.slug}.html"

    def native_id(self, asked: Asked) -> str | None:
        match = re.fullmatch(r"/[a-z-]+(?:/[a-z-]+)?/(\d{5,})/[^/]+\.html", asked.path)
        return match[1] if match else None

    def elsewhere(self, asked: Asked) -> Answer | None:
        if asked.path == "/rss/politics-laws.rss":
            return self.failure(200)  # an error page that calls itself a success
        if match := re.fullmatch(r"/rss/([a-z-]+)\.rss", asked.path):
            section = None if match[1] == "home" else match[1]
            if section is None or section in self.sections:
                name = f"{self.publisher} - {self.sections.get(section or '', 'Home')}"
                declaration = '<?xml version="1.0" encoding="utf-16"?>'
                entries = self.entries(asked.edition, section)
                text = rss(entries, title=name, link=self.home, declaration=declaration)
                return self.listing(text, asked, "text/xml", encoding="utf-16-le")  # no byte order mark
        match = re.fullmatch(r"/([a-z-]*)", asked.path)
        if match and (asked.path == "/" or match[1] in self.sections):
            return self._listing(asked, match[1] or None)
        return None

    def _listing(self, asked: Asked, section: str | None) -> Answer:
        articles = self.articles(asked.edition, section)
        page = int(asked.query.get("p", 1))
        rows = "\n".join(
            f'<article class="story"><a href="{self.path(a)}"><img src="{self.image(a)}" alt=""></a>'
            f'<h2><a href="{self.path(a)}">{esc(a.title)}</a></h2><p>{esc(a.lead)}</p></article>'
            for a in map(shortened, articles[(page - 1) * self.page_size : page * self.page_size])
        )
        pager = ""
        if page * self.page_size < len(articles):
            pager = f'<a class="next" href="{asked.path}?p={page + 1}">Next</a>'
        name = self.sections.get(section or "", "Home")
        body = (
            f'{self._top()}\n<h1>{esc(name)}</h1>\n<div class="area l-content">\n{rows}\n'
            f'<div class="paging">{pager}</div>\n</div>\n{self._making_news(asked, "listing")}'
        )
        head = f"<title>{esc(name)} - {self.publisher}</title>"
        return self.listing(html_page(head=head, body=body, language="en"), asked)

    def image(self, article: Article) -> str:
        at = article.published
        return f"https://image.vietnamnews.vn/uploadvnnews/Article/{at.year}/{at.month}/{at.day}/{article.number[-6:]}_a.jpg"

    def article_page(self, article: Article, asked: Asked) -> str:
        written, at = article.written, article.published
        head = (
            f'<title>{esc(article.title)}</title>\n<meta property="og:title" content="{esc(article.title)}">\n'
            f'<meta property="og:description" content="{esc(article.lead)}">'
        )
        texts = paragraphs(article.paragraphs)
        picture = ""
        if written.caption:
            picture = (
                f'<table class="picture"><tbody><tr><td><img src="{self.image(article)}"></td></tr>'
                f"<tr><td>{esc(written.caption)} — VNA/VNS Photo {esc(written.credit)}</td></tr></tbody></table>\n"
            )
        related = "".join(
            f'<li><a href="/society/{n}/old-story.html">{esc(t)}</a></li>'
            for t, _, n in self.furniture(asked, article.number).related("inline", 3)
        )
        body = (
            f'{self._top()}\n<div class="area l-content">\n<div class="detail">\n<h1 class="headline">{esc(article.title)}</h1>\n'
            f'<div class="datetime">{at:%B} {at.day}, {at.year} - {at:%H:%M}</div>\n<div class="sapo">{esc(article.lead)}</div>\n'
            f'<div id="abody">\n{picture}{texts}\n<div class="related"><ul>{related}</ul></div>\n</div>\n</div>\n</div>\n'
            f"{self._making_news(asked, article.number)}"
        )
        return html_page(head=head, body=body, language="en")

    def _top(self) -> str:
        menu = "".join(f'<li><a href="/{key}">{esc(name)}</a></li>' for key, name in self.sections.items())
        return f'<header><a href="/">{self.publisher}</a><ul>{menu}</ul></header>'

    def _making_news(self, asked: Asked, purpose: str) -> str:
        rows = "".join(
            f'<li><a href="/society/{n}/old-story.html">{esc(t)}</a></li>'
            for t, _, n in self.furniture(asked, purpose).related("making news", 4)
        )
        return f"<aside><h3>Making news</h3><ul>{rows}</ul></aside>"
