"""suckhoedoisong.vn and baochinhphu.vn: the VCCorp family."""

import re
from typing import ClassVar

from spiders.replica.answers import Answer, Asked, esc, html_page
from spiders.replica.furniture import Furniture
from spiders.replica.site import RSS, Site
from spiders.replica.syndication import entities, rfc822, rss, short_zone
from spiders.replica.world import Article, shortened


class VcCorp(Site):
    """Articles end in the site's prefix and the time of creation: `-169241120093000123.htm`."""

    volatility = "never"
    prefix: ClassVar[str]
    lead_mark: ClassVar[str] = ""
    sections: ClassVar[dict[str, str]]  # its listing stands at /{section}.htm
    feeds: ClassVar[dict[str, str | None]]
    undated_feeds: ClassVar[tuple[str, ...]] = ()
    zones: ClassVar[dict[str, str]] = {}
    page_size: ClassVar[int] = 4

    def path(self, article: Article) -> str:
        return f"/{article.slug}-{article.number}.htm"

    def native_id(self, asked: Asked) -> str | None:
        match = re.fullmatch(r"/[^/]+-(\d{15,})\.htm", asked.path)
        return match[1] if match else None

    def elsewhere(self, asked: Asked) -> Answer | None:
        news = ("/sitemaps/google-news.xml", "/google-news-sitemap.xml", "/latestnews-sitemap.xml")
        if found := self.sitemaps(asked, news=news):
            return found
        if asked.path in self.feeds:
            return self._feed(asked, self.feeds[asked.path])
        if match := re.fullmatch(r"/timeline/(\d+)/trang-(\d+)\.htm", asked.path):
            return self._timeline(asked, match[1], int(match[2]))
        section = asked.path.strip("/").removesuffix(".htm")
        if asked.path == "/" or section in self.sections:
            return self._listing(asked, section or None)
        return None

    def _feed(self, asked: Asked, section: str | None) -> Answer:
        name = " - ".join(filter(None, (self.sections.get(section or ""), self.publisher)))
        date = None if asked.path in self.undated_feeds else self.feed_date
        feed = rss(self.entries(asked.edition, section)[:50], title=name, link=self.home, date=date, write=self.write)
        return self.listing(feed, asked, RSS)

    feed_date = staticmethod(rfc822)
    write = staticmethod(entities)

    def _listing(self, asked: Asked, section: str | None) -> Answer:
        articles = self.articles(asked.edition, section)
        boxes = "\n".join(self._box(shortened(a), index) for index, a in enumerate(articles))
        furniture = self.furniture(asked, f"listing {section}")
        name = self.sections.get(section or "", self.publisher)
        body = (
            f'{self._top(furniture)}\n<div class="list__cate"><h1>{esc(name)}</h1>\n'
            f'<div class="box-category-middle">\n{boxes}\n</div></div>\n{self._same(furniture)}'
        )
        return self.listing(html_page(head=f"<title>{esc(name)} | {esc(self.publisher)}</title>", body=body), asked)

    def _box(self, article: Article, index: int = 0) -> str:
        path, at = self.path(article), article.published
        stamp = f"{at:%Y-%m-%dT%H:%M:%S}"
        strange = f' data-time="2{at:%d/%m/%Y - %H:%M}"' if index == 1 else ""  # an impossible day, as seen in the wild
        section = self._section(article)
        return (
            f'<div class="box-category-item" data-id="{article.number}"{strange}>\n'
            f'<a class="box-category-link-with-avatar" href="{path}"><img class="box-category-avatar" '
            f'src="{self.image(article)}" alt="{esc(article.title)}"></a>\n<div class="box-category-content">\n'
            f'<a class="box-category-category" href="/{article.sections[0]}.htm">{esc(section)}</a>\n'
            f'<div class="box-time" title="{stamp}">{at:%H:%M, %d/%m/%Y}</div>\n'
            f'<h3 class="box-title-text"><a class="box-category-link-title" data-linktype="newsdetail" href="{path}" '
            f'title="{esc(article.title)}">{esc(article.title)}</a></h3>\n'
            f'<a class="box-category-sapo" data-type="sapo" href="{path}">{esc(self.lead_mark + article.lead)}</a>\n'
            "</div>\n</div>"
        )

    def _timeline(self, asked: Asked, zone: str, page: int) -> Answer | None:
        if zone not in self.zones:
            return None
        articles = self.articles(asked.edition, self.zones[zone])[(page - 1) * self.page_size :][: self.page_size]
        rows = "\n".join(f'<li data-newsid="{a.number}">{self._box(shortened(a))}</li>' for a in articles)
        return self.listing(rows, asked)

    def _section(self, article: Article) -> str:
        return next((name for key, name in self.sections.items() if key in article.sections), "")

    # ── the article ──

    def article_page(self, article: Article, asked: Asked) -> str:
        furniture = self.furniture(asked, article.number)
        written, at = article.written, article.published
        stamp = f"{at:%Y-%m-%dT%H:%M:%S}"
        section = self._section(article)
        lead = self.lead_mark + article.lead
        head = (
            f"<title>{esc(article.title)}</title>\n"
            f'<link rel="canonical" href="{self.address(article)}">\n'
            f'<meta property="og:title" content="{esc(article.title)}">\n'
            f'<meta property="og:description" content="{esc(lead)}">\n'
            f'<meta property="og:image" content="{self.image(article)}">\n'
            f'<meta property="article:published_time" content="{stamp}">\n'
            f'<meta property="article:section" content="{esc(section)}">'
        )
        named = "" if written.form == "signed below" else self._author(article)
        tags = "".join(f'<a href="/tag-{i}.htm">{esc(tag)}</a>' for i, tag in enumerate(written.tags, 1))
        body = (
            f"{self._top(furniture)}\n"
            f'<div class="detail-cate"><a data-role="cate-name" href="/{article.sections[0]}.htm">{esc(section)}</a></div>\n'
            f'<h1 class="detail-title" data-role="title">{esc(article.title)}</h1>\n'
            f'<div class="detail-time"><div data-role="publishdate" title="{stamp}">{at:%d/%m/%Y %H:%M}</div></div>\n{named}\n'
            f'<h2 class="detail-sapo" data-role="sapo">{esc(lead)}</h2>\n'
            '<div class="detail-cmain"><div class="detail-content afcbc-body clearfix" data-role="content" '
            f'itemprop="articleBody">\n{self._text(article, furniture)}\n</div></div>\n'
            f'<div class="detail-tags">{tags}</div><div class="detail-social"><a>Facebook</a><a>Zalo</a></div>\n'
            f'<div class="detail-comment">Ý kiến của bạn</div>\n{self._same(furniture)}'
        )
        return html_page(head=head, body=body, body_class="detail")

    def _author(self, article: Article) -> str:
        return f'<div class="detail-author" data-role="author">{esc(article.written.author)}</div>'

    def _text(self, article: Article, furniture: Furniture) -> str:
        written = article.written
        write = entities if written.form == "entities" else esc
        blocks = ['<div data-check-position="body_start"></div>']
        blocks += [f"<p>{write(text)}</p>" for text in article.paragraphs]
        if written.caption:
            blocks.insert(
                2,
                '<figure class="VCSortableInPreviewMode" type="Photo"><div><img '
                f'data-original="{self.image(article)}" alt="{write(article.title)}"></div>\n'
                f'<figcaption class="PhotoCMS_Caption"><p>{write(written.caption)}</p></figcaption></figure>',
            )
        related = furniture.related("inline", 3)
        boxed, teaser, number = related[0]
        blocks.insert(
            len(blocks) - 1,
            '<div class="VCSortableInPreviewMode" type="RelatedOneNews"><div class="kbwscwl-relatedbox">'
            f'<a href="/cu-{self.prefix}240101000{number}.htm">{esc(boxed)}</a><p>{esc(teaser)}</p></div></div>',
        )
        title, _, number = related[1]
        blocks.insert(3, f'<p>&gt;&gt; <a href="/cu-{self.prefix}240101000{number}.htm">{esc(title)}</a></p>')
        if written.form == "signed below":
            blocks.append(f'<p style="text-align:right"><b>{esc(written.author)}</b></p>')
        if written.agency:
            blocks.append(f'<div class="link-source-detail">Theo {esc(written.agency)}</div>')
        blocks.append(
            '<div class="VCSortableInPreviewMode" type="VideoStream"><p class="VideoCMS_Caption">'
            f"Mời độc giả xem thêm: {esc(related[2][0])}</p></div>"
        )
        blocks.append('<div data-check-position="body_end"></div>')
        return "\n".join(blocks)

    def _top(self, furniture: Furniture) -> str:
        menu = "".join(f'<li><a href="/{key}.htm">{esc(name)}</a></li>' for key, name in self.sections.items())
        return f'<header class="header"><a href="/">{esc(self.publisher)}</a><ul class="menu">{menu}</ul></header>'

    def _same(self, furniture: Furniture) -> str:
        rows = "\n".join(
            f'<div class="box-news"><h4><a href="/cu-{self.prefix}240101000{number}.htm">{esc(title)}</a></h4>'
            f"<p>{esc(teaser)}</p></div>"
            for title, teaser, number in furniture.related("same", 5)
        )
        return f'<div class="detail__same-cate-nmew"><h3>Bài viết cùng chủ đề</h3>\n{rows}\n</div>'


class SucKhoeDoiSong(VcCorp):
    """Feed dates with an offset of two digits; titles in entities."""

    name = "suckhoedoisong"
    source = "suckhoedoisong_vn"
    host = "suckhoedoisong.vn"
    aliases = ("www.suckhoedoisong.vn", "m.suckhoedoisong.vn")
    publisher = "Báo Sức khỏe & Đời sống"
    prefix = "169"
    lead_mark = "SKĐS - "
    sections: ClassVar = {"y-te": "Y tế", "thoi-su": "Thời sự", "y-hoc-360": "Y học 360", "xa-hoi": "Xã hội"}
    feeds: ClassVar = {"/rss/home.rss": None, "/rss/suc-khoe.rss": "y-hoc-360", "/rss/y-te.rss": "y-te"}
    zones: ClassVar = {"1691": "y-te"}
    feed_date = staticmethod(short_zone)


class BaoChinhPhu(VcCorp):
    """Feeds without `/rss/`; the one on international affairs carries no dates."""

    name = "baochinhphu"
    source = "baochinhphu_vn"
    host = "baochinhphu.vn"
    aliases = ("www.baochinhphu.vn",)
    publisher = "Báo Điện tử Chính phủ"
    prefix = "102"
    lead_mark = "(Chinhphu.vn) - "
    sections: ClassVar = {"quoc-te": "Quốc tế", "y-te": "Y tế", "thoi-su": "Thời sự", "xa-hoi": "Xã hội"}
    feeds: ClassVar = {
        "/home.rss": None,
        "/quoc-te.rss": "quoc-te",
        "/y-te.rss": "y-te",
        "/thoi-su.rss": "thoi-su",
        "/xa-hoi.rss": "xa-hoi",
    }
    undated_feeds = ("/quoc-te.rss",)
