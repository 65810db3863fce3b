"""The replica of the press: that it behaves as the sites do, its truth is true, and the way to it is closed."""

import gzip
import http.client
import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from spiders.families import FAMILIES
from spiders.replica import BASE, Replica, Truth
from spiders.replica.__main__ import main
from spiders.replica.answers import Asked
from spiders.replica.furniture import HEADLINES
from spiders.replica.press import FOREIGN_HOST, replica_sources
from spiders.replica.route import loopback_base
from spiders.replica.world import World, Written, liferay_slug, load

pytestmark = pytest.mark.slow

FEED = "https://www.vietnamplus.vn/rss/xahoi/yte-325.rss"
LIST = "https://moh.gov.vn/bridge?url=/portal/api/lay_bai_viet_theo_danh_muc"
DETAIL = "https://moh.gov.vn/bridge?url=/portal/api/layChiTietBaiViet"


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(replica: Replica, url: str, method: str = "GET", body: bytes | None = None, /, **headers: str) -> Got:
    """Ask the replica for an address of the real site; a header's underscores stand for hyphens."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", int(replica.url.rpartition(":")[2]), timeout=10)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"Host": parts.netloc} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body=body, headers=sent)
        answer = connection.getresponse()
        return Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def ask_portal(replica: Replica, url: str, **values: object) -> Got:
    body = json.dumps({"CHUYEN_TRANG": "BO_YTE", "NGON_NGU": "TIENG_VIET", "PAGE_SIZE": 50} | values)
    return ask(replica, url, "POST", body.encode(), Content_Type="application/json; charset=utf-8")


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(patience=0) as running:
        yield running


def truth_of(replica: Replica, name: str) -> Truth:
    return next(truth for truth in replica.expected() if truth.id == name)


def make_written(**values: object) -> Written:
    fields: dict[str, object] = {
        "id": "one",
        "site": "vnexpress",
        "number": "4900001",
        "section": ("suc-khoe",),
        "title": "Một bài",
        "text": "Đoạn thứ nhất.\n\nĐoạn thứ hai.",
        "days": 1,
        "time": "08:00:00",
        "relevant": False,
    }
    return Written.model_validate(fields | values)


# ── The articles ────────────────────────────────────────────────────────────────────────────────────────────


def test_most_articles_are_not_cooperation_and_enough_are() -> None:
    written = load()
    relevant = [one for one in written if one.relevant]
    assert len(written) >= 60
    assert 18 <= len(relevant) < len(written) / 2
    partners = {partner for one in relevant for partner in one.partners}
    assert partners >= {"RU", "FR", "JP", "KR", "CU", "LA", "KH", "US", "AU", "DE", "WHO", "UNICEF", "JICA", "KOICA"}


def test_every_readable_article_has_a_text_worth_reading() -> None:
    with Replica() as running:
        thin = [t.id for t in running.expected() if t.readable and len(t.paragraphs) < 4]
        short = [t.id for t in running.expected() if t.readable and sum(map(len, t.paragraphs)) < 450]
    assert thin == []
    assert short == []


def test_copies_share_the_text_and_not_the_headline(replica: Replica) -> None:
    by_address = {truth.address: truth for truth in replica.expected()}
    copies = [truth for truth in by_address.values() if truth.copy_of]
    for copy in copies:
        original = by_address[copy.copy_of or ""]
        assert copy.paragraphs == original.paragraphs
        assert copy.title != original.title
        assert copy.source != original.source
        assert copy.published > original.published
    agency = truth_of(replica, "vnp-nhat-ung-thu")
    assert sorted(c.source for c in copies if c.copy_of == agency.address) == ["baoquocte_vn", "thoidai_com_vn"]
    assert any(copy.lead == by_address[copy.copy_of or ""].lead for copy in copies)  # the headline alone differs
    assert all(copy.lead != agency.lead for copy in copies if copy.copy_of == agency.address)


def test_a_copied_picture_names_the_page_it_came_from(replica: Replica) -> None:
    original = truth_of(replica, "vnp-nhat-ung-thu")
    for name in ("thoidai-nhat-copy", "bqt-nhat-copy"):
        page = ask(replica, truth_of(replica, name).address).text
        assert f'alt="{original.title} | Y tế | Vietnam+ (VietnamPlus)"' in page


def test_translations_stand_on_the_other_editions(replica: Replica) -> None:
    original = truth_of(replica, "vnp-nhat-ung-thu")
    editions = [t for t in replica.expected() if t.translation_of == original.address]
    assert sorted(t.language for t in editions) == ["en", "fr"]
    assert all(t.partners == original.partners and t.copy_of is None for t in editions)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"on": date(2026, 1, 2)}, "either days or on"),
        ({"text": ""}, "either a text of its own or copy_of"),
        ({"relevant": True}, "has partners"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_article_that_is_not_sound_is_refused(values: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make_written(**values)


def test_a_world_refuses_what_does_not_fit_together() -> None:
    with pytest.raises(ValueError, match="same id"):
        World(written=[make_written(), make_written()])
    with pytest.raises(ValueError, match="unknown article"):
        World(written=[make_written(text="", copy_of="another")])
    with pytest.raises(ValueError, match="do not stand in the text"):
        World(written=[make_written(edit={"replace": {"không có": "có"}})])


def test_nothing_is_dated_after_its_edition_or_in_the_future() -> None:
    base = date(2026, 3, 9)
    world = World(base)
    for written in world.written:
        article = world.article(written.id)
        assert article.published <= world.moment(max(written.edition, 1)), written.id
        assert article.modified.date() < base, written.id


def test_liferay_loses_the_letter_and_others_do_not() -> None:
    assert liferay_slug("Đại hội Đảng bộ") == "ai-hoi-ang-bo"


# ── The server ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_host_says_which_site_answers(replica: Replica) -> None:
    assert "vnexpress" in ask(replica, "https://vnexpress.net/").text.lower()
    assert "nhandan.vn" in ask(replica, "https://nhandan.vn/").text
    assert ask(replica, "https://unknown.example/").status == 421
    assert ask(replica, FEED).body == ask(replica, FEED.replace("www.", "")).body


def test_requests_are_recorded_until_forgotten(replica: Replica) -> None:
    got = ask(replica, FEED)
    ask(replica, "https://nhandan.vn/none", "HEAD")
    feed, missing = replica.requests
    assert (feed.method, feed.host, feed.path, feed.status) == (
        "GET",
        "www.vietnamplus.vn",
        "/rss/xahoi/yte-325.rss",
        200,
    )
    assert (feed.bytes, feed.edition) == (len(got.body), 1)
    assert (missing.method, missing.status, missing.bytes) == ("HEAD", 404, 0)
    assert "200 GET  www.vietnamplus.vn/rss/xahoi/yte-325.rss" in replica.log
    replica.forget()
    assert replica.requests == ()


def test_head_says_what_get_would_send(replica: Replica) -> None:
    got, head = ask(replica, FEED), ask(replica, FEED, "HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == str(len(got.body))
    assert head.headers["etag"] == got.headers["etag"]


def test_gzip_is_the_same_text_under_a_weak_tag(replica: Replica) -> None:
    plain, packed = ask(replica, FEED), ask(replica, FEED, Accept_Encoding="gzip, deflate")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert "content-encoding" not in ask(replica, FEED, Accept_Encoding="gzip;q=0").headers


@pytest.mark.parametrize("name", ["vnp-nhat-ung-thu", "nd-cuba-vaccine", "skds-gut", "vne-ngu-ngay", "bqt-dai-su-moi"])
def test_articles_of_sites_with_validators_are_not_sent_twice(replica: Replica, name: str) -> None:
    url = truth_of(replica, name).address
    first = ask(replica, url, Accept_Encoding="gzip")
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"If_None_Match": tag}, {"If_Modified_Since": changed}, {"If_None_Match": f'"other", {tag}'}):
        again = ask(replica, url, **headers)
        assert (again.status, again.body) == (304, b""), headers
        assert "etag" in again.headers
    # a tag that does not fit decides, whatever the date says
    assert ask(replica, url, If_None_Match='"other"', If_Modified_Since=changed).status == 200
    assert ask(replica, url, If_Modified_Since="no date at all").status == 200


@pytest.mark.parametrize(
    "url",
    [
        FEED,
        "https://vnexpress.net/rss/suc-khoe.rss",
        "https://suckhoedoisong.vn/y-te.htm",
        "https://nhandan.vn/sitemaps/google-news.xml",
        "https://vietnamnews.vn/rss/society.rss",
        "https://www.who.int/vietnam/news",
    ],
)
def test_listings_are_not_modified_until_the_next_edition(replica: Replica, url: str) -> None:
    first = ask(replica, url)
    conditions = {"If_Modified_Since": first.headers["last-modified"]}
    if "etag" in first.headers:
        conditions["If_None_Match"] = first.headers["etag"]
    assert ask(replica, url, **conditions).status == 304
    replica.turn(2)
    assert ask(replica, url, **conditions).status == 200


def test_two_sites_serve_no_validators(replica: Replica) -> None:
    for url in (
        truth_of(replica, "thoidai-dot-quy").address,
        "https://thoidai.com.vn/rss_feed/",
        "https://moh.gov.vn/hoat-dong-cua-lanh-dao-bo",
    ):
        got = ask(replica, url, If_None_Match="*", If_Modified_Since="Fri, 31 Dec 2099 00:00:00 GMT")
        assert got.status == 200
        assert not {"etag", "last-modified"} & got.headers.keys()


def test_a_tag_never_stands_for_two_texts(replica: Replica) -> None:
    for truth in replica.expected():
        seen: dict[str, bytes] = {}
        for edition in (1, 2, 1):
            replica.turn(edition)
            got = ask(replica, truth.address)
            if got.status == 200 and "etag" in got.headers:
                assert seen.setdefault(got.headers["etag"], got.body) == got.body
                # nor does a date: what has changed since is sent
                since = parsedate_to_datetime(got.headers["last-modified"])
                assert since.date() < BASE


def test_pages_of_thoidai_differ_each_time_and_their_text_does_not(replica: Replica) -> None:
    truth = truth_of(replica, "thoidai-phap-mo-tim")
    one, other = ask(replica, truth.address).text, ask(replica, truth.address).text
    assert one != other
    for text in (one, other):
        assert all(f"<p>{paragraph}</p>" in text for paragraph in truth.paragraphs)


def test_same_base_same_bytes_another_base_other_dates() -> None:
    urls = [FEED, "https://baochinhphu.vn/home.rss", "https://nhandan.vn/sitemaps/google-news.xml"]
    with Replica() as one, Replica() as same, Replica(base=BASE - timedelta(days=40)) as other:
        for url in urls:
            assert ask(one, url).body == ask(same, url).body != ask(other, url).body
        ids = {truth.id: truth.native_id for truth in one.expected()}
        moved = {truth.id: truth.native_id for truth in other.expected()}
        assert ids["vnp-bao"] == moved["vnp-bao"]
        assert ids["skds-gut"] != moved["skds-gut"]  # made of the time of creation


# ── Editions ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_second_edition_brings_edits_news_and_removals(replica: Replica) -> None:
    news = [truth for truth in replica.expected() if truth.edition == 2]
    edited = [truth for truth in replica.expected() if truth.edited]
    removed = {truth.address: truth.removed_status or 0 for truth in replica.expected() if truth.removed}
    assert len(news) >= 8
    assert len(edited) == 2
    assert sorted(removed.values()) == [404, 410]
    before = {truth.address: ask(replica, truth.address) for truth in [*edited, *news]}
    assert all(ask(replica, url).status == 200 for url in removed)
    replica.turn(2)
    for truth in edited:
        after = ask(replica, truth.address)
        assert before[truth.address].status == after.status == 200
        assert f">{truth.title}</h1>" in before[truth.address].text
        assert f">{truth.title}</h1>" not in after.text
        assert any(p in before[truth.address].text and p not in after.text for p in truth.paragraphs)
    for truth in news:
        if truth.source != "moh_gov_vn":
            assert before[truth.address].status == 404
            assert ask(replica, truth.address).status == 200
    assert {url: ask(replica, url).status for url in removed} == removed


def test_some_pages_are_the_same_in_both_editions(replica: Replica) -> None:
    url = truth_of(replica, "vne-duc-ghep-phoi").address
    first = ask(replica, url)
    replica.turn(2)
    assert ask(replica, url, If_None_Match=first.headers["etag"]).status == 304
    changed = truth_of(replica, "vnp-bao").address
    assert ask(replica, changed, If_None_Match=ask(replica, changed).headers["etag"]).status == 304
    replica.turn(1)
    tag = ask(replica, changed).headers["etag"]
    replica.turn(2)
    assert ask(replica, changed, If_None_Match=tag).status == 200  # the side lists are others, the text is not


def test_a_server_error_heals(replica: Replica) -> None:
    truth = truth_of(replica, "vnp-australia")
    assert (truth.edition, truth.from_edition) == (1, 2)
    assert ask(replica, truth.address).status == 500
    replica.turn(2)
    assert ask(replica, truth.address).status == 200


def test_there_is_no_third_edition(replica: Replica) -> None:
    with pytest.raises(ValueError, match="editions 1 to 2"):
        replica.turn(3)


# ── Traps ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_related_links_stand_beside_articles_that_have_nothing_to_do_with_them(replica: Replica) -> None:
    headlines = {title.replace("'", "&#x27;") for titles in HEADLINES.values() for title, _ in titles}
    for name in ("vnp-bong-da", "thoidai-am-thuc", "bqt-lao-thuong-mai", "nd-duong-sat", "skds-gut", "fr-festival"):
        replica.turn(2)
        page = ask(replica, truth_of(replica, name).address).text
        assert sum(title in page for title in headlines) >= 4, name
    for listing in (
        "https://thoidai.com.vn/huu-nghi",
        "https://suckhoedoisong.vn/y-te.htm",
        "https://nhandan.vn/y-te/",
    ):
        assert any(title in ask(replica, listing).text for title in headlines)


def test_related_links_lead_to_no_article(replica: Replica) -> None:
    page = ask(replica, truth_of(replica, "vnp-bong-da").address).text
    links = re.findall(r'href="(/related-post\d+\.vnp)"', page)
    assert links
    assert {ask(replica, f"https://www.vietnamplus.vn{link}").status for link in links} == {404}


def test_robots_forbid_one_article_and_say_how_fast(replica: Replica) -> None:
    robots = ask(replica, "https://baochinhphu.vn/robots.txt")
    truth = truth_of(replica, "bcp-cam")
    assert f"Disallow: {urlsplit(truth.address).path}\n" in robots.text
    assert "Crawl-delay: 0\n" in robots.text
    assert not truth.readable
    assert robots.headers["content-type"].startswith("text/plain")
    for source in replica_sources().values():
        assert "Disallow: /" in ask(replica, f"{source.home.rstrip('/')}/robots.txt".replace("/vietnam/", "/")).text


def test_one_article_leads_to_a_foreign_host(replica: Replica) -> None:
    got = ask(replica, truth_of(replica, "skds-redirect").address)
    assert got.status == 302
    assert urlsplit(got.headers["location"]).hostname == FOREIGN_HOST


def test_one_page_is_not_in_the_charset_it_claims(replica: Replica) -> None:
    truth = truth_of(replica, "nd-lao-binh-vien")
    got = ask(replica, truth.address)
    assert got.headers["content-type"] == "text/html; charset=ISO-8859-1"
    assert truth.title in got.body.decode("utf-8")


def test_one_page_is_slow() -> None:
    with Replica(patience=0.2) as running:
        began = time.monotonic()
        assert ask(running, truth_of(running, "skds-ghep-gan").address).status == 200
        assert time.monotonic() - began >= 0.25


def test_an_error_page_that_calls_itself_a_success(replica: Replica) -> None:
    got = ask(replica, "https://vietnamnews.vn/rss/politics-laws.rss")
    assert got.status == 200
    assert got.headers["content-type"].startswith("text/html")
    assert "Lỗi hệ thống" in got.text


# ── Feeds and sitemaps ──────────────────────────────────────────────────────────────────────────────────────


def test_feeds_have_the_dates_of_their_sites(replica: Replica) -> None:
    epi = ask(replica, FEED).text
    assert re.search(r"<pubDate>\w{3}, \d\d \w{3} 2026 \d\d:\d\d:00 \+0700</pubDate>", epi)
    assert "</a></br>" in epi
    short = ask(replica, "https://suckhoedoisong.vn/rss/home.rss").text
    assert re.search(r"\d\d:\d\d:00 \+07</pubDate>", short)
    assert "&#7879;" in short
    undated = ask(replica, "https://baochinhphu.vn/quoc-te.rss").text
    assert "<item>" in undated
    assert "<pubDate>" not in undated
    assert "<pubDate>" in ask(replica, "https://baochinhphu.vn/home.rss").text
    assert "<slash:comments>0" in ask(replica, "https://vnexpress.net/rss/suc-khoe.rss").text


def test_a_feed_in_utf_16_without_a_mark(replica: Replica) -> None:
    got = ask(replica, "https://vietnamnews.vn/rss/society.rss")
    assert got.body[:2] == b"<\x00"
    text = got.body.decode("utf-16-le")
    assert text.startswith('<?xml version="1.0" encoding="utf-16"?>')
    assert "Quảng Trị" in text


def test_one_feed_is_sound_and_empty(replica: Replica) -> None:
    got = ask(replica, "https://www.vietnamplus.vn/rss/thegioi/asean-356.rss")
    assert got.status == 200
    assert "<channel>" in got.text
    assert "<item>" not in got.text


def test_mastercms_gives_every_category_the_same_feed(replica: Replica) -> None:
    whole = ask(replica, "https://baoquocte.vn/rss_feed/").text
    assert ask(replica, "https://baoquocte.vn/rss_feed/kinh-te").text == whole
    assert ask(replica, "https://baoquocte.vn/xa-hoi/y-te/rss_feed/").text == whole
    assert all(p in whole for p in truth_of(replica, "bqt-duc-y-te-so").paragraphs)  # content:encoded has it all


def test_sitemaps_list_more_than_articles(replica: Replica) -> None:
    index = ask(replica, "https://www.vietnamplus.vn/sitemap.xml").text
    children = re.findall("<loc>(.*?)</loc>", index)
    assert [urlsplit(child).path for child in children] == [
        "/sitemaps/news-2026-11.xml",
        "/sitemaps/categories.xml",
        "/sitemaps/topics.xml",
        "/sitemaps/google-news.xml",
    ]
    assert {ask(replica, child).status for child in children} == {200}
    assert len(set(re.findall("<lastmod>(.*?)</lastmod>", ask(replica, children[0]).text))) == 1
    news = ask(replica, children[3]).text
    assert f"<news:title><![CDATA[{truth_of(replica, 'vnp-bao').title}]]>" in news


def listed(replica: Replica) -> dict[str, str]:
    """What the entry points of each source say, as many pages of each as a visit looks at."""
    said: dict[str, str] = {}
    for slug, source in replica_sources().items():
        family = FAMILIES[source.families[0]]
        for entry in source.entries:
            wanted = family.listing_request(entry)
            for _ in range(entry.pages):
                got = ask(replica, wanted.url, wanted.method, wanted.body, **dict(wanted.headers))
                assert got.status == 200, wanted.url
                utf16 = got.body[1:2] == b"\x00"
                said[slug] = said.get(slug, "") + got.body.decode("utf-16-le" if utf16 else "utf-8")
                following = None if utf16 else family.next_page(got.text, wanted.url)
                if following is None:
                    break
                wanted = type(wanted)(url=following)
    return said


def test_every_article_is_named_by_an_entry_of_its_source_when_it_is_new(replica: Replica) -> None:
    said = {}
    for edition in (1, 2):
        replica.turn(edition)
        said[edition] = listed(replica)
    for truth in replica.expected():
        name = f'"MA": "{truth.native_id}"' if truth.source == "moh_gov_vn" else truth.native_id
        assert (name in said[truth.edition][truth.source]) != truth.archive, truth.id
        if truth.edition == 2:
            assert name not in said[1][truth.source], truth.id
        if truth.removed:
            assert name not in said[2][truth.source], truth.id


def test_every_address_is_an_article_of_its_source(replica: Replica) -> None:
    sources = replica_sources()
    keys = {}
    for truth in replica.expected():
        source = sources[truth.source]
        assert source.is_article(truth.address), truth.address
        assert truth.native_id in source.key(truth.address)
        keys[source.key(truth.address)] = truth.id
    assert len(keys) == len(replica.expected())


# ── Families ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("vnp-nhat-ung-thu", ['h1 class="article__title cms-title"', 'class="article__sapo cms-desc"', "(TTXVN/Vietnam+)"]),  # noqa: E501
        ("vnp-nhat-ung-thu", ['<time class="time" datetime="2026-11-17T08:12:00+0700">', "| Vietnam+ (VietnamPlus)</title>"]),  # noqa: E501
        ("en-nhat-ung-thu", ["Hanoi (VNA) –", "./.</p>", '<html lang="en">']),
        ("fr-nhat-ung-thu", ["Hanoï (VNA) –", "- VNA</p>", "Voir plus"]),
        ("nd-cuba-vaccine", ['datetime="2026-11-17T11:35:00"', "Thứ Ba, ngày 17/11/2026 - 11:35", "NDO - ", 'title="Theo TTXVN"']),  # noqa: E501
        ("nd-cuba-vaccine", ['table class="picture"', '"@type": "NewsArticle"', "cms-body"]),
        ("thoidai-nhat-copy", ["12:40 | 17/11/2026 GMT+7", "<span>a</span><span>a</span>", "Theo Minh Hà/TTXVN"]),
        ("thoidai-nhat-copy", ["__MASTERCMS_CONTENT", "Nguồn: <a", "Phiên bản di động", "(Ảnh: Minh Hà/Vietnam+)"]),
        ("bqt-nhat-copy", ['<span class="format_time">18/11/2026 07:55</span>', 'id="__MB_MASTERCMS_EL_3"', "Theo TTXVN"]),  # noqa: E501
        ("skds-bach-mai-ky-ket", ['data-role="title"', 'title="2026-11-17T10:25:00"', "SKĐS - ", "kbwscwl-relatedbox", "&gt;&gt; <a"]),  # noqa: E501
        ("skds-my-khe-mieng", ["&#7879;", "PhotoCMS_Caption", "detail__same-cate-nmew"]),
        ("skds-gut", ['<p style="text-align:right"><b>BS. Nguyễn Văn Tài</b></p>']),
        ("bcp-han-nhan-luc", ["(Chinhphu.vn) - ", "afcbc-body", 'content="2026-11-16T17:40:00"']),
        ("vne-duc-ghep-phoi", ["Thứ hai, 16/11/2026, 19:25 (GMT+7)", 'article class="fck_detail "', "tplCaption", "+07:00"]),  # noqa: E501
        ("vnn-korea-hospital", ['id="abody"', "November 17, 2026 - 14:10", "HÀ NỘI — ", " — VNS</p>"]),
        ("who-measles", ["sf-detail-body-wrapper", '<span class="timestamp">17 November 2026</span>', '"datePublished"']),  # noqa: E501
        ("liferay-cuba", ["29/08/2025 | 14:10 PM", "Xuất bản thông tin - Cổng", "journal-content-article", "Thăm dò ý kiến"]),  # noqa: E501
    ],
)  # fmt: skip
def test_article_pages_are_laid_out_as_on_the_site(replica: Replica, name: str, marks: list[str]) -> None:
    page = ask(replica, truth_of(replica, name).address)
    assert page.status == 200
    assert [mark for mark in marks if mark not in page.text] == []


class Balance(HTMLParser):
    """Whether every element is closed, and in its turn."""

    EMPTY = frozenset({"meta", "link", "img", "input", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


def test_pages_are_whole_html(replica: Replica) -> None:
    replica.turn(2)
    urls = [truth.address for truth in replica.expected()]
    urls += [entry.url for source in replica_sources().values() for entry in source.entries if entry.kind == "listing"]
    urls += [f"https://{host}/" for host in ("vnexpress.net", "vietnamnews.vn", "nhandan.vn", "baoquocte.vn")]
    urls += ["https://moh.gov.vn/hoat-dong-cua-lanh-dao-bo", "https://thoidai.com.vn/none"]
    for url in urls:
        got = ask(replica, url)
        if got.headers.get("content-type", "").startswith("text/html"):
            balance = Balance()
            balance.feed(got.body.decode())
            balance.close()
            assert (balance.wrong, balance.open) == ([], []), url


def test_an_article_answers_under_its_other_addresses(replica: Replica) -> None:
    old = ask(replica, "https://www.vietnamplus.vn/whatever/1081201.vnp")
    assert (old.status, old.headers["location"]) == (301, truth_of(replica, "vnp-nhat-ung-thu").address)
    phone = ask(replica, truth_of(replica, "thoidai-dot-quy").address + "&mobile=yes&amp=1")
    assert phone.status == 200
    assert truth_of(replica, "thoidai-dot-quy").paragraphs[0] in phone.text
    number = truth_of(replica, "skds-gut").native_id
    assert re.fullmatch(r"169\d{15}", number)
    assert ask(replica, f"https://m.suckhoedoisong.vn/khac-{number}.htm").status == 200


def test_the_portal_shows_nothing_and_says_all_in_json(replica: Replica) -> None:
    shell = ask(replica, truth_of(replica, "moh-nga").address).text
    assert '<div id="app"></div>' in shell
    assert "Liên bang Nga" not in shell
    (group,) = json.loads(ask_portal(replica, LIST, MA_DANH_MUC="8349").body)
    assert (group["MA"], group["TEN_MUC"]) == ("8349", "Hợp tác quốc tế")
    items = {item["MA"]: item for item in group["ITEMS"]}
    assert items["168801"]["MA_DANH_MUC"] == "8349;8351"
    assert items["168801"]["THOI_GIAN_XUAT_BAN"] == "18/11/2026 02:10 PM"
    assert items["168812"]["THOI_GIAN_XUAT_BAN"].endswith("12:05 PM")
    assert items["168795"].keys() == {"MA", "TIEU_DE"}
    assert len(json.loads(ask_portal(replica, LIST, MA_DANH_MUC="8349", PAGE_SIZE=2).body)[0]["ITEMS"]) == 2
    assert "d" in json.loads(ask_portal(replica, LIST, MA_DANH_MUC="8358").body)
    assert json.loads(ask_portal(replica, LIST, MA_DANH_MUC="8355").body)[0]["ITEMS"] == []


def test_the_portal_answers_an_article_in_three_forms(replica: Replica) -> None:
    plain = json.loads(ask_portal(replica, DETAIL, maBaiViet="168801", maDanhMuc="8349").body)["d"]
    assert plain["thoiGianBatDauDang"] == "18/11/2026 02:10 PM"
    assert "<p>Chiều nay, tại trụ sở Bộ Y tế" in plain["noiDung"]
    (listed,) = json.loads(ask_portal(replica, DETAIL, maBaiViet="168807", maDanhMuc="8349").body)["d"]
    assert listed["ma"] == "168807"
    upper = json.loads(ask_portal(replica, DETAIL, maBaiViet="168812", maDanhMuc="8349").body)["d"]
    assert upper["TIEU_DE"] == truth_of(replica, "moh-lao").title
    midnight = json.loads(ask_portal(replica, DETAIL, maBaiViet="168795", maDanhMuc="8349").body)["d"]
    assert midnight["thoiGianBatDauDang"].endswith("12:05 AM")
    assert json.loads(ask_portal(replica, DETAIL, maBaiViet="1", maDanhMuc="8349").body) == {"d": None}


def test_the_portal_says_its_errors_under_200(replica: Replica) -> None:
    form = ask(replica, LIST, "POST", b"MA_DANH_MUC=8349", Content_Type="application/x-www-form-urlencoded")
    broken = ask_portal(replica, LIST, MA_DANH_MUC="8360")
    for got in (form, broken):
        assert got.status == 200
        assert got.text.startswith("<!DOCTYPE html>")
    assert ask(replica, LIST).status == 405
    replica.turn(2)
    assert ask_portal(replica, LIST, MA_DANH_MUC="8360").text.startswith("[")


def test_liferay_pages_have_many_addresses(replica: Replica) -> None:
    truth = truth_of(replica, "liferay-cuba")
    path = urlsplit(truth.address).path
    assert "/-/asset_publisher/k206Q9qkZOqn/content/bo-truong-bo-y-te-tiep-ai-su-cuba" in path
    elsewhere = path.replace("k206Q9qkZOqn", "TW6LTp1ZtwaN").replace("hoat-dong-cua-lanh-dao-bo", "tin-tong-hop")
    for url in (
        f"https://moh.gov.vn:443{path}?inheritRedirect=false&redirect=https%3A%2F%2Fmoh.gov.vn%2Ftin",
        f"https://moh.gov.vn/en_US{path}",
        f"https://moh.gov.vn/web/guest{path}",
        f"https://adminmoh.moh.gov.vn/vi_VN/web/guest{path}",
        f"https://moh.gov.vn{elsewhere}",
    ):
        got = ask(replica, url)
        assert got.status == 200, url
        assert truth.paragraphs[0] in got.text
    assert ask(replica, f"https://moh.gov.vn/vi_VN{path}").status == 502
    assert ask(replica, f"https://moh.gov.vn{path}-khac").status == 404


def test_a_liferay_listing_has_a_pager_and_a_row_that_only_a_script_opens(replica: Replica) -> None:
    url = "https://moh.gov.vn/hoat-dong-cua-lanh-dao-bo"
    first = ask(replica, url).text
    assert "Thứ Sáu, ngày 29/08/2025 07:10" in first  # 14:10 at home, printed in UTC
    assert first.count("onclick=\"location.href='/hoat-dong-cua-lanh-dao-bo/-/asset_publisher/") == 1
    assert first.count(f">{truth_of(replica, 'liferay-cuba').title}</a>") == 2  # in two portlets
    following = FAMILIES["liferay"].next_page(first, url)
    assert following is not None
    assert "_101_INSTANCE_k206Q9qkZOqn_cur=2" in following
    second = ask(replica, following).text
    assert truth_of(replica, "liferay-dai-hoi").title in second
    assert "Tiếp theo" not in second
    assert "Friday 2025-08-29 07:10" in ask(replica, "https://moh.gov.vn/en_US/hoat-dong-cua-lanh-dao-bo").text


def test_pagers_end(replica: Replica) -> None:
    replica.turn(2)
    for family, url, pages in (
        ("mastercms", "https://thoidai.com.vn/van-hoa-du-lich/khoe-dep", 2),
        ("sitefinity", "https://www.who.int/vietnam/news", 2),
        ("vnexpress", "https://vnexpress.net/suc-khoe", 1),
    ):
        seen = 0
        address: str | None = url
        while address is not None and seen < 9:
            got = ask(replica, address)
            assert got.status == 200
            address = FAMILIES[family].next_page(got.text, address)
            seen += 1
        assert seen == pages, family


def test_baoquocte_pages_by_date_and_offset(replica: Replica) -> None:
    assert '<div class="bx-listing fw lt mb clearfix">' in ask(replica, "https://baoquocte.vn/xa-hoi/y-te").text
    assert "&fv=2026-11-20&s_cond=&BRSR=3" in ask(replica, "https://baoquocte.vn/").text


def test_json_lists_of_epi_and_sitefinity(replica: Replica) -> None:
    more = json.loads(ask(replica, "https://nhandan.vn/api/morenews-zone-1309-0.html?phrase=&t").body)
    assert more["error_code"] == 0
    assert truth_of(replica, "nd-cuba-vaccine").address in more["data"]["articles"]
    assert json.loads(ask(replica, "https://nhandan.vn/api/morenews-zone-1309-9.html").body)["error_code"] == 2
    news = json.loads(ask(replica, "https://www.who.int/api/hubs/newsitems?sf_culture=en&$top=2").body)
    assert [set(item) for item in news["value"]] == [{"Title", "ItemDefaultUrl", "FormatedDate"}] * 2


def test_vccorp_loads_more_as_bare_rows(replica: Replica) -> None:
    rows = ask(replica, "https://suckhoedoisong.vn/timeline/1691/trang-1.htm").text
    assert rows.startswith('<li data-newsid="169')
    impossible = re.search(r'data-time="(2\d\d)/\d\d/2026', ask(replica, "https://suckhoedoisong.vn/y-te.htm").text)
    assert impossible is not None
    assert int(impossible[1]) > 31


# ── The way to the replica ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8901", "http://127.0.0.1:8901"),
        ("http://localhost:8901/", "http://127.0.0.1:8901"),
        ("http://127.8.8.8", "http://127.8.8.8:80"),
        ("http://[::1]:8901", "http://[::1]:8901"),
    ],
)
def test_loopback_addresses_are_taken(given: str, used: str) -> None:
    assert loopback_base(given) == used


@pytest.mark.parametrize(
    "given",
    [
        "http://192.0.2.7:8901",
        "http://0.0.0.0:8901",
        "https://127.0.0.1:8901",
        "http://127.0.0.1.nip.example:80",
        "http://localhost.example:80",
        "http://user@127.0.0.1:80",
        "http://127.0.0.1:80/path",
        "http://127.0.0.1:banana",
        "ftp://127.0.0.1",
        "127.0.0.1:8901",
        "",
    ],
)
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="on this machine"):
        loopback_base(given)


CRAWL = """
import json, sys
connected, resolved = [], []
def watch(event, arguments):
    if event == "socket.connect":
        connected.append(str(arguments[1][0]) if isinstance(arguments[1], tuple) else "local")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        resolved.append(str(arguments[0]))
sys.addaudithook(watch)
import scrapy
from scrapy.crawler import AsyncCrawlerProcess

seen = []
class Small(scrapy.Spider):
    name = "small"
    handle_httpstatus_list = [404, 500]
    async def start(self):
        for url in json.loads(sys.argv[2]):
            yield scrapy.Request(url, dont_filter=True)
        yield scrapy.Request(sys.argv[3], method="POST", body=sys.argv[4], headers={"Content-Type": "application/json"})
    def parse(self, response):
        seen.append([response.url, response.status, len(response.body), "download_latency" in response.meta])
process = AsyncCrawlerProcess({
    "HEALTHWIRE_REPLICA": sys.argv[1] or None, "ROBOTSTXT_OBEY": True, "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False, "RETRY_ENABLED": False, "LOG_LEVEL": "CRITICAL",
    "DOWNLOAD_HANDLERS": dict.fromkeys(["http", "https"], "spiders.replica.route.ReplicaRoute"),
})
process.crawl(Small)
process.start()
print(json.dumps({"seen": seen, "connected": sorted(set(connected)), "resolved": sorted(set(resolved))}))
"""


def crawl(base: str, urls: list[str], post: str, body: str) -> dict[str, list[object]]:
    """A small crawl in a process of its own: a reactor runs once."""
    command = [sys.executable, "-c", CRAWL, base, json.dumps(urls), post, body]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    answer: dict[str, list[object]] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_a_crawl_reaches_every_host_and_leaves_loopback_for_none(replica: Replica) -> None:
    first, forbidden = truth_of(replica, "vne-ngu-ngay"), truth_of(replica, "bcp-cam")
    old = "https://www.vietnamplus.vn/cu/1081201.vnp"
    plain = "http://nhandan.vn/rss/home.rss"
    broken, missing = truth_of(replica, "vnp-australia").address, "https://m.vnexpress.net/khong-co-4000000.html"
    pager = "https://thoidai.com.vn/van-hoa-du-lich/khoe-dep&s_cond=&BRSR=3"
    body = json.dumps({"CHUYEN_TRANG": "BO_YTE", "MA_DANH_MUC": "8349"})
    result = crawl(replica.url, [first.address, forbidden.address, old, plain, broken, missing, pager], LIST, body)
    seen = {str(row[0]): row[1:] for row in result["seen"] if isinstance(row, list)}
    assert {url: row[0] for url, row in seen.items()} == {
        first.address: 200,
        truth_of(replica, "vnp-nhat-ung-thu").address: 200,  # the redirect was followed
        plain: 200,
        broken: 500,
        missing: 404,
        pager: 200,
        LIST: 200,
    }
    assert all(row[2] for row in seen.values())  # autothrottle has its latency
    assert result["connected"] == ["127.0.0.1"]
    assert set(map(str, result["resolved"])) <= {"127.0.0.1"}
    asked = {(r.host, r.path) for r in replica.requests}
    assert ("baochinhphu.vn", "/robots.txt") in asked
    assert ("baochinhphu.vn", urlsplit(forbidden.address).path) not in asked


def test_without_a_replica_the_route_is_closed() -> None:
    result = crawl("", ["https://nhandan.vn/"], LIST, "{}")
    assert result["seen"] == []
    assert result["connected"] == []


def test_a_port_in_use_is_one_line(replica: Replica, capsys: pytest.CaptureFixture[str]) -> None:
    port = replica.url.rpartition(":")[2]
    assert main(["--port", port]) == 1
    assert capsys.readouterr().err == f"the replica cannot listen on port {port}: Address already in use\n"


def test_it_runs_alone_and_says_how_to_use_it() -> None:
    command = [sys.executable, "-m", "spiders.replica", "--port", "0", "--base", "2026-05-06"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as alone:
        assert alone.stdout is not None
        assert alone.stdin is not None
        line = alone.stdout.readline()
        assert "dated from 2026-05-06" in line
        port = int(re.findall(r"127\.0\.0\.1:(\d+)", line)[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/robots.txt", headers={"Host": "moh.gov.vn"})
        assert connection.getresponse().status == 200
        connection.close()
        alone.terminate()


def test_the_article_files_are_packaged() -> None:
    with open("pyproject.toml", "rb") as file:
        patterns = tomllib.load(file)["tool"]["setuptools"]["package-data"]["*"]
    assert "*.toml" in patterns


def test_an_answer_can_be_had_without_a_socket(replica: Replica) -> None:
    answer = replica.answer(Asked(method="GET", host="nhandan.vn", target="/rss/home.rss"))
    assert answer.status == 200
    assert replica.requests == ()
