"""Which of the days that a page names is the article's: what it shows, what it tells machines, what is others'."""

# ruff: noqa: E501 - the sentences of articles are as long as they are

from datetime import UTC, datetime

import pytest

from pipeline.reading.read import RawPage, read
from storage.records import Document, Precision

HEADLINE = "Two clinics on the coast share one ambulance boat"
TEXT = (
    "The boat leaves the northern harbour every morning before six, with a nurse, two stretchers and whatever the island has asked for.",
    "Doctors on both sides of the bay agreed on the timetable after a winter in which the road had been closed for eleven weeks.",
    "A fund set up by the two councils pays for fuel, and a shipyard in the south has offered to repair the engine without charge.",
    "Patients who were carried over in the first month say the crossing is rough, but shorter than the drive around the mountain.",
)


def make_page(
    *, head: str = "", above: str = "", beside: str = "", after: str = "", url: str = "https://bay.example/news/boat"
) -> RawPage:
    body = "".join(f"<p>{text}</p>" for text in TEXT)
    html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{HEADLINE}</title>{head}</head><body>
    {above}<main><h1>{HEADLINE}</h1>{beside}<div class="story">{body}</div>{after}</main></body></html>"""
    return RawPage(url=url, body=html.encode(), fetched_at=datetime(2024, 9, 1, tzinfo=UTC))


def document(page: RawPage) -> Document:
    outcome = read(page).outcome
    assert isinstance(outcome, Document), outcome
    return outcome


def day(page: RawPage) -> str | None:
    published = document(page).published
    return published.at.date().isoformat() if published else None


def meta(**named: str) -> str:
    return "".join(f'<meta property="article:{name}_time" content="{value}">' for name, value in named.items())


@pytest.mark.parametrize(
    ("beside", "after"),
    [
        ('<div class="newsletter-details"><p>August 29, 2024</p><p>Share</p></div>', ""),
        ('<div class="social-row"><p>Ann Bay</p><p><span class="Author_publicationTime__x1">2024-08-29T08:10+02:00 </span></p></div>', ""),
        ('<div class="author-info"><span class="author__meta-date">August 29, 2024 <span>|</span></span></div>', ""),
        ('<div class="post-meta"><span class="meta-date"><a href="/2024/08/29">August 29, 2024</a></span></div>', ""),
        ("<div><span>Published on Aug 29, 2024</span> <span>Updated on Aug 30, 2024</span></div>", ""),
        ("", "<div><p>A gift of the harbour museum.</p></div>" * 15 + '<div class="dateline"><p>Published</p><p class="date">Aug 29, 2024</p></div>'),
    ],
)  # fmt: skip
def test_a_date_that_only_the_page_shows(beside: str, after: str) -> None:
    page = make_page(beside=beside, after=after)
    assert day(page) == "2024-08-29"
    assert document(page).paragraphs[: len(TEXT)] == TEXT


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="citation_publication_date" content="2024 Aug 29">',
        '<meta name="dcterms.issued" content="2024-08-29">',
        '<script type="application/ld+json">{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;datePublished&quot;:&quot;2024-08-29&quot;}</script>',
        """<meta name="script:ld+json" content='{"@type":"NewsArticle","datePublished":"2024-08-29"}'>""",
    ],
)
def test_a_date_that_only_machines_are_told(head: str) -> None:
    assert day(make_page(head=head)) == "2024-08-29"


def test_a_day_of_todays_clock_is_not_the_articles() -> None:
    page = make_page(
        above='<div id="todays-date">Saturday, August 31, 2024</div>', beside='<div class="x">29 August 2024</div>'
    )
    assert day(page) == "2024-08-29"
    assert day(make_page(above='<div id="todays-date">Saturday, August 31, 2024</div>')) is None


def test_a_comments_time_is_not_the_articles() -> None:
    comment = '<div class="comment-list"><div class="comment"><time datetime="2024-08-31T10:00:00Z">1d</time><p>We were on that boat.</p></div></div>'
    assert day(make_page(beside=comment)) is None
    assert day(make_page(above='<p class="post-date">29 August 2024</p>', beside=comment)) == "2024-08-29"


def test_the_day_in_a_headline_is_its_subjects() -> None:
    page = make_page(beside='<p class="date">29 August 2024</p>')
    body = page.body.replace(HEADLINE.encode(), b"What we learnt from the storm of 3 March 2021")
    assert day(RawPage(url=page.url, body=body, fetched_at=page.fetched_at)) == "2024-08-29"


def test_an_update_is_the_date_only_where_nothing_is_better() -> None:
    updated = '<div class="post-date">Last updated on August 30, 2024</div>'
    alone = document(make_page(beside=updated))
    assert alone.published is not None
    assert alone.published.at.date().isoformat() == "2024-08-30"
    assert "the date of publication is that of an update" in alone.doubts
    assert day(make_page(beside=updated + '<div class="post-date">August 12, 2024</div>')) == "2024-08-12"


# ── Universal time and the day that is shown ───────────────────────────────────────────────────────────────


def test_a_moment_in_universal_time_is_told_in_the_day_that_the_page_shows() -> None:
    stated = "2024-08-30T02:41:41+00:00"
    found = document(
        make_page(head=meta(published=stated), beside='<p class="post-date">Posted on August 29, 2024</p>')
    )
    assert found.published is not None
    assert found.published.at.date().isoformat() == "2024-08-29"
    assert found.published.at == datetime.fromisoformat(stated)  # the moment itself is as stated
    assert (found.published.zone_assumed, found.published.precision) == (True, Precision.SECOND)


@pytest.mark.parametrize(
    "beside",
    [
        "",  # nothing is shown
        '<p class="date">August 30, 2024</p>',  # the same day
        '<p class="date">August 27, 2024</p>',  # a day that this moment is of nowhere
        "<p>On August 29, 2024 the harbour master had asked both councils for a second boat, and was told to wait for spring.</p>",
    ],
)
def test_otherwise_universal_time_stays(beside: str) -> None:
    found = document(make_page(head=meta(published="2024-08-30T02:41:41Z"), beside=beside)).published
    assert found is not None
    assert (found.at.isoformat(), found.zone_assumed) == ("2024-08-30T02:41:41+00:00", False)


def test_the_day_in_the_address_is_the_sites_own() -> None:
    page = make_page(head=meta(published="2024-08-30T02:41:41Z"), url="https://bay.example/2024/08/29/boat")
    assert day(page) == "2024-08-29"


def test_a_site_of_a_known_zone_is_told_in_that_zone_only() -> None:
    head = meta(published="2024-08-28T20:30:00Z")
    here = make_page(head=head, beside='<p class="date">29/08/2024</p>', url="https://baomau.vn/bai-1")
    found = document(here).published
    assert found is not None
    assert found.at.isoformat() == "2024-08-29T03:30:00+07:00"
    there = make_page(head=head, beside='<p class="date">27/08/2024</p>', url="https://baomau.vn/bai-1")
    assert day(there) == "2024-08-28"


# ── A page's last build and the article's day ──────────────────────────────────────────────────────────────

BUILT = meta(published="2024-08-20T10:00:00Z", modified="2024-08-20T10:00:00Z")


def test_a_statement_that_is_the_last_change_gives_way_to_an_earlier_day_beside_the_headline() -> None:
    found = document(make_page(head=BUILT, beside='<div class="blogpost-date">May 14, 2024</div>'))
    assert found.published is not None
    assert found.published.at.date().isoformat() == "2024-05-14"
    assert "the page's data give 2024-08-20 as the day of publication" in found.doubts
    shown_below = '<div>Published <time pubdate datetime="2024-05-14">May 14, 2024</time></div>'
    assert day(make_page(head=BUILT, after=shown_below)) == "2024-05-14"


@pytest.mark.parametrize(
    ("head", "beside", "after"),
    [
        (BUILT, '<p class="date">Updated May 14, 2024</p>', ""),
        (BUILT, '<p class="date">August 25, 2024</p>', ""),  # later: an update's
        (BUILT, "", '<ul class="related"><li><time class="published" datetime="2024-05-14">May 14, 2024</time> <a href="/b">Harbour museum opens its doors to the public again</a></li></ul>'),
        (meta(published="2024-08-20T10:00:00Z", modified="2024-08-22T10:00:00Z"), '<p class="date">May 14, 2024</p>', ""),
    ],
)  # fmt: skip
def test_otherwise_what_is_stated_counts(head: str, beside: str, after: str) -> None:
    assert day(make_page(head=head, beside=beside, after=after)) == "2024-08-20"


def test_a_date_of_the_page_gives_way_only_where_the_article_states_none() -> None:
    page_level = (
        '<script type="application/ld+json">{"@type":"WebPage","datePublished":"2024-08-20T09:00:00Z"}</script>'
    )
    shown = '<time class="date">May 14, 2024</time>'
    assert day(make_page(head=page_level, beside=shown)) == "2024-05-14"
    assert day(make_page(head=page_level + meta(published="2024-08-20"), beside=shown)) == "2024-08-20"
    assert day(make_page(head=page_level)) == "2024-08-20"


def test_the_address_is_doubted() -> None:
    found = document(make_page(url="https://bay.example/2024/08/29/boat"))
    assert found.published is not None
    assert found.published.at.date().isoformat() == "2024-08-29"
    assert "the date of publication is the address's" in found.doubts
