"""The CMS families: identity, listings, pagers and JSON answers, beyond what the golden pages show."""

import json
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from spiders.families import FAMILIES
from spiders.families.family import Family, Fetch, Link

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Entry:
    url: str
    method: str = "GET"
    body: str | None = None
    content_type: str | None = None


def native(family: str, url: str) -> str | None:
    return FAMILIES[family].native_id(urlsplit(url))


def links(family: str, text: str, url: str) -> list[Link]:
    return FAMILIES[family].links(text, url, HANOI)


# ── Identity ───────────────────────────────────────────────────────────────────────────────────────────────

SLUG = "bo-truong-tiep-ai-su-lien-bang-nga"


@pytest.mark.parametrize(
    "url",
    [
        f"https://moh.gov.vn/hoat-dong-cua-lanh-dao-bo/-/asset_publisher/k206Q9qkZOqn/content/{SLUG}",
        f"https://moh.gov.vn:443/en_US/tin-tong-hop/-/asset_publisher/TW6LTp1ZtwaN/content/{SLUG}",
        f"https://moh.gov.vn/vi_VN/web/guest/tin-noi-bat/-/asset_publisher/3Yst7YhbkA5j/content/{SLUG}",
        f"https://adminmoh.moh.gov.vn/tin-hoat-dong/-/asset_publisher/9bYsY6ejaTm8/content/{SLUG}?inheritRedirect=false",
        f"https://moh.gov.vn/x/-/asset_publisher/AAA/content/{SLUG}?inheritRedirect=false&redirect=https%3A%2F%2Fmoh.gov.vn"
        "%2Fx%3Fp_p_id%3D101_INSTANCE_AAA",
        f"https://moh.gov.vn/x?p_p_id=101_INSTANCE_AAA&_101_INSTANCE_AAA_urlTitle={SLUG}",
    ],
)
def test_a_liferay_article_is_one_under_all_its_addresses(url: str) -> None:
    assert native("liferay", url) == SLUG


@pytest.mark.parametrize(
    ("family", "url", "expected"),
    [
        ("liferay", "https://moh.gov.vn/hoat-dong-cua-lanh-dao-bo", None),
        ("liferay", "https://moh.gov.vn/x/-/asset_publisher/AAA/rss", None),
        ("liferay", "https://moh.gov.vn/x?p_p_id=101_INSTANCE_AAA&_101_INSTANCE_AAA_cur=2", None),
        ("moh_portal", "https://moh.gov.vn/index.jsp?pageId=5803&aid=170931&cid=8349", "170931"),
        ("moh_portal", "https://moh.gov.vn/index.jsp?aid=170931&cid=8351&pageId=5803", "170931"),
        ("moh_portal", "https://moh.gov.vn/index.jsp?pageId=5801&cid=8349", None),
        ("moh_portal", "https://moh.gov.vn/index.jsp?aid=../../etc", None),
        ("mastercms", "https://thoidai.com.vn/lien-doan-y-te-161618.html", "161618"),
        ("mastercms", "https://thoidai.com.vn/lien-doan-y-te-161618.html&mobile=yes&amp=1", "161618"),
        ("mastercms", "https://thoidai.com.vn/van-hoa-du-lich/khoe-dep&s_cond=&BRSR=15", None),
        ("epi", "https://www.vietnamplus.vn/slug-post234680.vnp", "234680"),
        ("epi", "https://www.vietnamplus.vn/slug/234680.vnp", "234680"),
        ("epi", "https://nhandan.vn/slug-post914190.html", "914190"),
        ("epi", "https://cn.nhandan.vn/article-post156813.html", "156813"),
        ("epi", "https://www.vietnamplus.vn/topic/asean-tp-107.vnp", None),
        ("epi", "https://www.vietnamplus.vn/thegioi.vnp", None),
        ("epi_old", "https://vietnamnews.vn/economy/business-beat/1728186/viet-nam-puts-an-end.html", "1728186"),
        ("epi_old", "https://vietnamnews.vn/society/1728186/another-slug.html", "1728186"),
        ("epi_old", "https://vietnamnews.vn/society", None),
        ("vccorp", "https://suckhoedoisong.vn/x-169240829141000123.htm", "169240829141000123"),
        ("vccorp", "https://suckhoedoisong.vn/x-169240829141000123.html", "169240829141000123"),
        ("vccorp", "https://suckhoedoisong.vn/x-n153232.html", "169153232"),
        ("vccorp", "https://suckhoedoisong.vn/x-169153232.htm", "169153232"),
        ("vccorp", "https://thanhnien.vn/x-n153232.html", None),  # the prefix is another paper's there
        ("vccorp", "https://suckhoedoisong.vn/y-te.htm", None),
        ("vccorp", "https://thanhnien.vn/covid-tags496799.html", None),
        ("vnexpress", "https://vnexpress.net/slug-4954454.html", "4954454"),
        ("vnexpress", "https://vnexpress.net/suc-khoe-p2", None),
        (
            "sitefinity",
            "https://www.who.int/vietnam/news/detail/29-08-2024-Slug",
            "vietnam/news/detail/29-08-2024-slug",
        ),
        (
            "sitefinity",
            "https://www.who.int/vietnam/vi/news/detail/29-08-2024-x",
            "vietnam/vi/news/detail/29-08-2024-x",
        ),
        ("sitefinity", "https://www.who.int/news/item/29-08-2024-slug", "news/item/29-08-2024-slug"),
        ("sitefinity", "https://www.who.int/vietnam/news/4", None),
        ("wordpress", "https://x.example/?p=123", "p=123"),
        ("wordpress", "https://x.example/2024/08/29/slug/", "2024/08/29/slug"),
        ("wordpress", "https://x.example/ambassador-opens-a-clinic/", "ambassador-opens-a-clinic"),
        ("wordpress", "https://x.example/wp-json/wp/v2/posts", None),
        ("wordpress", "https://x.example/wp-login-of-site/", None),
        ("wordpress", "https://x.example/category/news/", None),
    ],
)
def test_native_ids(family: str, url: str, expected: str | None) -> None:
    assert native(family, url) == expected


def test_families_are_known_by_their_names_and_layouts_by_theirs() -> None:
    assert all(family.name == name for name, family in FAMILIES.items())
    names = [layout.name for family in FAMILIES.values() for layout in family.layouts]
    assert len(names) == len(set(names))
    for family in FAMILIES.values():
        assert family.layouts
        assert all(layout.name.startswith(f"{family.name}/") for layout in family.layouts)
        for layout in family.layouts:
            assert layout.since is None or layout.until is None or layout.since < layout.until


def test_every_selector_of_every_layout_can_be_read() -> None:
    tree = LexborHTMLParser("<p>x</p>")
    for family in FAMILIES.values():
        for layout in family.layouts:
            for field in ("title", "body", "lead", "published", "modified", "byline", "section", "tags", "captions"):
                for selector in getattr(layout, field):
                    tree.css(selector.partition("@")[0])
            for selector in layout.drop:
                tree.css(selector)
        for rows in family.listings:
            tree.css(rows.row)


# ── The ministry's portal ──────────────────────────────────────────────────────────────────────────────────

PORTAL = "https://moh.gov.vn/index.jsp?pageId=5801&cid=8349"


def test_the_portal_is_asked_for_a_list_by_post() -> None:
    fetch = FAMILIES["moh_portal"].listing_request(Entry(PORTAL))
    assert fetch.url == "https://moh.gov.vn/bridge?url=/portal/api/lay_bai_viet_theo_danh_muc"
    assert fetch.method == "POST"
    assert fetch.headers["Content-Type"].startswith("application/json")
    asked = json.loads(fetch.body or b"")
    assert asked["CHUYEN_TRANG"] == "BO_YTE"
    assert asked["NGON_NGU"] == "TIENG_VIET"
    assert asked["MA_DANH_MUC"] == "8349"
    assert asked["TYPE"] == asked["ISEXTEND"] == 1
    assert asked["PAGE_SIZE"] > 0


def test_the_portal_is_asked_for_an_article_by_post() -> None:
    fetch = FAMILIES["moh_portal"].article_request("https://moh.gov.vn/index.jsp?aid=170931&cid=8349&pageId=5803")
    assert fetch.url == "https://moh.gov.vn/bridge?url=/portal/api/layChiTietBaiViet"
    assert fetch.method == "POST"
    assert json.loads(fetch.body or b"") == {"maBaiViet": "170931", "maDanhMuc": "8349"}


def test_other_families_ask_plainly() -> None:
    epi = FAMILIES["epi"]
    assert epi.article_request("https://nhandan.vn/x-post1234.html") == Fetch(url="https://nhandan.vn/x-post1234.html")
    assert epi.listing_request(Entry("https://nhandan.vn/y-te/")) == Fetch(url="https://nhandan.vn/y-te/")
    posted = epi.listing_request(Entry("https://nhandan.vn/api", "POST", "a=1", "application/x-www-form-urlencoded"))
    assert (posted.method, posted.body) == ("POST", b"a=1")
    assert posted.headers == {"Content-Type": "application/x-www-form-urlencoded"}


ITEM = {
    "MA": "123456",
    "TIEU_DE": "Tiếp Đại sứ",
    "THOI_GIAN_XUAT_BAN": "29/04/2026 08:30 AM",
    "MA_DANH_MUC": "8351;8349",
}
CAMEL = {"ma": "123456", "tieuDe": "Tiếp Đại sứ", "thoiGianXuatBan": "29/04/2026 08:30 AM", "maDanhMuc": "8351;8349"}


@pytest.mark.parametrize(
    "answer",
    [
        [{"MA": "8349", "TEN_MUC": "Hợp tác quốc tế", "ITEMS": [ITEM]}],
        {"d": [{"MA": "8349", "TEN_MUC": "Hợp tác quốc tế", "ITEMS": [ITEM]}]},
        {"data": [{"MA": "8349", "TEN_MUC": "Hợp tác quốc tế", "ITEMS": [ITEM]}]},
        {"d": {"MA": 8349, "TEN_MUC": "Hợp tác quốc tế", "ITEMS": [ITEM, ITEM]}},
        {"d": json.dumps([{"ma": "8349", "tenMuc": "Hợp tác quốc tế", "items": [CAMEL]}])},
    ],
)
def test_the_portals_list_is_read_however_it_is_wrapped(answer: object) -> None:
    (link,) = links("moh_portal", json.dumps(answer), PORTAL)
    assert link.url == "https://moh.gov.vn/index.jsp?pageId=5803&aid=123456&cid=8349"
    assert (link.title, link.section) == ("Tiếp Đại sứ", "Hợp tác quốc tế")
    assert link.published is not None
    assert link.published.at.isoformat() == "2026-04-29T08:30:00+07:00"
    assert link.published.zone_assumed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html><body><h1>Lỗi hệ thống</h1></body></html>",
        "[]",
        '{"d": null}',
        '{"d": [{"MA": "8349", "TEN_MUC": "x", "ITEMS": []}]}',
        '{"d": [{"MA": "8349", "ITEMS": [{"MA": "javascript:x"}, null, 7]}]}',
        "[" * 200_000,
        '{"ITEMS": "x"',
    ],
)
def test_no_list_gives_no_links(text: str) -> None:
    assert links("moh_portal", text, PORTAL) == []


DETAIL = {"ma": "123456", "tieuDe": "A &lt; B", "moTa": "<p>Sa pô</p>", "noiDung": "<p>Một<p>Hai</div></article>"}


@pytest.mark.parametrize(
    "answer",
    [
        {"d": DETAIL},
        {"d": [DETAIL]},
        DETAIL,
        {"d": {"MA": "123456", "TIEU_DE": "A &lt; B", "MO_TA": "<p>Sa pô</p>", "NOI_DUNG": DETAIL["noiDung"]}},
    ],
)
def test_the_portals_article_is_laid_out_whatever_its_markup(answer: object) -> None:
    html = FAMILIES["moh_portal"].unwrap(json.dumps(answer))
    assert html is not None
    tree = LexborHTMLParser(html)
    (layout,) = FAMILIES["moh_portal"].layouts
    assert [node.text() for node in tree.css(layout.title[0])] == ["A < B"]
    assert [node.text() for node in tree.css(layout.lead[0])] == ["Sa pô"]
    (body,) = tree.css(layout.body[0])
    assert [node.text() for node in body.css("p")] == ["Một", "Hai"]  # what the answer closes stays inside


@pytest.mark.parametrize(
    "text",
    [
        "<html></html>",
        "{",
        '{"d": null}',
        '{"d": []}',
        '{"d": {"ma": "1", "tieuDe": "", "noiDung": ""}}',
        '{"d": [{"MA": "8349", "TEN_MUC": "x", "ITEMS": [{"MA": "1", "TIEU_DE": "y"}]}]}',
    ],
)
def test_what_holds_no_article_is_not_unwrapped(text: str) -> None:
    assert FAMILIES["moh_portal"].unwrap(text) is None


# ── Liferay ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_liferay_list_prints_universal_time() -> None:
    page = (
        '<div id="p_p_id_101_INSTANCE_AAA_"><div><h3><a href="/x/-/asset_publisher/AAA/content/s">T</a></h3>'
        "<p>Thứ Năm, ngày 29/08/2024 07:10</p></div></div>"
    )
    (link,) = links("liferay", page, "https://moh.gov.vn/x")
    assert link.published is not None
    assert link.published.at.isoformat() == "2024-08-29T07:10:00+00:00"
    assert link.published.zone_assumed


def test_a_liferay_pager_follows_the_list_that_was_asked_for() -> None:
    def pager(instance: str, *pages: int) -> str:
        anchors = "".join(f'<li><a href="?_101_INSTANCE_{instance}_cur={n}">{n}</a></li>' for n in pages)
        return f'<div id="p_p_id_101_INSTANCE_{instance}_"><h3>x</h3><ul>{anchors}</ul></div>'

    page = pager("AAA", 1, 2, 3) + pager("BBB", 1, 2)
    family = FAMILIES["liferay"]
    assert family.next_page(page, "https://moh.gov.vn/x?_101_INSTANCE_AAA_cur=2") == (
        "https://moh.gov.vn/x?_101_INSTANCE_AAA_cur=3"
    )
    assert family.next_page(page, "https://moh.gov.vn/x?_101_INSTANCE_AAA_cur=3") is None
    assert family.next_page(page, "https://moh.gov.vn/x?_101_INSTANCE_BBB_cur=2") is None
    assert family.next_page(page, "https://moh.gov.vn/x") is not None


# ── Pagers and lists of the others ─────────────────────────────────────────────────────────────────────────


def test_a_mastercms_pager_goes_forward_and_ends() -> None:
    page = (
        '<div class="__MB_ARTICLE_PAGING fw"><a href="/kt&s_cond=&BRSR=0">Trước</a>'
        '<a href="/kt&amp;s_cond=&amp;BRSR=15">2</a><a href="/kt&s_cond=&BRSR=30">Sau</a></div>'
    )
    family = FAMILIES["mastercms"]
    assert family.next_page(page, "https://baoquocte.vn/kt") == "https://baoquocte.vn/kt&s_cond=&BRSR=15"
    assert (
        family.next_page(page, "https://baoquocte.vn/kt&s_cond=&BRSR=15") == "https://baoquocte.vn/kt&s_cond=&BRSR=30"
    )
    assert family.next_page(page, "https://baoquocte.vn/kt&s_cond=&BRSR=30") is None


def test_an_epi_api_stops_when_it_says_so() -> None:
    family = FAMILIES["epi"]
    url = "https://api-en.nhandan.vn/api/morenews-zone-1231-3.html?phrase="
    contents = [{"url": "/who-visits-post1234.html", "title": "WHO &amp; partners", "date": 1_749_441_600}]
    more = json.dumps({"error_code": 0, "data": {"contents": contents}})
    (link,) = links("epi", more, url)
    assert (link.url, link.title) == ("https://en.nhandan.vn/who-visits-post1234.html", "WHO & partners")
    assert family.next_page(more, url) == "https://api-en.nhandan.vn/api/morenews-zone-1231-4.html?phrase="
    last = json.dumps({"error_code": 0, "data": {"contents": contents, "load_more": False}})
    assert family.next_page(last, url) is None
    refused = json.dumps({"error_code": 1, "data": {"contents": contents}})
    assert links("epi", refused, url) == []
    assert family.next_page(refused, url) is None
    assert family.next_page(json.dumps({"error_code": 0, "data": {"articles": ""}}), url) is None


def test_a_sitefinity_list_is_read_from_its_api() -> None:
    answer = {
        "value": [
            {"Title": "A", "PublicationDateAndTime": "2026-07-21T09:30:00Z", "ItemDefaultUrl": "/21-07-2026-a"},
            {"Title": "B", "FormatedDate": "20 July 2026", "ItemDefaultUrl": "/20-07-2026-b"},
            {"Title": "no address"},
        ]
    }
    found = links("sitefinity", json.dumps(answer), "https://www.who.int/api/hubs/newsitems?sf_culture=en")
    assert [(link.url, link.published.at.isoformat() if link.published else None) for link in found] == [
        ("https://www.who.int/news/item/21-07-2026-a", "2026-07-21T09:30:00+00:00"),
        ("https://www.who.int/news/item/20-07-2026-b", "2026-07-20T00:00:00+07:00"),
    ]
    assert links("sitefinity", json.dumps(answer), "https://www.who.int/api/hubs/unheard-of") == []


def test_wordpress_is_read_from_its_api() -> None:
    post = {
        "link": "https://x.example/2025/03/14/a-b-c/",
        "date": "2025-03-14T17:10:00",
        "date_gmt": "2025-03-14T21:10:00",
        "title": {"rendered": "Uno &#8211; dos"},
        "excerpt": {"rendered": "<p>Resumen</p>"},
        "content": {"rendered": "<p>Texto</p>", "protected": False},
    }
    (link,) = links("wordpress", json.dumps([post]), "https://x.example/wp-json/wp/v2/posts")
    assert (link.title, link.summary) == ("Uno – dos", "Resumen")
    assert link.published is not None
    assert link.published.at.isoformat() == "2025-03-14T21:10:00+00:00"
    html = FAMILIES["wordpress"].unwrap(json.dumps(post))
    assert html is not None
    assert "<p>Texto</p>" in html
    assert 'href="https://x.example/2025/03/14/a-b-c/"' in html
    assert FAMILIES["wordpress"].unwrap(json.dumps([post])) is None


def test_a_list_of_another_design_gives_nothing_rather_than_every_link() -> None:
    page = '<ul class="redesigned"><li><a href="/slug-post234680.vnp">T</a></li></ul>'
    assert links("epi", page, "https://www.vietnamplus.vn/xahoi/yte/") == []


def test_a_row_mentioned_twice_is_one_link_with_what_both_say() -> None:
    page = (
        '<div class="abf-cate"><article class="story"><a class="story__thumb" href="/a-post1234.vnp"></a></article>'
        '<article class="story"><h2><a href="/a-post1234.vnp?x=1">T</a></h2></article></div>'
    )
    (link,) = links("epi", page, "https://www.vietnamplus.vn/")
    assert (link.url, link.title) == ("https://www.vietnamplus.vn/a-post1234.vnp", "T")


# ── Anything at all ────────────────────────────────────────────────────────────────────────────────────────

MARKUP = st.text(alphabet="<>ahref=\"'/ -post123.vnp{}[]:,&;\x00é", max_size=200)
FAMILY = st.sampled_from(sorted(FAMILIES))


@settings(max_examples=200, deadline=None)
@given(FAMILY, st.text(max_size=100) | MARKUP, st.sampled_from(["https://moh.gov.vn/x", "https://[", "", "mailto:a@b"]))
def test_any_text_is_answered(name: str, text: str, url: str) -> None:
    family: Family = FAMILIES[name]
    assert isinstance(family.links(text, url, HANOI), list)
    family.next_page(text, url)
    family.unwrap(text)
    family.article_request(url)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_hostile_lists_take_bounded_time(name: str) -> None:
    family = FAMILIES[name]
    start = time.perf_counter()
    for text in ("<div>" * 50_000, '<article class="story"><h2><a href="/a-post1234.vnp">' * 5_000, '{"d":' * 50_000):
        family.links(text, "https://moh.gov.vn/x", HANOI)
        family.next_page(text, "https://moh.gov.vn/x")
        family.unwrap(text)
    assert time.perf_counter() - start < 5


def test_an_address_of_the_portal_keeps_its_parts_in_any_order() -> None:
    (link,) = links("moh_portal", json.dumps([{"MA": "8349", "ITEMS": [ITEM]}]), PORTAL)
    assert parse_qs(urlsplit(link.url).query) == {"pageId": ["5803"], "aid": ["123456"], "cid": ["8349"]}
