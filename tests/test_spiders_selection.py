"""Which articles a visit asks for, what it complains of, and which redirects it follows."""

from datetime import UTC, datetime, timedelta

import pytest

from spiders.families.family import Link
from spiders.selection import complaint, dated, edited, listed_by, recent, resting, standstill, twin, wrong_way
from spiders.source import EntryKind, EntryPoint, Evidence, Source, load_sources, parse_source
from storage.records import Capture, CaptureKind, Page, Precision, Timestamp

NOW = datetime(2026, 10, 10, 3, 0, tzinfo=UTC)
SOURCE = load_sources()["suckhoedoisong_vn"]
ENTRY = EntryPoint(kind=EntryKind.FEED, url=SOURCE.entries[0].url, what="front page", evidence=Evidence.SEEN)


def make_link(number: int = 169261008141000123, *, hours: float | None = None, url: str | None = None) -> Link:
    at = None if hours is None else NOW - timedelta(hours=hours)
    stamp = Timestamp(at=at, precision=Precision.MINUTE, zone_assumed=False) if at else None
    return Link(url=url or f"https://suckhoedoisong.vn/mot-tin-{number}.htm", title="Một tin", published=stamp)


def make_page(seen: datetime) -> Page:
    return Page(source="s", key="k", address="https://suckhoedoisong.vn/x", first_seen_at=seen, last_seen_at=seen)


def make_capture(status: int, hours: float) -> Capture:
    return Capture(
        source="s", kind=CaptureKind.ARTICLE, address="a", key="k", requested_url="a", final_url="a", status=status,
        fetched_at=NOW - timedelta(hours=hours),
    )  # fmt: skip


class TestNamed:
    def test_each_key_once_foreign_and_sections_left_out(self) -> None:
        links = [
            make_link(),
            make_link(url="https://m.suckhoedoisong.vn/khac-169261008141000123.htm?utm_source=a"),
            make_link(url="https://tuoitre.vn/tin-100261008141000123.htm"),
            make_link(url="https://suckhoedoisong.vn/y-te.htm"),
            make_link(url="https://["),
        ]
        (one,) = listed_by(links, SOURCE, {})
        assert one.address == "https://suckhoedoisong.vn/mot-tin-169261008141000123.htm"

    def test_date_of_the_id_stands_in(self) -> None:
        assert dated(make_link(), SOURCE) == datetime(2026, 10, 8, 7, 10, tzinfo=UTC)
        assert dated(make_link(hours=1), SOURCE) == NOW - timedelta(hours=1)

    def test_old_ones_are_left_alone(self) -> None:
        links = [make_link(hours=24 * 15), make_link(169261009141000123, hours=1), make_link(169240829141000123)]
        assert [a.link for a in recent(listed_by(links, SOURCE, {}), SOURCE, NOW)] == [links[1]]

    def test_undated_counts_as_recent(self) -> None:
        source = load_sources()["thoidai_com_vn"]
        articles = listed_by([Link(url="https://thoidai.com.vn/tin-756909.html")], source, {})
        assert recent(articles, source, NOW) == articles


class TestKnown:
    @pytest.mark.parametrize(
        ("status", "hours", "rests"),
        [(200, 900, True), (304, 900, True), (404, 1, True), (404, 7, False), (301, 1, True), (500, 0.1, False)],
    )
    def test_resting(self, status: int, hours: float, rests: bool) -> None:
        assert resting([make_capture(status, hours)], NOW) is rests

    def test_never_captured(self) -> None:
        assert not resting([], NOW)

    def test_edited_when_the_listing_says_so(self) -> None:
        link = make_link(hours=30)
        (plain,) = listed_by([link], SOURCE, {})
        (touched,) = listed_by([link], SOURCE, {link.url: NOW - timedelta(hours=1)})
        page = make_page(NOW - timedelta(hours=2))
        assert not edited(plain, page, NOW)
        assert edited(touched, page, NOW)

    def test_dates_in_the_future_are_no_edits(self) -> None:
        (one,) = listed_by([make_link(hours=-5)], SOURCE, {})
        assert not edited(one, make_page(NOW - timedelta(hours=2)), NOW)


class TestSilence:
    def test_as_expected(self) -> None:
        assert complaint(ENTRY, listed_by([make_link(hours=1)], SOURCE, {}), 1, SOURCE, NOW) is None

    def test_nothing(self) -> None:
        assert "names no article" in str(complaint(ENTRY, [], 0, SOURCE, NOW))

    def test_only_foreign(self) -> None:
        assert "none of which is an article of this source" in str(complaint(ENTRY, [], 30, SOURCE, NOW))

    def test_allowed_to_be_empty(self) -> None:
        assert complaint(ENTRY.model_copy(update={"may_be_empty": True}), [], 0, SOURCE, NOW) is None

    def test_frozen(self) -> None:
        said = str(complaint(ENTRY, listed_by([make_link(hours=24 * 40)], SOURCE, {}), 1, SOURCE, NOW))
        assert "2026-08-31" in said
        assert "7 days" in said

    def test_undated_cannot_be_called_frozen(self) -> None:
        source = load_sources()["thoidai_com_vn"]
        articles = listed_by([Link(url="https://thoidai.com.vn/tin-756909.html")], source, {})
        assert complaint(ENTRY, articles, 1, source, NOW) is None

    def test_undated_list_that_stands_still(self) -> None:
        assert standstill(ENTRY, NOW - timedelta(days=6), SOURCE, NOW) is None
        assert "2026-09-30" in str(standstill(ENTRY, NOW - timedelta(days=10), SOURCE, NOW))

    def test_two_sections_with_the_same_articles(self) -> None:
        other = ENTRY.model_copy(update={"what": "Y tế"})
        many, few = frozenset(map(str, range(25))), frozenset(map(str, range(3)))
        assert "wrong section" in str(twin(other, many, {many: ENTRY}))
        assert twin(ENTRY, many, {many: ENTRY}) is None
        assert twin(other, many, {few: ENTRY}) is None
        assert twin(other, few, {few: ENTRY}) is None


class TestRedirects:
    SECTION = "https://suckhoedoisong.vn/y-te.htm"
    ARTICLE = "https://suckhoedoisong.vn/tin-n153232.html"

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("https://www.suckhoedoisong.vn/y-te.htm", None),
            ("https://suckhoedoisong.vn/y-te/", None),
            ("https://suckhoedoisong.vn/", "home page"),
            ("https://suckhoedoisong.vn/thoi-su.htm", "another section"),
            ("https://suckhoedoisong.vn/dang-nhap?next=/y-te.htm", "another section"),
            ("https://evil.example/y-te.htm", "foreign host"),
            ("http://suckhoedoisong.vn/y-te.htm", "without encryption"),
        ],
    )
    def test_of_a_section(self, target: str, said: str | None) -> None:
        why = wrong_way(self.SECTION, target, SOURCE, key=None)
        assert why is None if said is None else said in str(why)

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("https://suckhoedoisong.vn/tin-169153232.htm", None),
            ("https://m.suckhoedoisong.vn/ten-khac-169153232.htm", None),
            ("https://suckhoedoisong.vn/tin-169261008141000123.htm", "another article"),
            ("https://suckhoedoisong.vn/", "home page"),
            ("https://suckhoedoisong.vn/y-te.htm", "no article"),
            ("https://evil.example/tin-169153232.htm", "foreign host"),
        ],
    )
    def test_of_an_article(self, target: str, said: str | None) -> None:
        why = wrong_way(self.ARTICLE, target, SOURCE, key=SOURCE.key(self.ARTICLE))
        assert why is None if said is None else said in str(why)

    def test_liferay_decoration_is_the_same_section(self) -> None:
        moh = load_sources()["moh_gov_vn"]
        assert (
            wrong_way("https://moh.gov.vn/web/guest/tin-noi-bat", "https://moh.gov.vn/tin-noi-bat", moh, key=None)
            is None
        )


def test_source_without_family_goes_by_its_patterns() -> None:
    source: Source = parse_source(
        """
        name = "x"
        name_en = "x"
        kind = "ministry"
        country = "LA"
        language = "lo"
        home = "https://moh.example/"
        hosts = ["moh.example"]
        article = '^/news/\\d+'
        entries = [{kind = "listing", url = "https://moh.example/news", what = "news", evidence = "seen"}]
        """,
        "x.toml",
    )
    links = [Link(url="https://moh.example/news/12?utm_source=a"), Link(url="https://moh.example/about")]
    (one,) = listed_by(links, source, {})
    assert one.key == "https://moh.example/news/12"


def test_a_list_sorted_oldest_first_gives_its_newest_first() -> None:
    links = [Link(url=f"https://suckhoedoisong.vn/tin-16926{n:013d}.htm") for n in range(40)]
    changed = {link.url: NOW - timedelta(hours=40 - n) for n, link in enumerate(links)}
    wanted = [a.link.url for a in recent(listed_by(links, SOURCE, changed), SOURCE, NOW)]
    assert wanted == [link.url for link in reversed(links)]


def test_a_date_of_change_tells_that_an_article_is_old_where_no_other_is_known() -> None:
    link = Link(url="https://suckhoedoisong.vn/tin-169260000000000001.htm")
    aged = NOW - timedelta(days=SOURCE.limits.days_back + 1)
    assert recent(listed_by([link], SOURCE, {link.url: aged}), SOURCE, NOW) == []
