"""thoidai.com.vn and baoquocte.vn: the MasterCMS family."""

import re
from typing import ClassVar

from spiders.replica.answers import Answer, Asked, esc, html_page
from spiders.replica.furniture import Furniture
from spiders.replica.site import RSS, Site
from spiders.replica.syndication import Entry, rss
from spiders.replica.world import Article, shortened


class MasterCms(Site):
    """Articles end in `-123.html`, with `&mobile=yes&amp=1` behind it for phones; so do pagers: an & without a ?."""

    page_size: ClassVar[int] = 3
    sections: ClassVar[dict[str, str]]  # path of a section, without its slashes → its name
    feeds: ClassVar[tuple[str, ...]] = ("/rss_feed/", "/rss_feed")
    body_id: ClassVar[str] = ""

    def path(self, article: Article) -> str:
        return f"/{article.slug}-{article.number}.html"

    def native_id(self, asked: Asked) -> str | None:
        match = re.fullmatch(r"/[^/&]+-(\d+)\.html(?:&.*)?", asked.path)
        return match[1] if match else None

    def elsewhere(self, asked: Asked) -> Answer | None:
        if found := self.sitemaps(asked, news=("/sitemaps/google-news.xml",)):
            return found
        path, _, state = asked.path.partition("&")
        # whatever category is named before or after it, the feed is the one of the whole site
        if path in self.feeds or path.startswith("/rss_feed/") or path.rstrip("/").endswith("/rss_feed"):
            feed = rss(self.entries(asked.edition)[:25], title=self.publisher, link=self.home, content=self._whole)
            return self.listing(feed, asked, RSS)
        section = path.strip("/")
        if path != "/" and section not in self.sections:
            return None
        offset = re.search(r"BRSR=(\d+)", state or asked.target)
        return self._listing(asked, section, int(offset[1]) if offset else 0)

    def _whole(self, entry: Entry) -> str:
        texts = "".join(f"<p>{esc(text)}</p>" for text in (entry.lead, *entry.paragraphs))
        return f'<p><img src="{entry.image}"></p>{texts}'

    def next_state(self, asked: Asked, offset: int) -> str:
        return f"&s_cond=&BRSR={offset}"

    def _listing(self, asked: Asked, section: str, offset: int) -> Answer:
        articles = self.articles(asked.edition, section or None)
        rows = "\n".join(self.row(shortened(a)) for a in articles[offset : offset + self.page_size])
        pager = ""
        if offset:
            before = max(0, offset - self.page_size)
            pager += f'<a href="/{section}{self.next_state(asked, before)}">Trước</a> '
        if offset + self.page_size < len(articles):
            pager += f'<a href="/{section}{self.next_state(asked, offset + self.page_size)}">Sau</a>'
        furniture = self.furniture(asked, f"listing {section}")
        name = self.sections.get(section, self.publisher)
        body = f"{self.top(furniture)}\n<h1>{esc(name)}</h1>\n{self.rows(rows, pager)}\n{self.sidebar(furniture)}"
        return self.listing(html_page(head=f"<title>{esc(name)} | {esc(self.publisher)}</title>", body=body), asked)

    def row(self, article: Article) -> str:
        path = self.path(article)
        return (
            f'<div class="bx-article"><a href="{path}"><img src="{self.image(article)}" alt="{esc(article.title)}"></a>\n'
            f'<h3><a href="{path}">{esc(article.title)}</a></h3><div class="bx-description">{esc(article.lead)}</div></div>'
        )

    def rows(self, rows: str, pager: str) -> str:
        return (
            f'<div class="_MB_CATEGORY_LIST lt">\n{rows}\n'
            f'<div class="__MB_ARTICLE_PAGING fw lt clearfix">{pager}</div>\n</div>'
        )

    def image(self, article: Article) -> str:
        at = article.published
        return (
            f"{self.home}/stores/news_dataimages/{self.name}/{at:%m%Y}/{at:%d}/{at:%H}/in_article/"
            f"{article.slug[:30]}.jpg?rt={at:%Y%m%d%H%M%S}"
        )

    # ── the article ──

    def article_page(self, article: Article, asked: Asked) -> str:
        furniture = self.furniture(asked, article.number)
        section = next((name for key, name in self.sections.items() if key in article.sections), "")
        if "mobile=yes" in asked.path:
            return self._phone(article)
        head = (
            f"<title>{esc(article.title)} | {esc(self.publisher)}</title>\n"
            f'<meta property="og:title" content="{esc(article.title)}">\n'
            f'<meta property="og:description" content="{esc(article.lead)}">\n'
            f'<meta property="og:image" content="{self.image(article)}">'
        )
        body = (
            f'{self.top(furniture)}\n<div class="breadcrumb"><a href="/">Trang chủ</a> <a href="#">{esc(section)}</a></div>\n'
            f'<div class="article-detail fw clearfix">\n{self.heading(article)}\n'
            f'<div class="article-detail-desc fw lt f0 mb clearfix">{esc(article.lead)}</div>\n'
            f"{self._inline(furniture, 'before')}\n{self.content(article, furniture)}\n{self.signature(article)}\n"
            f'<div class="article-detail-tags">{self._tags(article)}</div>\n{self._after(furniture)}\n</div>\n'
            f"{self.sidebar(furniture)}\n"
            f'<div id="lightGallery"><img src="{self.image(article)}" alt="{esc(article.title)}"></div>\n'
            "<div>Xin chờ trong giây lát...</div>\n"
            f'<iframe style="display:none" src="/article_statistic?id={article.number}&amp;s={furniture.views()}"></iframe>\n'
            f'<a href="{self.path(article)}&amp;mobile=yes&amp;amp=1">Phiên bản di động</a>'
        )
        return html_page(head=head, body=body)

    def _phone(self, article: Article) -> str:
        texts = "\n".join(f"<p>{esc(text)}</p>" for text in article.paragraphs)
        head = f'<title>{esc(article.title)}</title>\n<link rel="canonical" href="{self.address(article)}">'
        body = (
            f'<h1 class="article-detail-title f0">{esc(article.title)}</h1>\n'
            f'<div class="article-detail-desc">{esc(article.lead)}</div>\n'
            f'<div class="__MASTERCMS_CONTENT">{texts}</div>'
        )
        return html_page(head=head, body=body)

    def heading(self, article: Article) -> str:
        return (
            f'<span class="article-detail-date rt">{article.published:%H:%M | %d/%m/%Y} GMT+7</span>\n'
            f'<h1 class="article-detail-title f0">{esc(article.title)}</h1>\n'
            '<div class="tool"><span>a</span><span>a</span></div>'
        )

    content_class: ClassVar[str] = "__MASTERCMS_CONTENT fw f1 mb20 clearfix"

    def content(self, article: Article, furniture: Furniture) -> str:
        texts = "\n".join(f"<p>{esc(text)}</p>" for text in article.paragraphs)
        identity = f' id="{self.body_id}"' if self.body_id else ""
        return (
            f'<div class="{self.content_class}"{identity}>\n{self.picture(article)}\n{texts}\n'
            f"{self._inline(furniture, 'after')}\n</div>"
        )

    def picture(self, article: Article) -> str:
        written = article.written
        if not written.caption:
            return ""
        alt = article.title
        if written.copy_of:  # the picture came with the title of the page it was taken from
            alt = f"{self.world.article(written.copy_of).title} | Y tế | Vietnam+ (VietnamPlus)"
        credit = f" (Ảnh: {written.credit})" if written.credit else ""
        return (
            '<table class="MASTERCMS_TPL_TABLE"><tbody><tr><td><img class="__img_mastercms" '
            f'alt="{esc(alt)}" src="{self.image(article)}"></td></tr>\n'
            f"<tr><td>{esc(written.caption + credit)}</td></tr></tbody></table>"
        )

    def signature(self, article: Article) -> str:
        written = article.written
        who = "/".join(filter(None, (written.author, written.agency)))
        who = f"Theo {who}" if written.agency else who
        return (
            f'<div class="article-detail-author rt">{esc(who)}</div>\n<div class="source">Nguồn: <a href=""></a></div>'
        )

    def _tags(self, article: Article) -> str:
        return " ".join(f'<a href="/tag/{i}">{esc(tag)}</a>' for i, tag in enumerate(article.written.tags, 1))

    # ── what stands around ──

    def top(self, furniture: Furniture) -> str:
        menu = "".join(f'<li><a href="/{path}">{esc(name)}</a></li>' for path, name in self.sections.items())
        return (
            f'<div class="header"><a href="/">{esc(self.publisher)}</a> <span id="clock">{furniture.clock()}</span> '
            f"<span>{furniture.weather()}</span> <span>Đang xem: {furniture.online()}</span>\n"
            f'<ul class="menu">{menu}</ul><div class="qc">{esc(furniture.advertisement())}</div></div>'
        )

    def _inline(self, furniture: Furniture, where: str) -> str:
        """Related links in the text's way: image alt and anchor say the same, twice on one line."""
        kind = "__mb_article_in_image" if where == "before" else "__MB_ARTICLE_A"
        return "\n".join(
            f'<table class="{kind}"><tbody><tr><td><a href="/lien-quan-{n}.html"><img alt="{esc(t)}" src="/x.jpg"></a></td>'
            f'<td><a href="/lien-quan-{n}.html">{esc(t)}</a></td></tr></tbody></table>'
            for t, _, n in furniture.related(where, 2)
        )

    def _cards(self, furniture: Furniture, purpose: str, count: int) -> str:
        return "\n".join(
            f'<div class="article"><a class="article-image" href="/lien-quan-{n}.html"><img alt="{esc(t)}" src="/x.jpg"></a>'
            f'<h3><a href="/lien-quan-{n}.html">{esc(t)}</a></h3><div class="article-desc">{esc(d)}</div></div>'
            for t, d, n in furniture.related(purpose, count)
        )

    def _after(self, furniture: Furniture) -> str:
        return (
            f'<div class="article-detail-similar"><h3>Tin bài liên quan</h3>\n{self._cards(furniture, "similar", 3)}\n</div>\n'
            f'<div class="article-detail-other"><h3>Các tin bài khác</h3>\n{self._cards(furniture, "other", 4)}\n</div>'
        )

    def sidebar(self, furniture: Furniture) -> str:
        return (
            f'<div class="sidebar"><h3>Đọc nhiều</h3>\n{self._cards(furniture, "most read", 5)}\n'
            '<img alt="infographic sau viec can lam khi bi sot xuat huyet" src="/info1.jpg">\n'
            '<img alt="infographic dau hieu nhan biet dot quy" src="/info2.jpg"></div>'
        )


class ThoiDai(MasterCms):
    """No validators, and nothing around the article is the same twice."""

    name = "thoidai"
    source = "thoidai_com_vn"
    host = "thoidai.com.vn"
    aliases = ("www.thoidai.com.vn",)
    publisher = "THỜI ĐẠI"
    volatility = "request"
    sections: ClassVar = {
        "van-hoa-du-lich/khoe-dep": "Khỏe đẹp",
        "doi-ngoai-nhan-dan": "Đối ngoại nhân dân",
        "huu-nghi": "Hữu nghị",
        "viet-nam-va-the-gioi": "Việt Nam và thế giới",
        "van-hoa-du-lich": "Văn hóa - Du lịch",
        "xa-hoi": "Xã hội",
    }


class BaoQuocTe(MasterCms):
    """The date in `format_time`, another id around the body, lists of other classes."""

    name = "baoquocte"
    source = "baoquocte_vn"
    host = "baoquocte.vn"
    aliases = ("www.baoquocte.vn",)
    publisher = "Báo Thế giới và Việt Nam"
    body_id = "__MB_MASTERCMS_EL_3"
    content_class = "article-content __MASTERCMS_CONTENT __MB_CONTENT_FOR_PRINTER"
    sections: ClassVar = {
        "xa-hoi/y-te": "Y tế",
        "thoi-su": "Thời sự",
        "the-gioi": "Thế giới",
        "ngoai-giao": "Ngoại giao",
        "kinh-te": "Kinh tế",
    }

    def next_state(self, asked: Asked, offset: int) -> str:
        return f"&fv={self.world.base:%Y-%m-%d}&s_cond=&BRSR={offset}"

    def heading(self, article: Article) -> str:
        return (
            f'<h1 class="article-detail-title f0">{esc(article.title)}</h1>\n'
            f'<div class="article-detail-info"><span class="format_time">{article.published:%d/%m/%Y %H:%M}</span></div>'
        )

    def row(self, article: Article) -> str:
        path = self.path(article)
        return (
            f'<div class="article"><a class="article-image" href="{path}"><img src="{self.image(article)}" '
            f'alt="{esc(article.title)}"></a>\n<h3 class="article-title"><a class="article-link f0" href="{path}">'
            f"{esc(article.title)}</a></h3>"
            f'<div class="article-desc">{esc(article.lead)}</div>'
            f'<div class="box-meta"><span class="format_time">{article.published:%d/%m/%Y %H:%M}</span></div></div>'
        )

    def rows(self, rows: str, pager: str) -> str:
        return (
            f'<div class="bx-listing fw lt mb clearfix">\n{rows}\n</div>\n'
            f'<div class="__MB_ARTICLE_PAGING fw lt clearfix">{pager}</div>'
        )
