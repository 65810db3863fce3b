"""What every site of the replica does alike: robots, articles with their misfortunes, listings, validators."""

import re
from abc import ABC, abstractmethod
from datetime import datetime
from typing import ClassVar, Literal

from spiders.replica.answers import HTML, Answer, Asked, esc, html_page
from spiders.replica.furniture import Furniture
from spiders.replica.syndication import Entry, news_sitemap, sitemap, sitemap_index
from spiders.replica.world import Article, World, gone, within

XML = "application/xml; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
SLOW = 1.5  # seconds a slow page takes


class Site(ABC):
    """One site. A subclass says how its addresses, articles and listings look.

    `volatility` is how often the surroundings of an article change: at every `request` (such a site serves no
    validators), at every `edition`, or `never`.
    """

    name: ClassVar[str]  # the articles' `site`
    other_names: ClassVar[tuple[str, ...]] = ()  # further shelves of articles it answers for
    source: ClassVar[str]  # slug of the source
    host: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    language: ClassVar[str] = "vi"
    publisher: ClassVar[str]
    volatility: ClassVar[Literal["request", "edition", "never"]] = "edition"
    tagged: ClassVar[bool] = True
    dated: ClassVar[bool] = True  # serves Last-Modified
    leads: ClassVar[bool] = True  # prints a lead apart from the text; else it is the first paragraph
    day_only: ClassVar[bool] = False  # prints the day of publication and no time of day
    crawl_delay: ClassVar[float] = 0
    disallow: ClassVar[tuple[str, ...]] = ("/search/", "/tim-kiem/")

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def home(self) -> str:
        return f"https://{self.host}"

    # ── what a subclass gives ──

    @abstractmethod
    def path(self, article: Article) -> str:
        """The path of an article's page."""

    @abstractmethod
    def native_id(self, asked: Asked) -> str | None:
        """The native id an address names; None when it is no article's address."""

    @abstractmethod
    def article_page(self, article: Article, asked: Asked) -> str:
        """The article's page."""

    @abstractmethod
    def elsewhere(self, asked: Asked) -> Answer | None:
        """Everything that is neither robots.txt nor an article; None is a 404."""

    # ── what all do alike ──

    def address(self, article: Article) -> str:
        return self.home + self.path(article)

    def articles(self, edition: int, section: str | None = None) -> list[Article]:
        """The articles a listing may name, newest first."""
        shelf = self.world.on_site(self.name, edition)
        return [article for article in within(shelf, section) if not gone(article, edition)]

    def find(self, native_id: str, edition: int) -> Article | None:
        return next((a for a in self.world.on_site(self.name, edition) if a.number == native_id), None)

    def furniture(self, asked: Asked, purpose: str = "") -> Furniture:
        moment = {"request": f"request {asked.serial}", "edition": f"edition {asked.edition}", "never": ""}
        return Furniture(self.language, f"{self.name} {purpose} {moment[self.volatility]}")

    def answer(self, asked: Asked) -> Answer:
        """What this site answers."""
        if asked.path == "/robots.txt":
            return self.page(self.robots(), content_type="text/plain; charset=utf-8")
        native_id = self.native_id(asked)
        if native_id is not None:
            article = self.find(native_id, asked.edition)
            return self.missing(asked) if article is None else self.article(article, asked)
        return self.elsewhere(asked) or self.missing(asked)

    def article(self, article: Article, asked: Asked) -> Answer:
        written = article.written
        if written.redirect:
            return Answer(status=302, headers=(("Location", written.redirect),))
        if written.broken_before is not None and asked.edition < written.broken_before:
            return self.failure()
        if gone(article, asked.edition):
            return self.missing(asked, written.removed_status)
        return self.page(
            self.article_page(article, asked),
            modified=self.last_change(article, asked.edition),
            content_type=f"text/html; charset={written.charset}" if written.charset else HTML,
            delay=SLOW if written.slow else 0.0,
        )

    def last_change(self, article: Article, edition: int) -> datetime:
        """When the bytes of an article's page last changed: honest Last-Modified."""
        if self.volatility == "edition":
            return max(article.modified, self.world.moment(edition))
        return article.modified

    def page(
        self,
        text: str,
        *,
        status: int = 200,
        content_type: str = HTML,
        modified: datetime | None = None,
        delay: float = 0.0,
        encoding: str = "utf-8",
    ) -> Answer:
        """An answer with this site's validators."""
        good = status == 200 and self.volatility != "request"
        return Answer(
            status=status,
            body=text.encode(encoding),
            content_type=content_type,
            tagged=good and self.tagged,
            modified=modified if good and self.dated else None,
            delay=delay,
        )

    def listing(self, text: str, asked: Asked, content_type: str = HTML, *, encoding: str = "utf-8") -> Answer:
        """A listing, feed or sitemap: its bytes change with the edition."""
        moment = self.world.moment(asked.edition)
        return self.page(text, content_type=content_type, modified=moment, encoding=encoding)

    def missing(self, asked: Asked, status: int = 404) -> Answer:
        """The page for what is not there, with related links as every page."""
        furniture = self.furniture(asked, "missing")
        links = "".join(f"<li>{esc(title)}</li>" for title, _, _ in furniture.related("missing", 4))
        body = f"<h1>Không tìm thấy trang</h1><p>{self.publisher}</p><h3>Đọc nhiều</h3><ul>{links}</ul>"
        return self.page(html_page(head=f"<title>{status}</title>", body=body), status=status)

    def failure(self, status: int = 500) -> Answer:
        """A server error, in HTML. Some sites say it under status 200."""
        body = "<h1>Lỗi hệ thống</h1><p>Hệ thống đang bận, vui lòng thử lại sau ít phút.</p>"
        return Answer(status=status, body=html_page(head="<title>Lỗi hệ thống</title>", body=body).encode())

    def robots(self) -> str:
        forbidden = [*self.disallow]
        forbidden += [self.path(a) for a in self.world.on_site(self.name, 99) if not a.written.robots]
        rules = "".join(f"Disallow: {path}\n" for path in forbidden)
        return f"User-agent: *\nCrawl-delay: {self.crawl_delay:g}\nAllow: /\n{rules}"

    def image(self, article: Article) -> str:
        return f"{self.home}/images/{article.published:%Y/%m/%d}/{article.slug[:40]}.jpg"

    def entry(self, article: Article) -> Entry:
        return Entry(
            url=self.address(article),
            title=article.title,
            lead=article.lead or article.paragraphs[0],
            image=self.image(article),
            published=article.published,
            modified=article.modified,
            paragraphs=article.paragraphs,
        )

    def entries(self, edition: int, section: str | None = None) -> list[Entry]:
        return [self.entry(article) for article in self.articles(edition, section)]

    # ── sitemaps, as most of them have them ──

    def sitemaps(self, asked: Asked, *, news: tuple[str, ...], index: str = "/sitemap.xml") -> Answer | None:
        """News sitemaps at `news`; an index that also lists categories and topics, which are no articles."""
        rebuilt = self.world.moment(asked.edition)
        if asked.path in news:
            text = news_sitemap(self.entries(asked.edition), name=self.publisher, language=self.language)
            return self.listing(text, asked, XML)
        if asked.path == index:
            months = {f"{a.published:%Y}-{a.published.month}" for a in self.articles(asked.edition)}
            names = [f"/sitemaps/news-{month}.xml" for month in sorted(months, reverse=True)]
            names += ["/sitemaps/categories.xml", "/sitemaps/topics.xml", news[0]]
            return self.listing(sitemap_index([self.home + n for n in names], rebuilt=rebuilt), asked, XML)
        if match := re.fullmatch(r"/sitemaps/news-(\d{4})-(\d{1,2})\.xml", asked.path):
            year, month = int(match[1]), int(match[2])
            urls = [
                self.address(a)
                for a in self.articles(asked.edition)
                if (a.published.year, a.published.month) == (year, month)
            ]
            return self.listing(sitemap(urls, rebuilt=rebuilt), asked, XML) if urls else None
        if asked.path in ("/sitemaps/categories.xml", "/sitemaps/topics.xml"):
            sections = sorted({s for a in self.articles(asked.edition) for s in a.sections})
            return self.listing(sitemap([f"{self.home}/{s}/" for s in sections], rebuilt=rebuilt), asked, XML)
        return None
