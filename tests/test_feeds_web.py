"""The web application: what it serves, when it answers 304, what it refuses, and that it never lets a page run code."""

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

import feedparser
import httpx2
import pytest
from lxml import html
from make_feeds import NOW, SITE, keep, make_document, make_store, make_telling, make_verdict, make_view
from starlette.testclient import TestClient

from feeds.publish import publish
from feeds.spec import FeedSpec
from feeds.web import create_app
from feeds.web.app import SEARCHES_AT_ONCE, SEARCHES_WAITING
from feeds.web.body import accepts_gzip
from storage.archive import Archive
from storage.records import Evidence, SourceState, Visit, VisitState
from storage.store import Store
from storage.story_filter import StoryFilter

OWN = FeedSpec(slug="training", title="Training", description="Training", filter=StoryFilter(themes=("training",)))
FEED = "/feeds/health-cooperation.atom"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def store(told_store: Store) -> Store:
    return told_store


@pytest.fixture
def client(store: Store) -> TestClient:
    app = create_app(store, SITE, [OWN], retired=lambda: ("old-feed",))
    return TestClient(app, base_url="http://news.example.org", headers={"Accept-Encoding": "identity", "Accept": "*/*"})


# ── feeds ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("rss", "application/rss+xml; charset=utf-8"),
        ("atom", "application/atom+xml; charset=utf-8"),
        ("json", "application/feed+json"),
    ],
)
def test_feeds_have_their_media_types(client: TestClient, form: str, media_type: str) -> None:
    got = client.get(f"/feeds/health-cooperation.{form}")
    assert (got.status_code, got.headers["content-type"]) == (200, media_type)
    assert got.headers["cache-control"] == "public, max-age=1800"
    assert got.headers["access-control-allow-origin"] == "*"


def test_the_served_and_the_published_bytes_are_the_same(client: TestClient, store: Store, tmp_path: Path) -> None:
    out = publish(store, tmp_path / "feeds", SITE, [OWN]).directory
    for name in ("health-cooperation.rss", "partner-who.atom", "language-vi.json", "training.rss", "feed.css"):
        assert client.get(f"/feeds/{name}").content == (out / name).read_bytes()
    assert client.get("/opml").content == (out / "feeds.opml").read_bytes()
    assert client.get("/all-feeds.opml").content == (out / "all-feeds.opml").read_bytes()
    assert client.get("/style.css").content == (out / "style.css").read_bytes()


def test_a_browser_gets_the_feed_as_xml_with_its_stylesheet(client: TestClient) -> None:
    got = client.get(FEED, headers={"Accept": BROWSER})
    assert got.headers["content-type"] == "application/xml; charset=utf-8"
    assert got.headers["vary"] == "Accept-Encoding, Accept"
    assert got.content == client.get(FEED).content
    assert client.get("/feeds/feed.css").headers["content-type"] == "text/css; charset=utf-8"


def test_max_age_equals_ttl(client: TestClient) -> None:
    got = client.get("/feeds/health-cooperation.rss")
    assert f"<ttl>{int(got.headers['cache-control'].rpartition('=')[2]) // 60}</ttl>" in got.text


# ── validators ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_known_feed_is_not_sent_again(client: TestClient) -> None:
    first = client.get(FEED)
    assert first.headers["etag"].startswith('"')
    for known in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        got = client.get(FEED, headers=known)
        assert (got.status_code, got.content) == (304, b"")
        for name in ("etag", "cache-control", "vary", "last-modified"):
            assert got.headers[name] == first.headers[name]
        assert "content-type" not in got.headers


def test_if_none_match_wins_over_if_modified_since(client: TestClient) -> None:
    modified = client.get(FEED).headers["last-modified"]
    assert client.get(FEED, headers={"If-None-Match": '"other"', "If-Modified-Since": modified}).status_code == 200


@pytest.mark.parametrize("since", ["Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", "", "99999999999999", "0"])
def test_an_old_or_senseless_date_gets_the_feed(client: TestClient, since: str) -> None:
    assert client.get(FEED, headers={"If-Modified-Since": since}).status_code == 200


def test_validators_change_with_the_body_and_only_with_it(client: TestClient, store: Store) -> None:
    first, japan = client.get(FEED), client.get("/feeds/partner-jp.atom")
    with store.write() as archive:
        keep(archive, make_view(6))
    second = client.get(FEED)
    assert second.headers["etag"] != first.headers["etag"]
    assert parsedate_to_datetime(second.headers["last-modified"]) > parsedate_to_datetime(
        first.headers["last-modified"]
    )
    assert client.get(FEED, headers={"If-Modified-Since": first.headers["last-modified"]}).status_code == 200
    again = client.get("/feeds/partner-jp.atom")
    for name in ("etag", "last-modified"):
        assert again.headers[name] == japan.headers[name]


def test_another_process_gives_the_same_validators(client: TestClient, store: Store) -> None:
    other = TestClient(create_app(store, SITE, [OWN]), headers={"Accept-Encoding": "identity"})
    for name in ("etag", "last-modified"):
        assert other.get(FEED).headers[name] == client.get(FEED).headers[name]


def test_finished_bytes_are_kept_until_another_process_writes(
    client: TestClient, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(FEED)
    built = []
    real = Store.read
    monkeypatch.setattr(Store, "read", lambda self: built.append(1) or real(self))
    first = client.get(FEED)
    assert built == []
    with Store.open(f"sqlite:///{tmp_path / 'archive.db'}") as elsewhere, elsewhere.write() as archive:
        keep(archive, make_view(6))
    assert client.get(FEED).content != first.content
    assert built


def test_a_withdrawal_shows_at_once(client: TestClient, store: Store) -> None:
    client.get(FEED)
    with store.write() as archive:
        story = archive.stories.by_uid(f"{1:020x}")
        assert story is not None
        archive.stories.save(replace(story, withdrawn_at=NOW + timedelta(days=1)))
        archive.stories.add_verdict(make_verdict(relevant=False, story_id=story.id, judged_at=NOW + timedelta(days=1)))
    text = client.get(FEED).text
    assert f"<id>tag:news.example.org,2026:story/{1:020x}</id>" not in text
    assert "deleted-entry" in text
    page = client.get(f"/stories/{1:020x}")
    assert (page.status_code, "Withdrawn since 21 Nov 2026, 15:00 (UTC+7)" in page.text) == (200, True)


# ── HEAD, gzip, methods ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/", FEED, "/opml", "/api/stories", "/health", f"/stories/{1:020x}", "/nothing"])
def test_head_says_what_get_says_without_the_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == got.status_code
    assert dict(head.headers) == dict(got.headers)
    assert int(got.headers["content-length"]) == len(got.content)


def test_gzip_is_another_representation_with_its_own_validator(client: TestClient) -> None:
    plain = client.get(FEED)
    with client.stream("GET", FEED, headers={"Accept-Encoding": "br, gzip"}) as got:
        raw = b"".join(got.iter_raw())
    assert got.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert len(raw) == int(got.headers["content-length"]) < len(plain.content)
    assert got.headers["etag"] != plain.headers["etag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": got.headers["etag"]}
    assert client.get(FEED, headers=known).status_code == 304
    assert client.get(FEED, headers={"If-None-Match": got.headers["etag"]}).status_code == 200


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("gzip;q=0", False),
        ("GZIP;q=0.5, br", True),
        ("*", True),
        ("br, *;q=0", False),
        ("", False),
        ("identity", False),
        ("x-gzip", True),
        ("gzip;q=x", True),
        ("*;q=1, gzip;q=0.0", False),
    ],
)
def test_accept_encoding(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) == accepted


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", FEED, "/api/stories"])
def test_nothing_can_be_written(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 405


# ── what is not there ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path", ["/feeds/nothing.rss", "/feeds/nothing", "/feeds/partner-zz.atom", "/feeds/..%2f..%2fetc.rss"]
)
def test_an_unknown_feed_says_what_exists(client: TestClient, path: str) -> None:
    got = client.get(path)
    assert (got.status_code, got.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert "/feeds/partner-jp.rss" in got.text
    page = client.get(path, headers={"Accept": BROWSER})
    assert page.status_code == 404
    assert html.fromstring(page.content).xpath("//a[@href='/feeds/partner-jp.rss']")


def test_an_unknown_format_is_not_found(client: TestClient) -> None:
    assert client.get("/feeds/health-cooperation.rdf").status_code == 404
    assert client.get("/feeds/style.css").status_code == 404


def test_a_retired_feed_is_gone(client: TestClient) -> None:
    got = client.get("/feeds/old-feed.rss")
    assert got.status_code == 410
    assert "unsubscribe" in got.text


def test_a_partner_without_stories_has_an_empty_feed(client: TestClient) -> None:
    read = feedparser.parse(client.get("/feeds/partner-ru.atom").content)
    assert (read.bozo, read.entries, read.feed.title) == (False, [], "Health cooperation: Russia / Nga")


@pytest.mark.parametrize("path", ["/nothing", "/stories/nothing", "/stories/%3Cscript%3E", "/feeds/%3Cscript%3E.rss"])
def test_other_unknown_addresses_are_not_found(client: TestClient, path: str) -> None:
    for accept in ("*/*", BROWSER):
        got = client.get(path, headers={"Accept": accept})
        assert got.status_code == 404
        assert "<script" not in got.text


def test_an_archive_out_of_reach_is_said_in_one_line(store: Store, client: TestClient, tmp_path: Path) -> None:
    empty = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    got = TestClient(create_app(empty, SITE)).get(FEED)
    assert got.status_code == 503
    assert got.headers["retry-after"] == "60"
    assert got.text.count("\n") == 1
    empty.close()


# ── pages ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_front_page_lists_stories_with_reasons_and_feeds(client: TestClient) -> None:
    page = html.fromstring(client.get("/").content)
    text = page.text_content()
    assert "Agreement with Japan and WHO" in text
    assert "tiếp Đại sứ Na Uy" in text
    hrefs = [str(href) for href in page.xpath("//a/@href | //link/@href")]
    assert {"/feeds/health-cooperation.rss", "/feeds/partner-jp.json", "/opml", "/style.css"} <= set(hrefs)
    assert f"/stories/{2:020x}" in hrefs
    assert page.xpath("//html/@lang") == ["en"]
    assert page.xpath("//h3/@lang")


def test_every_address_of_the_front_page_answers(client: TestClient) -> None:
    page = html.fromstring(client.get("/").content)
    for href in {str(href).partition("#")[0] for href in page.xpath("//a/@href | //link/@href")} - {""}:
        if href.startswith("/"):
            assert client.get(href).status_code == 200, href


def test_a_story_page_shows_evidence_tellings_and_revisions(client: TestClient) -> None:
    text = html.fromstring(client.get(f"/stories/{2:020x}").content).text_content()
    assert "khai trương siêu thị" in text  # what speaks against it stands here, too
    assert "Vietnam, Japan sign vaccine agreement" in text
    assert "the same story in another language" in text
    assert text.count("edited (text)") == 2


def test_search_finds_words_with_and_without_accents(client: TestClient) -> None:
    for query in ("vắc xin", "vac xin", '"nhat ban"'):
        text = client.get("/search", params={"q": query}).text
        assert f"/stories/{2:020x}" in text
        assert f"/stories/{5:020x}" not in text
    assert "Nothing was found" in client.get("/search", params={"q": "zzzz"}).text
    assert client.get("/search").status_code == 200


@pytest.mark.parametrize(
    "query", ['"', "*", "a OR", "NEAR(", "title:x", "'; DROP TABLE stories;--", "<script>", "\x00", "x" * 5000]
)
def test_no_query_is_an_error(client: TestClient, query: str) -> None:
    got = client.get("/search", params={"q": query, "cursor": query})
    assert got.status_code == 200
    assert "<script" not in got.text


def test_search_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with make_store(tmp_path, [make_view(number) for number in range(1, 46)]) as store:
        client = TestClient(create_app(store, SITE))
        seen, address = [], "/search?q=bergen"
        for _ in range(4):
            page = html.fromstring(client.get(address).content)
            seen += [str(href) for href in page.xpath("//h3/a/@href")]
            following = page.xpath("//a[@rel='next']/@href")
            if not following:
                break
            address = str(following[0])
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.parametrize("start", ["/", "/feeds/health-cooperation", "/feeds/partner-no"])
def test_lists_go_on_to_older_stories_until_all_were_shown_once(tmp_path: Path, start: str) -> None:
    with make_store(tmp_path, [make_view(number) for number in range(1, 46)]) as store:
        client = TestClient(create_app(store, replace(SITE, url="http://testserver"), size=20))
        seen, address, pages = [], start, 0
        while address:
            page = html.fromstring(client.get(address).content)
            seen += [str(href) for href in page.xpath("//h3/a/@href")]
            address, pages = str(next(iter(page.xpath("//a[@rel='next']/@href")), "")), pages + 1
            assert (page.xpath("string(//h2)") == "Older stories") == (pages > 1)
    assert (len(seen), len(set(seen)), pages) == (45, 45, 3)


@pytest.mark.parametrize("path", ["/", "/feeds/", "/feeds/health-cooperation"])
def test_lists_refuse_what_they_do_not_understand(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200
    for query, said in (("page=2", "page: no such parameter; allowed are cursor"), ("cursor=x", "cursor:")):
        got = client.get(f"{path}?{query}", headers={"Accept": BROWSER})
        assert (got.status_code, said in got.text) == (400, True)


def test_an_older_page_of_no_feed_is_not_found(client: TestClient) -> None:
    assert client.get("/feeds/nothing?cursor=1-1").status_code == 404


def test_the_api_says_what_it_offers_and_keeps_its_word(client: TestClient) -> None:
    offered = client.get("/api/").json()
    assert client.get("/api").json() == offered
    assert "partner" in offered["stories"]["parameters"]
    for name in ("stories", "health", "feeds"):
        assert client.get(offered[name]["url"].removeprefix(SITE.url)).status_code == 200
    one = offered["story"]["url"].replace("UID", f"{1:020x}")
    assert client.get(one.removeprefix(SITE.url)).status_code == 200


def test_what_browsers_and_robots_ask_for_is_there(client: TestClient) -> None:
    icon, robots = client.get("/favicon.ico"), client.get("/robots.txt")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert html.fromstring(client.get("/").content).xpath("//link[@rel='icon']/@href") == ["/favicon.ico"]
    assert robots.headers["content-type"].startswith("text/plain")
    assert "Disallow: /search" in robots.text.splitlines()


@pytest.mark.parametrize("path", ["/nothing", "/stories/none", "/feeds/nothing"])
def test_a_page_that_is_not_there_leads_on(client: TestClient, path: str) -> None:
    got = client.get(path, headers={"Accept": BROWSER})
    hrefs = html.fromstring(got.content).xpath("//main//a/@href")
    assert got.status_code == 404
    assert {"/", "/search", "/sources"} <= {str(href) for href in hrefs}
    assert "/search?q=" in client.get(path, headers={"Accept": "*/*"}).text


@pytest.mark.parametrize(
    "path", ["/", "/feeds/health-cooperation", "/search?q=vac+xin", "/search?q=zzz", "/search", "/sources", "/nothing",
             f"/stories/{2:020x}"],
)  # fmt: skip
def test_headings_skip_no_level_and_what_scrolls_can_be_reached_by_keyboard(client: TestClient, path: str) -> None:
    page = html.fromstring(client.get(path, headers={"Accept": BROWSER}).content)
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    tables = page.xpath("//table")
    assert bool(tables) == (path == "/sources" or path.startswith("/stories"))
    for table in tables:
        around = table.getparent()
        assert (around.get("tabindex"), around.get("role"), bool(around.get("aria-label"))) == ("0", "region", True)


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{7*7}} javascript:alert(3)"
    document = make_document(title=nasty, lead=nasty, byline=nasty, agency=nasty)
    told = make_telling(1, document=document, address="javascript:alert(1)", revision=2)
    verdict = make_verdict(
        gloss=nasty, act=nasty, themes=(nasty,), partners=(nasty,), decided_by=nasty,
        evidence=(Evidence(phrase=nasty, place=nasty, kind=nasty, weight=1.0),),
    )  # fmt: skip
    with make_store(tmp_path, [make_view(1, link=told, verdict=verdict)]) as store:
        client = TestClient(create_app(store, SITE))
        for path in ("/", f"/stories/{1:020x}", "/search?q=alert", "/feeds/health-cooperation", "/sources"):
            got = client.get(path)
            assert got.status_code == 200
            page = html.fromstring(got.content)
            assert not page.xpath("//script | //img | //iframe | //@onerror | //@onclick | //style"), path
            assert not [href for href in page.xpath("//@href") if str(href).lower().startswith("javascript")]
            assert "49" not in page.text_content()


@pytest.mark.parametrize(
    "path", ["/", FEED, "/search?q=x", f"/stories/{1:020x}", "/api/stories", "/nothing", "/health"]
)
def test_every_answer_forbids_what_it_does_not_need(client: TestClient, path: str) -> None:
    headers = client.get(path, headers={"Accept": BROWSER}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert "set-cookie" not in headers


def test_pages_work_below_a_path(store: Store) -> None:
    client = TestClient(create_app(store, replace(SITE, url="https://example.org/wire")))
    assert 'href="/wire/feeds/health-cooperation.rss"' in client.get("/").text
    assert 'href="https://example.org/wire/feeds/health-cooperation.atom"' in client.get(FEED).text


# ── the API ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_api_gives_stories_with_their_reasons(client: TestClient) -> None:
    got = client.get("/api/stories", params={"partner": "jp"}).json()
    (story,) = got["stories"]
    assert story["url"] == "https://moh.gov.vn/tin/bai-2.html"
    assert story["reason"]["sentence"] == "Agreement with Japan and WHO"
    assert got["next"] is None
    assert [s["language"] for s in client.get("/api/stories?language=fr").json()["stories"]] == ["fr"]
    assert len(client.get("/api/stories?partner=FR,CU").json()["stories"]) == 2
    assert len(client.get("/api/stories?theme=training&act=mission").json()["stories"]) == 1
    assert client.get("/api/stories?since=2026-11-21").json()["stories"] == []
    assert len(client.get("/api/stories?until=2026-11-21T00:00:00+07:00").json()["stories"]) == 5


def test_the_api_pages_through_everything_once(tmp_path: Path) -> None:
    with make_store(tmp_path, [make_view(number) for number in range(1, 24)]) as store:
        client = TestClient(create_app(store, replace(SITE, url="http://testserver")))
        address, seen = "/api/stories?limit=10&partner=NO", []
        while address:
            got = client.get(address).json()
            seen += [story["uid"] for story in got["stories"]]
            address = got["next"]
    assert len(seen) == len(set(seen)) == 23


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=0", "limit: 1 to 200"),
        ("limit=x", "limit: 1 to 200"),
        ("since=soon", "since: a date such as"),
        ("cursor=x", "cursor:"),
        ("cursor=9999999999999999999999-1", "cursor:"),
        ("cursor=1-99999999999999999999999999", "cursor:"),
        ("since=0001-01-01T00:00:00%2B14:00", "since:"),
        ("until=9999-12-31T23:59:59-14:00", "until:"),
        ("partner=ZZ", "partner: a country's ISO code such as RU"),
        ("partner=FR,Atlantis", "not 'Atlantis'"),
        ("country=RU", "country: no such parameter; allowed are partner"),
    ],
)
def test_the_api_says_what_is_wrong(client: TestClient, query: str, said: str) -> None:
    got = client.get(f"/api/stories?{query}")
    assert got.status_code == 400
    assert said in got.json()["error"]


def test_the_api_gives_one_story_whole(client: TestClient) -> None:
    story = client.get(f"/api/stories/{2:020x}").json()
    assert [e["weight"] for e in story["evidence"]] == [2.1, 1.2, -1.0]
    assert [r["number"] for r in story["revisions"]] == [1, 1, 2, 3]
    assert client.get("/api/stories/none").json() == {"error": "There is nothing under this address."}


def test_health_names_the_sources_that_are_unwell(client: TestClient, store: Store) -> None:
    with store.write() as archive:
        archive.visits.save_state(SourceState(slug="moh_gov_vn", last_visit_at=NOW, last_success_at=NOW))
        archive.visits.save_state(SourceState(slug="nhandan_vn", last_visit_at=NOW, failures=3, problem="no answer"))
        run = archive.visits.open(Visit(source="moh_gov_vn", started_at=NOW))
        archive.visits.close(replace(run, ended_at=NOW, state=VisitState.FINISHED, discovered=40, fetched=3))
    got = client.get("/health").json()
    assert got["unwell"] == ["nhandan_vn"]
    assert got["stories"] == 5
    assert got["sources"][0]["last_visit"]["discovered"] == 40
    assert json.dumps(got)
    page = client.get("/sources").text
    assert "Cổng thông tin điện tử Bộ Y tế" in page
    assert "no answer" in page


def test_health_is_503_with_the_cause_when_the_archive_is_gone_or_the_service_is_stuck(told_store: Store) -> None:
    wrong: list[str] = []
    client = TestClient(create_app(told_store, SITE, unwell=lambda: wrong[0] if wrong else None))
    assert (client.get("/health").status_code, client.get("/health").json()["well"]) == (200, True)
    wrong.append("processing has given no sign of life for 0:10:00")
    stuck = client.get("/health")
    assert (stuck.status_code, stuck.json()["problem"]) == (503, wrong.pop())
    assert "unprocessed" in stuck.json()
    file = Path(told_store.place)
    file.rename(file.with_suffix(".away"))
    gone = client.get("/health")
    assert gone.status_code == 503
    assert "gone" in gone.json()["problem"]
    assert client.get(FEED).status_code == 503  # an empty feed would be a lie
    file.with_suffix(".away").rename(file)
    assert client.get("/health").status_code == 200


def test_too_many_questions_at_once_are_told_to_come_back_and_feeds_do_not_wait(told_store: Store) -> None:
    app = create_app(told_store, SITE)
    held, go = threading.Semaphore(0), threading.Event()
    found = told_store.read

    @contextmanager
    def slow(within: float | None = None) -> Iterator[Archive]:
        if within is not None:
            held.release()
            go.wait(10)
        with found(within) as archive:
            yield archive

    async def ask() -> list[int]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://reader") as reader:
            asked = [asyncio.create_task(reader.get("/search?q=y")) for _ in range(SEARCHES_AT_ONCE + SEARCHES_WAITING)]
            await asyncio.to_thread(held.acquire)
            await asyncio.sleep(0.1)
            feed, late = await reader.get("/feeds/health-cooperation.atom"), await reader.get("/search?q=y")
            go.set()
            return [
                feed.status_code,
                late.status_code,
                *{answer.status_code for answer in await asyncio.gather(*asked)},
            ]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(told_store, "read", slow)
        assert asyncio.run(ask()) == [200, 503, 200]
