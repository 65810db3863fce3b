"""Pages in the reader's time and words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree, html
from make_feeds import NOW, SITE, make_document, make_telling, make_view, make_views

from feeds import html_pages
from feeds.feed import compose
from feeds.labels import in_words, language_name
from feeds.spec import FeedSpec, automatic, everything
from storage.partners import partner_code, partner_name, slug_of
from storage.records import Precision, SourceState, Timestamp

SERVED = html_pages.Links(site=SITE, served=True, slugs=frozenset({"partner-no", "partner-world-bank"}))


def test_moments_are_told_in_the_sites_time() -> None:
    moment = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert in_words(moment, SITE) == "21 Nov 2026, 01:30 (UTC+7)"
    assert in_words(moment, SITE, day_only=True) == "21 Nov 2026"
    assert in_words(moment, replace(SITE, zone=UTC)) == "20 Nov 2026, 18:30 (UTC+0)"


def test_a_page_that_names_the_day_only_shows_the_day_only() -> None:
    midnight = Timestamp(at=datetime(2026, 11, 18, 17, tzinfo=UTC), precision=Precision.DAY, zone_assumed=True)
    view = make_view(1, link=make_telling(1, document=make_document(published=midnight)))
    text = html.fromstring(html_pages.story(SITE, view, [], SERVED)).text_content()
    assert "19 Nov 2026 (the page names the day only)" in text
    assert "00:00" not in text


def test_partners_lead_to_their_feeds_where_there_are_any() -> None:
    assert SERVED.partner("World Bank") == "/feeds/partner-world-bank"
    assert SERVED.partner("RU") is None
    assert html_pages.Links(site=SITE, served=False, slugs=SERVED.slugs).partner("NO") is None


def test_the_same_views_give_the_same_page() -> None:
    specs = automatic(["NO", "JP"], ["vi"])
    feed = compose(everything(), make_views(), SITE)
    stories = html_pages.Stories(entries=feed.entries, changed=feed.changed)
    assert html_pages.index(SITE, specs, stories, SERVED) == html_pages.index(SITE, specs, stories, SERVED)


def test_an_empty_archive_has_a_page_that_says_so() -> None:
    nothing = html_pages.Stories(entries=(), changed=NOW)
    text = html.fromstring(html_pages.index(SITE, [everything()], nothing, SERVED)).text_content()
    assert "No story yet" in text
    assert "No source has been visited yet" in html.fromstring(html_pages.sources(SITE, SERVED, [])).text_content()


def test_sources_tell_what_is_wrong() -> None:
    states = [
        ("Báo A", SourceState(slug="a", last_visit_at=NOW, last_success_at=NOW), None),
        ("Báo B", SourceState(slug="b", last_visit_at=NOW, problem="nothing new for 9 days <b>"), None),
        ("Báo C", SourceState(slug="c", next_visit_at=NOW + timedelta(hours=1)), None),
    ]
    page = html.fromstring(html_pages.sources(SITE, SERVED, states))
    rows = page.xpath("//tbody/tr")
    assert page.xpath("//thead//th/text()")[:2] == ["Source", "State"]  # the two that a narrow screen shows
    assert [row.xpath("string(td[2])") for row in rows] == [
        "well",
        "nothing new for 9 days <b>",
        "waiting for its first visit",
    ]


def test_opml_survives_any_title() -> None:
    spec = FeedSpec(slug="x", title='"A" & <b> \' \x00', description="]]> \ud800 d")
    outline = etree.fromstring(html_pages.opml(replace(SITE, name="A & <b>"), [spec])).find(".//outline")
    assert outline.get("title") == '"A" & <b> \''
    assert outline.get("description") == "]]> d"


@pytest.mark.parametrize(
    ("code", "english", "vietnamese"),
    [
        ("RU", "Russia", "Nga"),
        ("FR", "France", "Pháp"),
        ("WHO", "World Health Organization", "Tổ chức Y tế thế giới"),
        ("KfW", "KfW Development Bank", "Ngân hàng Tái thiết Đức"),
        ("MM", "Myanmar", "Myanmar"),
        ("HK", "Hong Kong", "Hồng Kông"),
    ],
)
def test_partners_have_names(code: str, english: str, vietnamese: str) -> None:
    assert partner_name(code) == english
    assert partner_name(code, "vi") == vietnamese
    assert partner_code(slug_of(code)) == code


def test_what_has_no_name_keeps_its_code() -> None:
    assert partner_name("Quỹ X") == "Quỹ X"
    assert language_name("xx") == "xx"
    assert partner_name("RU", "tlh") == "Russia"
