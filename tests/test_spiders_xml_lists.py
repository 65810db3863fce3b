"""Feeds and sitemaps in every state they were met in, and what is none of them."""

import contextlib
import gzip
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.families.family import Link
from spiders.xml_lists import MOST_LINKS, Listing, NotListing, _pieces, parts_to_read, plain, read_listing

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
URL = "https://bao.example/rss/home.rss"


def make_item(number: int = 1, *, date: str | None = "Thu, 29 Aug 2024 14:10:00 +0700", title: str = "Bộ Y tế") -> str:
    pub = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title>{title}</title><link>https://bao.example/tin-post{number}.vnp</link>"
        f"<guid>https://bao.example/tin-post{number}.vnp</guid>{pub}"
        '<description><![CDATA[<a href="https://bao.example/x"><img src="y.jpg"></a></br>Lời dẫn.]]></description>'
        "</item>"
    )


def make_rss(*items: str, declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{declaration}<rss version="2.0"><channel><title>Báo</title>{"".join(items)}</channel></rss>'


def declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>'


def read(text: str | bytes, content_type: str | None = None, url: str = URL) -> Listing:
    return read_listing(text.encode() if isinstance(text, str) else text, content_type, url, ZONE)


class TestRss:
    def test_item(self) -> None:
        (link,) = read(make_rss(make_item())).links
        assert link.url == "https://bao.example/tin-post1.vnp"
        assert link.title == "Bộ Y tế"
        assert link.summary == "Lời dẫn."
        assert link.published is not None
        assert link.published.at == datetime(2024, 8, 29, 7, 10, tzinfo=UTC)
        assert not link.published.zone_assumed

    @pytest.mark.parametrize(
        ("date", "expected"),
        [
            ("Mon, 05 Oct 2026 11:07:00 +07", datetime(2026, 10, 5, 4, 7, tzinfo=UTC)),
            ("Mon, 05 Oct 26 14:10:00 +0700", datetime(2026, 10, 5, 7, 10, tzinfo=UTC)),
            ("10/2/2026 9:25:00 AM", datetime(2026, 10, 2, 2, 25, tzinfo=UTC)),
            ("Mon, 05 Oct 2026 04:07:00 GMT", datetime(2026, 10, 5, 4, 7, tzinfo=UTC)),
            (None, None),
            ("34/13/2026 - 21:56", None),
        ],
    )
    def test_dates(self, date: str | None, expected: datetime | None) -> None:
        (link,) = read(make_rss(make_item(date=date))).links
        assert (link.published.at if link.published else None) == expected

    def test_utf16_without_mark(self) -> None:
        text = make_rss(
            make_item(title="Thứ trưởng tiếp Đại sứ"), declaration='<?xml version="1.0" encoding="utf-16"?>'
        )
        for encoding in ("utf-16-le", "utf-16-be", "utf-16"):
            (link,) = read(text.encode(encoding), "text/xml; charset=utf-8").links
            assert link.title == "Thứ trưởng tiếp Đại sứ"

    @pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1258", "nonsense"])
    def test_wrong_declared_encoding(self, encoding: str) -> None:
        text = make_rss(make_item(title="Hợp tác quốc tế"), declaration=declared(encoding))
        (link,) = read(text.encode("utf-8")).links
        assert link.title == "Hợp tác quốc tế"

    def test_declared_encoding_is_used_where_it_is_true(self) -> None:
        text = make_rss(make_item(title="Coopération médicale"), declaration=declared("iso-8859-1"))
        text = text.replace("Lời dẫn.", "Résumé.").replace("Báo", "Revue")
        (link,) = read(text.encode("latin-1")).links
        assert link.title == "Coopération médicale"

    @pytest.mark.parametrize(
        "title",
        ["B&#7897; Y t&#7871;", "B&amp;#7897; Y t&amp;#7871;", "<![CDATA[B&#7897; Y t&#7871;]]>", "Bộ&nbsp;Y&#160;tế"],
    )
    def test_text_in_entities(self, title: str) -> None:
        (link,) = read(make_rss(make_item(title=title))).links
        assert link.title == "Bộ Y tế"

    def test_decomposed_letters_are_composed(self) -> None:
        (link,) = read(make_rss(make_item(title="Viê\u0323t Nam"))).links
        assert link.title == "Việt Nam"

    def test_bare_ampersand_and_control_characters(self) -> None:
        (link,) = read(make_rss(make_item(title="Y & Dược\x0b \x00"))).links
        assert link.title == "Y & Dược"

    def test_empty(self) -> None:
        assert read(make_rss()).links == ()

    def test_a_thousand(self) -> None:
        assert len(read(make_rss(*(make_item(n) for n in range(1000)))).links) == 1000

    def test_guid_that_is_no_link_is_not_followed(self) -> None:
        item = '<item><title>T</title><guid isPermaLink="false">https://bao.example/x</guid></item>'
        assert read(make_rss(item)).links == ()

    def test_other_vocabularies_do_not_speak_for_the_item(self) -> None:
        item = (
            '<item xmlns:media="http://search.yahoo.com/mrss/"><media:title>Ảnh</media:title>'
            "<title>Tin</title><link>/tin-post1.vnp</link></item>"
        )
        (link,) = read(make_rss(item)).links
        assert (link.title, link.url) == ("Tin", "https://bao.example/tin-post1.vnp")


class TestOtherFeeds:
    def test_rdf_has_items_beside_the_channel(self) -> None:
        (link,) = read(
            '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="c"><title>News</title></channel>'
            '<item rdf:about="https://mhlw.example/a"><title>A</title><link>https://mhlw.example/a</link>'
            "<dc:date>2026-10-05T11:07:00+09:00</dc:date></item></rdf:RDF>"
        ).links
        assert link.published is not None
        assert link.published.at == datetime(2026, 10, 5, 2, 7, tzinfo=UTC)

    def test_atom(self) -> None:
        listing = read(
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://zdrav.example/news/"><title>N</title><entry>'
            '<title type="html">&lt;b&gt;Встреча&lt;/b&gt;</title><link rel="self" href="x.atom"/>'
            '<link rel="alternate" href="1-vstrecha"/><updated>2026-10-05T11:07:00+03:00</updated></entry></feed>'
        )
        (link,) = listing.links
        assert (link.title, link.url) == ("Встреча", "https://zdrav.example/news/1-vstrecha")
        assert listing.changed == {link.url: datetime(2026, 10, 5, 8, 7, tzinfo=UTC)}


SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class TestSitemaps:
    def test_news(self) -> None:
        (link,) = read(
            f'<urlset {SITEMAP} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
            "<loc>https://bao.example/tin-post1.html</loc><news:news><news:publication><news:name>Báo</news:name>"
            "</news:publication><news:publication_date>2026-10-05T11:07:00+07:00</news:publication_date>"
            "<news:title><![CDATA[Tiếp Đại sứ]]></news:title></news:news></url></urlset>"
        ).links
        assert link.title == "Tiếp Đại sứ"
        assert link.published is not None
        assert link.published.at == datetime(2026, 10, 5, 4, 7, tzinfo=UTC)

    def test_lastmod_tells_of_edits(self) -> None:
        rows = "".join(
            f"<url><loc>https://bao.example/{n}</loc><lastmod>2026-10-0{n}T00:00:00Z</lastmod></url>" for n in (1, 2)
        )
        assert len(read(f"<urlset {SITEMAP}>{rows}</urlset>").changed) == 2

    def test_the_time_of_rebuilding_is_no_edit(self) -> None:
        rows = "".join(
            f"<url><loc>https://bao.example/{n}</loc><lastmod>2026-10-05T00:00:00Z</lastmod></url>" for n in (1, 2, 3)
        )
        listing = read(f"<urlset {SITEMAP}>{rows}</urlset>")
        assert len(listing.links) == 3
        assert listing.changed == {}

    def test_index_newest_first_without_categories(self) -> None:
        names = ("news-2026-9", "news-2026-10", "categories", "topics", "news-2025-12")
        rows = "".join(f"<sitemap><loc>https://bao.example/sitemaps/{n}.xml</loc></sitemap>" for n in names)
        listing = read(f"<sitemapindex {SITEMAP}>{rows}</sitemapindex>")
        assert [u.rpartition("/")[2] for u in parts_to_read(listing, (), 2)] == ["news-2026-10.xml", "news-2026-9.xml"]

    def test_gzip(self) -> None:
        body = gzip.compress(f"<urlset {SITEMAP}><url><loc>https://bao.example/1</loc></url></urlset>".encode())
        assert len(read(body).links) == 1


class TestNoListing:
    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("", "nothing"),
            ("   \n", "nothing"),
            ("<!DOCTYPE html><html><title>Đăng nhập</title><input type='password'></html>", "login page.*Đăng nhập"),
            ("<html><script>document.cookie='a=1';location.reload()</script></html>", "scripts"),
            ("<html><body>Lỗi hệ thống</body></html>", "HTML page"),
            ('{"error": 1}', "JSON"),
            ("405 Method Not Allowed", "no XML"),
            ("<note><to>x</to></note>", "neither feed nor sitemap"),
            ("<", "XML"),
        ],
    )
    def test_said_in_words(self, body: str, said: str) -> None:
        with pytest.raises(NotListing, match=said):
            read(body)

    def test_entity_bomb(self) -> None:
        bomb = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        with pytest.raises(NotListing, match="entities"):
            read(make_rss(make_item(title="&b;"), declaration='<?xml version="1.0"?>' + bomb))

    def test_external_entity(self) -> None:
        with pytest.raises(NotListing, match="entities"):
            read(
                '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                + make_rss(make_item(title="&x;"), declaration="")
            )

    def test_external_dtd_is_not_loaded(self) -> None:
        text = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd">' + make_rss(make_item(), declaration="")
        assert len(read(text).links) == 1

    def test_gzip_bomb(self) -> None:
        with pytest.raises(NotListing, match="unpacks to more"):
            read(gzip.compress(b"<rss>" + bytes(30_000_000)))

    def test_damaged_gzip(self) -> None:
        with pytest.raises(NotListing, match="gzip"):
            read(b"\x1f\x8b\x08\x00damaged")

    @settings(max_examples=200, deadline=timedelta(seconds=2))
    @given(
        st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda t: make_rss(f"<item>{t}</item>").encode()))
    )
    def test_any_bytes(self, body: bytes) -> None:
        links: tuple[Link, ...] = ()
        with contextlib.suppress(NotListing):
            links = read_listing(body, "text/xml", URL, ZONE).links
        assert all(link.url.startswith(("http://", "https://")) for link in links)


def test_plain_keeps_what_only_looks_like_a_tag() -> None:
    assert plain("Trẻ <5 tuổi &amp; mẹ") == "Trẻ <5 tuổi & mẹ"


def test_of_a_very_long_sitemap_the_newest_are_taken_whatever_its_order() -> None:
    rows = "".join(
        f"<url><loc>https://bao.example/{n}.html</loc><lastmod>{2000 + n // 300}-01-01</lastmod></url>"
        for n in range(MOST_LINKS + 900)
    )
    listing = read_listing(f"<urlset>{rows}</urlset>".encode(), None, "https://bao.example/s.xml", ZONE)
    assert len(listing.links) == MOST_LINKS
    assert listing.links[0].url.endswith(f"/{(MOST_LINKS + 899) // 300 * 300}.html")
    assert "https://bao.example/0.html" not in {link.url for link in listing.links}


def test_sections_that_are_never_closed_cost_no_more_than_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    class Counted(str):
        def find(self, *given: object) -> int:
            looks.append(1)
            return super().find(*given)  # type: ignore[arg-type]

    for count in (1_000, 4_000):
        looks.clear()
        assert "".join(_pieces(Counted("<![CDATA[" * count))) == "<![CDATA[" * count
        assert len(looks) <= 4
