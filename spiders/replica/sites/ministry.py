"""moh.gov.vn: the JSON portal of 2026 and, on the same host, the Liferay pages of before.

The portal's own pages are shells that show nothing until scripts run; what they show comes from two POST calls.
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from spiders.replica.answers import Answer, Asked, esc, html_page, paragraphs
from spiders.replica.furniture import Furniture
from spiders.replica.site import Site
from spiders.replica.world import Article, gone, shortened

CATEGORIES = {
    "8349": "Hợp tác quốc tế",
    "8358": "Tin nổi bật",
    "8351": "Tin hoạt động",
    "8360": "Chỉ đạo điều hành",
    "8356": "Tin tổng hợp",
    "8355": "Tin địa phương",
    "8354": "Điểm tin y tế từ các báo mạng",
}
LIST_CALL = "/portal/api/lay_bai_viet_theo_danh_muc"
DETAIL_CALL = "/portal/api/layChiTietBaiViet"

# Liferay: page → its name and the instance of the portlet on it
PAGES = {
    "hoat-dong-cua-lanh-dao-bo": ("Hoạt động của lãnh đạo Bộ", "k206Q9qkZOqn"),
    "tin-noi-bat": ("Tin nổi bật", "3Yst7YhbkA5j"),
    "tin-tong-hop": ("Tin tổng hợp", "TW6LTp1ZtwaN"),
}
ROWS = 5  # of a Liferay listing, unless its address says otherwise
_GENERIC = "Xuất bản thông tin"
_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_JSON = "application/json;charset=UTF-8"


class Ministry(Site):
    """No validators anywhere. `adminmoh` and language prefixes lead to the same Liferay pages."""

    name = "moh"
    other_names: ClassVar = ("moh_liferay",)
    source = "moh_gov_vn"
    host = "moh.gov.vn"
    aliases = ("www.moh.gov.vn", "adminmoh.moh.gov.vn")
    publisher = "Cổng thông tin điện tử Bộ Y tế"
    volatility = "request"
    disallow = ("/c/portal/", "/tim-kiem/")

    def path(self, article: Article) -> str:
        if article.written.site == "moh_liferay":
            page = article.sections[0]
            return f"/{page}/-/asset_publisher/{PAGES[page][1]}/content/{article.number}"
        return f"/index.jsp?pageId=5803&aid={article.number}&cid={article.sections[0]}"

    def native_id(self, asked: Asked) -> str | None:
        return None  # an article's address on the portal answers with a shell; Liferay is looked up below

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/bridge":
            return self._bridge(asked)
        return super().answer(asked)

    def elsewhere(self, asked: Asked) -> Answer | None:
        if asked.path in ("/", "/index.jsp") and not asked.host.startswith("adminmoh"):
            return self.page(self._shell())
        return self._liferay(asked)

    # ── the portal ──

    def _shell(self) -> str:
        head = (
            f'<title>{self.publisher}</title>\n<link rel="stylesheet" href="/resource/css/app.3f2a.css">\n'
            '<script defer src="/resource/js/vendor.9b1c.js"></script>\n<script defer src="/resource/js/app.77d0.js"></script>'
        )
        body = '<noscript>Trình duyệt của bạn cần bật JavaScript.</noscript>\n<div id="app"></div>'
        return html_page(head=head, body=body)

    def _bridge(self, asked: Asked) -> Answer:
        call = asked.query.get("url", "")
        if asked.method != "POST":
            return self.failure(405)
        try:
            wanted = json.loads(asked.body)
        except ValueError:
            return self.failure(200)  # this portal says its errors in HTML under 200
        if not isinstance(wanted, dict) or "application/json" not in asked.headers.get("content-type", ""):
            return self.failure(200)
        if call == LIST_CALL:
            return self._list(wanted, asked)
        if call == DETAIL_CALL:
            return self._detail(wanted, asked)
        return self.failure(200)

    def _list(self, wanted: dict[str, Any], asked: Asked) -> Answer:
        category = str(wanted.get("MA_DANH_MUC", ""))
        if category not in CATEGORIES or wanted.get("CHUYEN_TRANG") != "BO_YTE":
            return self._said([])
        if category == "8360" and asked.edition == 1:
            return self.failure(200)
        articles = self.articles(asked.edition, category)
        items = [self._item(article) for article in articles[: int(wanted.get("PAGE_SIZE", 10))]]
        groups = [{"MA": category, "TEN_MUC": CATEGORIES[category], "ITEMS": items}]
        return self._said({"d": groups} if category == "8358" else groups)

    def _item(self, article: Article) -> dict[str, str]:
        item = {"MA": article.number, "TIEU_DE": article.title}
        if article.written.form == "bare item":
            return item
        at = article.published
        return item | {
            "MO_TA": article.lead,
            "MA_DANH_MUC": ";".join(article.sections),
            "THOI_GIAN_XUAT_BAN": f"{at:%d/%m/%Y %I:%M %p}",
            "DUONG_DAN_ANH": f"/CustomsCMS/BO_YTE/{at.year}/{at.month}/{at.day}/{article.slug[:24]}.png",
            "TEN_MUC": ";".join(CATEGORIES[section] for section in article.sections),
        }

    def _detail(self, wanted: dict[str, Any], asked: Asked) -> Answer:
        article = self.find(str(wanted.get("maBaiViet", "")), asked.edition)
        if article is None or gone(article, asked.edition):
            return self._said({"d": None})
        if article.written.broken_before is not None and asked.edition < article.written.broken_before:
            return self.failure()
        values = (
            article.number,
            article.title,
            f"<p>{esc(article.lead)}</p>",
            self._text(article),
            f"{article.published:%d/%m/%Y %I:%M %p}",
        )
        if article.written.form == "upper case":
            keys: Iterable[str] = ("MA", "TIEU_DE", "MO_TA", "NOI_DUNG", "THOI_GIAN_BAT_DAU_DANG")
        else:
            keys = ("ma", "tieuDe", "moTa", "noiDung", "thoiGianBatDauDang")
        detail = dict(zip(keys, values, strict=True))
        return self._said({"d": [detail] if article.written.form == "list" else detail})

    def _text(self, article: Article) -> str:
        written = article.written
        texts = [f"<p>{esc(text)}</p>" for text in article.paragraphs]
        if written.caption:
            picture = f"/resource/CustomsCMS/ckeditor/images/{article.slug[:24]}.jpg"
            texts.insert(
                1,
                f'<p style="text-align:center"><img alt="" src="{picture}" style="width:800px" /></p>\n'
                f'<p style="text-align:center"><em>{esc(written.caption)}</em></p>',
            )
        if written.author:
            texts.append(f'<p style="text-align:right"><strong>{esc(written.author)}</strong></p>')
        return "\n".join(texts)

    def _said(self, answer: object) -> Answer:
        return Answer(body=json.dumps(answer, ensure_ascii=False).encode(), content_type=_JSON)

    # ── Liferay ──

    def _liferay(self, asked: Asked) -> Answer | None:
        english = asked.path.startswith("/en_US/")
        path = re.sub(r"^/(en_US|vi_VN)(?=/)", "", unquote(asked.path))
        if asked.path.startswith("/vi_VN/") and not asked.host.startswith("adminmoh"):
            return self.failure(502)
        path = path.removeprefix("/web/guest")
        if match := re.fullmatch(r"/([a-z-]+)/-/asset_publisher/(\w{12})/content/([^/]+)", path):
            # instances move between pages: any of them leads to the story
            article = next((a for a in self.world.on_site("moh_liferay", asked.edition) if a.number == match[3]), None)
            if article is None or gone(article, asked.edition):
                return None
            return self.page(self.article_page(article, asked))
        if path.strip("/") in PAGES:
            return self._liferay_listing(path.strip("/"), asked, english)
        return None

    def _shelf(self, page: str, edition: int) -> list[Article]:
        return [a for a in self.world.on_site("moh_liferay", edition) if page in a.sections and not gone(a, edition)]

    def _liferay_listing(self, page: str, asked: Asked, english: bool) -> Answer:
        name, instance = PAGES[page]
        own = f"_101_INSTANCE_{instance}_"
        query = asked.query
        current, delta = int(query.get(f"{own}cur", 1)), int(query.get(f"{own}delta", ROWS))
        shelf = self._shelf(page, asked.edition)
        rows = shelf[(current - 1) * delta : current * delta]
        here = f"https://moh.gov.vn/{page}"
        shown = "\n".join(
            self._row(shortened(article), page, here, english, by_script=(current == 1 and index == 2))
            for index, article in enumerate(rows)
        )
        state = (
            f"p_p_id=101_INSTANCE_{instance}&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view&p_p_col_id=row-0-column-2"
            f"&p_p_col_count=1&{own}delta={delta}&{own}keywords=&{own}advancedSearch=false&{own}andOperator=true"
            f"&p_r_p_564233524_resetCur=false&{own}cur="
        )
        pager = ""
        if current > 1:
            pager += f'<li><a href="?{esc(state)}{current - 1}">Trước</a></li>'
        if current * delta < len(shelf):
            pager += f'<li><a href="?{esc(state)}{current + 1}">Tiếp theo</a></li>'
        furniture = self.furniture(asked, f"listing {page}")
        # the first row stands once more in a second portlet
        again = self._side_list(rows[:1], "vjYyM7O9aWnX", page, english)
        body = (
            f'{self._banner(name)}\n<div id="content"><h1>{esc(name)}</h1>\n'
            f'<div id="p_p_id_101_INSTANCE_{instance}_"><div><div><div><div><div><div>\n{shown}\n'
            f'<div><ul class="pager">{pager}</ul></div>\n</div></div></div></div></div></div></div>\n{again}\n'
            f"{self._trap_list(furniture, page)}\n</div>\n{self._foot(furniture)}"
        )
        return self.page(html_page(head=f"<title>{name} - {self.publisher}</title>", body=body, language="vi-VN"))

    def _row(self, article: Article, page: str, here: str, english: bool, *, by_script: bool) -> str:
        path = f"/{page}/-/asset_publisher/{PAGES[page][1]}/content/{article.number}"
        if by_script:
            return f"<div onclick=\"location.href='{path}'\"><h3>{esc(article.title)}</h3></div>"
        url = f"https://moh.gov.vn:443{path}?inheritRedirect=false&redirect={quote(here, safe='')}"
        return (
            f'<div><a href="{esc(url)}"><img src="/documents/20182/0/a.jpg?t={_milliseconds(article)}"></a>\n'
            f'<h3><a href="{esc(url)}">{esc(article.title)}</a></h3><p>{_utc_stamp(article, english)}</p>'
            f"<p>{esc(article.lead)}</p></div>"
        )

    def _side_list(self, articles: list[Article], instance: str, page: str, english: bool) -> str:
        rows = "\n".join(
            f'<div><h3><a href="/{page}/-/asset_publisher/{instance}/content/{a.number}?inheritRedirect=false">'
            f"{esc(a.title)}</a></h3>\n<p>{_utc_stamp(a, english)}</p></div>"
            for a in articles
        )
        return f'<div id="p_p_id_101_INSTANCE_{instance}_"><h1 class="portlet-title">{_GENERIC}</h1>\n{rows}\n</div>'

    def _trap_list(self, furniture: Furniture, page: str) -> str:
        base = self.world.base
        rows = "\n".join(
            f'<div><h3><a href="/{page}/-/asset_publisher/sqTagDPp4aRX/content/tin-cu-{number}?inheritRedirect=false">'
            f"{esc(title)}</a></h3>\n<p>Thứ Sáu, ngày {base:%d/%m/%Y} 0{number % 9}:4{number % 7}</p></div>"
            for title, _, number in furniture.related(f"list {page}", 6)
        )
        return f'<div id="p_p_id_101_INSTANCE_sqTagDPp4aRX_"><h1 class="portlet-title">{_GENERIC}</h1>\n{rows}\n</div>'

    def article_page(self, article: Article, asked: Asked) -> str:
        """A Liferay page; the portal has no pages with text."""
        english = asked.path.startswith("/en_US/")
        furniture = self.furniture(asked, article.number)
        page = article.sections[0]
        name, instance = PAGES[page]
        at = article.published
        marker = "PM" if at.hour >= 12 else "AM"
        others = [a for a in self._shelf(page, asked.edition) if a is not article][:5]
        texts = [f'<p><img src="{self._document(article)}" alt=""></p>', f"<p>{esc(article.title)}.</p>"]
        texts += [f"<p>{esc(text)}</p>" for text in article.paragraphs]
        if article.written.caption:
            texts.insert(4, f"<p>&nbsp;</p>\n<p>{esc(article.written.caption)}</p>")
        if article.written.form == "table":
            texts[0] = f'<table><tbody><tr><td><img src="{self._document(article)}"></td></tr></tbody></table>'
        text = "\n".join(texts)
        if article.written.form == "div":
            text = text.replace("<p>", "<div>").replace("</p>", "</div>")
        head = (
            f"<title>{_GENERIC} - Cổng thông tin Bộ Y tế</title>\n"
            f'<meta property="og:title" content="{esc(article.title)}">'
        )
        body = (
            f'{self._banner(name)}\n<div id="content"><div class="columns-2"><div id="column-1">\n'
            f'<div class="portlet-boundary portlet-asset-publisher" id="p_p_id_101_INSTANCE_{instance}_">\n'
            f'<section class="portlet"><header><h1 class="portlet-title">{_GENERIC}</h1></header>\n'
            f'<div class="asset-full-content"><div class="journal-content-article">\n'
            f'<h3 class="title">{esc(article.title)}</h3>\n'
            f'<p class="date"><span>{at:%d/%m/%Y | %H:%M} {marker}</span> <span> | </span><span class="author"></span></p>\n'
            f'<div class="body">\n{text}\n</div>\n</div></div></section></div>\n'
            f"{self._side_list(others, 'BvT7s3kQpLx2', page, english)}\n{self._trap_list(furniture, page)}\n</div>\n"
            '<div id="column-2"><div class="portlet-polls-display"><h1>Thăm dò ý kiến</h1><form>'
            '<label><input type="radio" name="p"> Rất hài lòng</label></form></div></div>\n</div></div>\n'
            f"{self._foot(furniture)}"
        )
        return html_page(head=head, body=body, language="en-US" if english else "vi-VN")

    def _document(self, article: Article) -> str:
        name = "+".join(article.slug.split("-")[:6])
        return f"/documents/20182/0/{name}.jpg/0f7a52c1-3a3e-4d1f-9f0e-6f2b5d0c9a11?t={_milliseconds(article)}"

    def _banner(self, name: str) -> str:
        menu = "".join(f'<li><a href="/{path}">{esc(label)}</a></li>' for path, (label, _) in PAGES.items())
        return (
            f'<header id="banner"><a href="/">{self.publisher}</a><nav id="navigation"><ul><li><a href="/gioi-thieu">'
            f"Giới thiệu</a></li>{menu}</ul></nav></header>\n"
            f'<nav id="breadcrumbs"><ol><li><a href="/">Trang chủ</a></li><li><a href="#">{esc(name)}</a></li></ol></nav>'
        )

    def _foot(self, furniture: Furniture) -> str:
        lines = paragraphs(
            [
                "Cơ quan chủ quản: Bộ Y tế. 138A Giảng Võ, Hà Nội.",
                f"Đang truy cập: {furniture.online()}. Hôm nay: {furniture.views()}.",
            ]
        )
        return f"<footer>{lines}</footer>"


def _milliseconds(article: Article) -> int:
    return int(article.published.timestamp() * 1000)


def _utc_stamp(article: Article, english: bool) -> str:
    """How Liferay's lists print a time: in UTC, without saying so."""
    at = article.published.astimezone(UTC)
    if english:
        return f"{_DAYS[at.weekday()]} {at:%Y-%m-%d %H:%M}"
    return f"{_WEEKDAYS[at.weekday()]}, ngày {at:%d/%m/%Y %H:%M}"
