"""vietnamplus.vn with its English and French editions, and nhandan.vn: the ePi family."""

import json
import re
from typing import ClassVar

from spiders.replica.answers import Answer, Asked, esc, html_page
from spiders.replica.furniture import Furniture
from spiders.replica.site import RSS, Site
from spiders.replica.syndication import rss
from spiders.replica.world import Article, shortened


class Epi(Site):
    """Articles end in `-post123.vnp` (or .html); the old form `/slug/123.vnp` redirects to it."""

    suffix: ClassVar[str] = ".vnp"
    feeds: ClassVar[dict[str, str | None]]  # path of a feed → its section; None: all; "": stays empty
    sections: ClassVar[dict[str, str]]  # section → its name; its listing stands at /{section}/
    zones: ClassVar[dict[str, str | None]] = {}  # zone of the JSON list → section
    page_size: ClassVar[int] = 6
    same_section: ClassVar[str] = "Tin cùng chuyên mục"

    def path(self, article: Article) -> str:
        return f"/{article.slug}-post{article.number}{self.suffix}"

    def native_id(self, asked: Asked) -> str | None:
        match = re.fullmatch(rf"/(?:[^/]*-)?post(\d+){re.escape(self.suffix)}", asked.path)
        return match[1] if match else None

    def elsewhere(self, asked: Asked) -> Answer | None:
        if found := self.sitemaps(asked, news=("/sitemaps/google-news.xml",)):
            return found
        if asked.path in self.feeds:
            return self._feed(asked, self.feeds[asked.path])
        if match := re.fullmatch(r"/[^/]+/(\d+)\.vnp", asked.path):
            article = self.find(match[1], asked.edition)
            if article is not None:
                return Answer(status=301, headers=(("Location", self.address(article)),))
        if match := re.fullmatch(r"/api/morenews-zone-(\d+)-(\d+)\.html", asked.path):
            return self._more(asked, match[1], int(match[2]))
        section = asked.path.strip("/").removesuffix(self.suffix).rsplit("/", 1)[-1]
        if asked.path == "/" or section in self.sections:
            return self._listing(asked, section or None)
        return None

    def _feed(self, asked: Asked, section: str | None) -> Answer:
        entries = self.entries(asked.edition, section) if section != "" else []
        name = self.sections.get(section or "", "")
        title = " - ".join(filter(None, (name, self.publisher)))
        return self.listing(rss(entries[:50], title=title, link=self.home), asked, RSS)

    def _more(self, asked: Asked, zone: str, page: int) -> Answer:
        """The JSON list: HTML inside JSON on the Vietnamese paper, plain fields on foreign editions."""
        if zone not in self.zones:
            return self.listing(json.dumps({"error_code": 1, "message": "zone", "data": None}), asked, _JSON)
        articles = self.articles(asked.edition, self.zones[zone])[self.page_size * page :][: self.page_size]
        if not articles and page > 0:
            return self.listing(json.dumps({"error_code": 2, "message": "", "data": None}), asked, _JSON)
        data = {"articles": "".join(self._story(a) for a in articles)}
        answer = {"error_code": 0, "message": "", "data": data}
        return self.listing(json.dumps(answer, ensure_ascii=False), asked, _JSON)

    def _listing(self, asked: Asked, section: str | None) -> Answer:
        stories = "\n".join(self._story(shortened(a)) for a in self.articles(asked.edition, section))
        furniture = self.furniture(asked, f"listing {section}")
        name = self.sections.get(section or "", self.publisher)
        body = (
            f'{self._top(furniture)}\n<div class="abf-cate"><h1 class="main-title">{esc(name)}</h1>\n'
            f'<div class="timeline content-list">\n{stories}\n</div></div>\n{self._sidebar(furniture)}'
        )
        head = f"<title>{esc(name)} | {esc(self.publisher)}</title>"
        return self.listing(html_page(head=head, body=body, language=self.language), asked)

    def _story(self, article: Article) -> str:
        address = self.address(article)
        return (
            f'<article class="story"><a class="story__thumb" href="{address}"><img src="{self.image(article)}" alt=""></a>'
            f'<h2 class="story__heading"><a class="cms-link" href="{address}" title="{esc(article.title)}">'
            f"{esc(article.title)}</a></h2>"
            f'<time datetime="{self.stamp(article)}">{article.published:%d/%m/%Y %H:%M}</time>'
            f'<div class="story__summary">{esc(article.lead)}</div></article>'
        )

    def stamp(self, article: Article) -> str:
        """The article's time as the `datetime` attribute has it."""
        return f"{article.published:%Y-%m-%dT%H:%M:%S%z}"

    # ── the article ──

    def article_page(self, article: Article, asked: Asked) -> str:
        furniture = self.furniture(asked, article.number)
        section = next((name for key, name in self.sections.items() if key in article.sections), "")
        address = self.address(article)
        head = (
            f"<title>{esc(article.title)} | {esc(section)} | {esc(self.publisher)}</title>\n"
            f'<link rel="canonical" href="{address}">\n'
            f'<meta property="og:type" content="article">\n<meta property="og:url" content="{address}">\n'
            f'<meta property="og:title" content="{esc(article.title)}">\n'
            f'<meta property="og:description" content="{esc(article.lead)}">\n'
            f'<meta property="og:image" content="{self.image(article)}">'
        )
        tags = "".join(f'<a href="/tag/{i}.vnp">#{esc(tag)}</a>' for i, tag in enumerate(article.written.tags, 1))
        body = (
            f'{self._top(furniture)}\n<nav class="breadcrumb"><a href="/">{self.home_word}</a>'
            f'<a href="#">{esc(section)}</a></nav>\n<article class="article">\n{self.heading(article)}\n'
            f'<div class="article__social"><a>Facebook</a> <a>Zalo</a> <span>{furniture.views()} lượt xem</span></div>\n'
            f'{self.opening(article)}\n<div class="article__body zce-content-body cms-body" itemprop="articleBody">\n'
            f"{self.text(article, furniture)}\n</div>\n"
            f'<div class="article__tag">{tags}</div>\n</article>\n{self._same(furniture)}\n{self._sidebar(furniture)}'
            f"\n{self.tail(article)}"
        )
        return html_page(head=head, body=body, language=self.language, body_class="detail-page")

    home_word: ClassVar[str] = "Trang chủ"

    def heading(self, article: Article) -> str:
        return (
            f'<h1 class="article__title cms-title">{esc(article.title)}</h1>\n<div class="article__meta">'
            f'<time class="time" datetime="{self.stamp(article)}">{article.published:%d/%m/%Y %H:%M}</time></div>\n'
            f'<h2 class="article__sapo cms-desc">{esc(article.lead)}</h2>'
        )

    def opening(self, article: Article) -> str:
        """The picture above the text."""
        caption = article.written.caption
        if not caption:
            return ""
        credit = f" (Ảnh: {article.written.credit})" if article.written.credit else ""
        return (
            f'<figure class="article__avatar"><img src="{self.image(article)}" alt="{esc(article.title)}">'
            f"<figcaption>{esc(caption)}{esc(credit)}</figcaption></figure>"
        )

    def text(self, article: Article, furniture: Furniture) -> str:
        """The body, with what stands inside it and is not the article's."""
        blocks = [f"<p>{esc(text)}</p>" for text in article.paragraphs]
        inside = [
            '<div class="sda_middle"><div class="ad-banner">' + esc(furniture.advertisement()) + "</div></div>",
            self._relate(furniture),
        ]
        middle = max(1, len(blocks) // 2)
        agency = article.written.agency
        source = f'<div class="article__source">({esc(agency)})</div>' if agency else ""
        social = '<div class="article__social"><a>Facebook</a> <a>Twitter</a></div>'
        return "\n".join([social, *blocks[:middle], *inside, *blocks[middle:], source])

    def tail(self, article: Article) -> str:
        author = article.written.author
        return f'<div class="article__author">{esc(author)}</div>' if author else ""

    # ── what stands around ──

    def _top(self, furniture: Furniture) -> str:
        menu = "".join(f'<li><a href="/{key}/">{esc(name)}</a></li>' for key, name in self.sections.items())
        return (
            f'<header class="site-header"><a class="logo" href="/">{esc(self.publisher)}</a>'
            f'<span class="weather">{furniture.weather()}</span><ul class="menu-1">{menu}</ul></header>'
        )

    def _link(self, number: int, title: str) -> str:
        return f'<a class="cms-link" href="/related-post{number}{self.suffix}">{esc(title)}</a>'

    def _relate(self, furniture: Furniture) -> str:
        rows = "".join(
            f'<article class="story"><h2>{self._link(number, title)}</h2></article>'
            for title, _, number in furniture.related("inline", 2)
        )
        return f'<div class="article-relate">{rows}</div>'

    def _same(self, furniture: Furniture) -> str:
        rows = "\n".join(
            f'<article class="story"><h2 class="story__heading">{self._link(number, title)}</h2>'
            f'<div class="story__summary">{esc(teaser)}</div></article>'
            for title, teaser, number in furniture.related("same section", 5)
        )
        return f'<section class="related-news"><h3>{self.same_section}</h3>\n{rows}\n</section>'

    def _sidebar(self, furniture: Furniture) -> str:
        rows = "".join(f"<li>{self._link(n, t)}</li>" for t, _, n in furniture.related("most read", 4))
        return f'<aside class="sidebar"><h3>Đọc nhiều</h3><ul>{rows}</ul></aside>'


_JSON = "application/json; charset=utf-8"


class VietnamPlus(Epi):
    name = "vietnamplus"
    source = "vietnamplus_vn"
    host = "www.vietnamplus.vn"
    aliases = ("vietnamplus.vn", "m.vietnamplus.vn")
    publisher = "Vietnam+ (VietnamPlus)"
    sections: ClassVar = {
        "yte": "Y tế",
        "thegioi": "Thế giới",
        "chinhtri": "Chính trị",
        "xahoi": "Xã hội",
        "thethao": "Thể thao",
        "kinhte": "Kinh tế",
        "khoahoc": "Khoa học",
    }
    feeds: ClassVar = {
        "/rss/home.rss": None,
        "/rss/xahoi/yte-325.rss": "yte",
        "/rss/thegioi-209.rss": "thegioi",
        "/rss/thegioi.rss": "thegioi",
        "/rss/chinhtri-291.rss": "chinhtri",
        "/rss/xahoi-314.rss": "xahoi",
        "/rss/kinhte-311.rss": "kinhte",
        "/rss/khoahoc-213.rss": "khoahoc",
        "/rss/thegioi/asean-356.rss": "",
    }


class EnVietnamPlus(Epi):
    name = "en_vietnamplus"
    source = "en_vietnamplus_vn"
    host = "en.vietnamplus.vn"
    language = "en"
    publisher = "Vietnam+ (VietnamPlus)"
    home_word = "Home"
    same_section = "See more"
    sections: ClassVar = {"health": "Health", "society": "Society", "politics": "Politics", "economy": "Business"}
    feeds: ClassVar = {
        "/rss/news.rss": None,
        "/rss/home.rss": None,
        "/rss/economy.rss": "economy",
        "/rss/politics.rss": "politics",
        "/rss/society.rss": "society",
        "/rss/health.rss": "health",
    }


class FrVietnamPlus(Epi):
    name = "fr_vietnamplus"
    source = "fr_vietnamplus_vn"
    host = "fr.vietnamplus.vn"
    language = "fr"
    publisher = "Vietnam+ (VietnamPlus)"
    home_word = "Accueil"
    same_section = "Voir plus"
    sections: ClassVar = {"sante": "Santé", "societe": "Société", "politique": "Politique", "culture": "Culture"}
    feeds: ClassVar = {
        "/rss/home.rss": None,
        "/rss/news.rss": None,
        "/rss/sante.rss": "sante",
        "/rss/societe.rss": "societe",
    }


_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


class NhanDan(Epi):
    """Times without a zone, the agency as an author's name inside the body, tables around pictures."""

    name = "nhandan"
    source = "nhandan_vn"
    host = "nhandan.vn"
    aliases = ("www.nhandan.vn",)
    publisher = "Báo Nhân Dân điện tử"
    suffix = ".html"
    sections: ClassVar = {
        "y-te": "Y tế",
        "chinhtri": "Chính trị",
        "thegioi": "Thế giới",
        "xahoi": "Xã hội",
        "kinhte": "Kinh tế",
    }
    feeds: ClassVar = {
        "/rss/home.rss": None,
        "/rss/thegioi-1231.rss": "thegioi",
        "/rss/kinhte-1185.rss": "",
        "/rss/khoahoc-congnghe-1292.rss": "",
    }
    zones: ClassVar = {"1251": None, "1231": "thegioi", "1309": "y-te", "1257": "xahoi", "1171": "chinhtri"}

    def stamp(self, article: Article) -> str:
        return f"{article.published:%Y-%m-%dT%H:%M:%S}"

    def heading(self, article: Article) -> str:
        shown = f"{_WEEKDAYS[article.published.weekday()]}, ngày {article.published:%d/%m/%Y - %H:%M}"
        return (
            f'<div class="article__meta"><time class="time" datetime="{self.stamp(article)}">{shown}</time></div>\n'
            f'<h1 class="article__title cms-title">{esc(article.title)}</h1>\n'
            f'<div class="article__sapo cms-desc">NDO - {esc(article.lead)}</div>'
        )

    def opening(self, article: Article) -> str:
        return ""

    def text(self, article: Article, furniture: Furniture) -> str:
        written = article.written
        credit = f" (Ảnh: {written.credit})" if written.credit else ""
        picture = (
            f'<table class="picture"><tbody><tr><td class="pic"><img class="cms-photo" data-src="{self.image(article)}" '
            f'alt="{esc(article.title)} ảnh 1"></td></tr>\n<tr><td class="caption"><p>{esc(written.caption + credit)}</p>'
            "</td></tr></tbody></table>"
        )
        blocks = [f"<p>{esc(text)}</p>" for text in article.paragraphs]
        blocks.insert(2, f'<div class="sda_middle">{esc(furniture.advertisement())}</div>')
        author = written.author or (f"Theo {written.agency}" if written.agency else "")
        signature = (
            '<div class="article__author"><div class="author"><div class="info">'
            f'<a class="name cms-author" title="{esc(author)}">{esc(author)}</a></div></div></div>'
        )
        return "\n".join([picture if written.caption else "", *blocks, self._relate(furniture), signature])

    def tail(self, article: Article) -> str:
        said = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "datePublished": article.published.isoformat(),
            "dateModified": article.modified.isoformat(),
        }
        return f'<script type="application/ld+json">{json.dumps(said, ensure_ascii=False)}</script>'
