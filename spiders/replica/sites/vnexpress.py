"""vnexpress.net: a CMS of its own; its related links are empty until scripts run."""

import json
import re
from typing import ClassVar

from spiders.replica.answers import Answer, Asked, esc, html_page
from spiders.replica.site import RSS, Site
from spiders.replica.syndication import rss
from spiders.replica.world import Article, shortened

_WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


class VnExpress(Site):
    """Pages that stay the same: only listings carry teasers of other stories."""

    name = "vnexpress"
    source = "vnexpress_net"
    host = "vnexpress.net"
    aliases = ("www.vnexpress.net", "m.vnexpress.net")
    publisher = "VnExpress"
    volatility = "never"
    sections: ClassVar[dict[str, str]] = {
        "suc-khoe": "Sức khỏe",
        "the-gioi": "Thế giới",
        "thoi-su": "Thời sự",
        "the-thao": "Thể thao",
    }
    page_size: ClassVar[int] = 4

    def path(self, article: Article) -> str:
        return f"/{article.slug}-{article.number}.html"

    def native_id(self, asked: Asked) -> str | None:
        match = re.fullmatch(r"/[^/]+-(\d{5,})\.html", asked.path)
        return match[1] if match else None

    def elsewhere(self, asked: Asked) -> Answer | None:
        if found := self.sitemaps(asked, news=("/google-news-sitemap.xml",)):
            return found
        if match := re.fullmatch(r"/rss/([a-z-]+)\.rss", asked.path):
            section = None if match[1] == "tin-moi-nhat" else match[1]
            if section is None or section in self.sections:
                name = f"{self.sections.get(section or '', 'Tin mới nhất')} - VnExpress RSS"
                entries = self.entries(asked.edition, section)[:60]
                return self.listing(rss(entries, title=name, link=self.home, write=esc, comments=True), asked, RSS)
        match = re.fullmatch(r"/([a-z-]*?)(?:-p(\d+))?", asked.path)
        if match and (asked.path == "/" or match[1] in self.sections):
            return self._listing(asked, match[1] or None, int(match[2] or 1))
        return None

    def _listing(self, asked: Asked, section: str | None, page: int) -> Answer:
        articles = self.articles(asked.edition, section)
        rows = "\n".join(
            f'<article class="item-news item-news-common"><div class="thumb-art"><a href="{self.address(a)}"><img '
            f'src="{self.image(a)}" alt="{esc(a.title)}"></a></div>\n<h2 class="title-news"><a href="{self.address(a)}" '
            f'title="{esc(a.title)}">{esc(a.title)}</a></h2>\n<p class="description"><a href="{self.address(a)}">'
            f"{esc(a.lead)}</a></p></article>"
            for a in map(shortened, articles[(page - 1) * self.page_size : page * self.page_size])
        )
        following = ""
        if page * self.page_size < len(articles):
            following = f'<a class="btn-page next-page" href="/{section}-p{page + 1}">Trang sau</a>'
        teasers = "".join(f"<li>{esc(t)}</li>" for t, _, _ in self.furniture(asked, "listing").related("side", 4))
        name = self.sections.get(section or "", "Báo VnExpress")
        body = (
            f'<header><a href="/">VnExpress</a></header>\n<h1>{esc(name)}</h1>\n<div class="list-news-subfolder">\n{rows}\n'
            f'</div>\n<div class="button-page">{following}</div>\n<aside><h3>Xem nhiều</h3><ul>{teasers}</ul></aside>'
        )
        return self.listing(html_page(head=f"<title>{esc(name)} - VnExpress</title>", body=body), asked)

    def article_page(self, article: Article, asked: Asked) -> str:
        written, at = article.written, article.published
        section = next((name for key, name in self.sections.items() if key in article.sections), "")
        said = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "description": article.lead,
            "datePublished": at.isoformat(),
            "dateModified": article.modified.isoformat(),
            "author": {"@type": "Person", "name": written.author},
        }
        head = (
            f"<title>{esc(article.title)} - Báo VnExpress</title>\n"
            f'<link rel="canonical" href="{self.address(article)}">\n'
            f'<meta property="og:title" content="{esc(article.title)}">\n'
            f'<meta property="og:description" content="{esc(article.lead)}">\n'
            f'<meta itemprop="pubdate" content="{at.isoformat()}">\n'
            f'<meta itemprop="lastmod" content="{article.modified.isoformat()}">\n'
            f'<meta name="tt_article_id" content="{article.number}">\n'
            f'<script type="application/ld+json">{json.dumps(said, ensure_ascii=False)}</script>'
        )
        texts = [f'<p class="Normal">{esc(text)}</p>' for text in article.paragraphs]
        if written.caption:
            credit = f" Ảnh: {written.credit}" if written.credit else ""
            texts.insert(
                1,
                f'<figure class="tplCaption"><div class="fig-picture"><img data-src="{self.image(article)}" alt=""></div>\n'
                f'<figcaption><p class="Image">{esc(written.caption)}.{esc(credit)}</p></figcaption></figure>',
            )
        texts.append(f'<p class="Normal" style="text-align:right"><strong>{esc(written.author)}</strong></p>')
        text = "\n".join(texts)
        body = (
            '<header><a href="/">VnExpress</a></header>\n<section class="section page-detail top-detail">\n'
            '<div class="sidebar-1">\n<div class="header-content width_common"><ul class="breadcrumb">'
            f'<li><a href="/{article.sections[0]}">{esc(section)}</a></li></ul>'
            f'<span class="date">{_WEEKDAYS[at.weekday()]}, {at.day}/{at.month}/{at.year}, {at:%H:%M} (GMT+7)</span></div>\n'
            f'<h1 class="title-detail">{esc(article.title)}</h1>\n<p class="description">{esc(article.lead)}</p>\n'
            f'<article class="fck_detail ">\n{text}\n</article>\n<span id="article-end"></span>\n'
            '<div data-component-type="tin_xemthem" data-ids="4100001,4100002"></div>\n'
            '<div class="lazier" data-src="/box/xem-nhieu"></div>\n</div>\n</section>'
        )
        return html_page(head=head, body=body)
