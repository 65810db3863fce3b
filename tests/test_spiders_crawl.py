"""Visits end to end, against small servers on loopback."""

import asyncio
import gzip
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from spiders.crawl import CrawlOptions, crawl
from spiders.replica.press import replica_sources
from spiders.replica.server import Replica
from spiders.source import Source, parse_source
from storage.records import Capture, CaptureKind, Change, ChangeKind, Page, Visit, VisitState
from storage.store import Store

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC)

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """A site on loopback: what it answers by path, and what it was asked."""

    port: int = 0
    answers: dict[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Content-Type", "text/html; charset=utf-8")
        self.answers[path] = (status, named, data)

    def feed(self, *numbers: int, path: str = "/rss/home.rss", hours: float = 1.0, **headers: str) -> None:
        date = format_datetime(NOW - timedelta(hours=hours))
        items = "".join(
            f"<item><title>Tin {n}</title><link>{self.home}/tin-{n}-post900{n}.vnp</link>"
            f"<pubDate>{date}</pubDate></item>"
            for n in numbers
        )
        self.put(path, f"<rss version='2.0'><channel>{items}</channel></rss>", Content_Type="text/xml", **headers)

    def article(self, number: int, text: str = "Bộ Y tế", **headers: str) -> None:
        self.put(f"/tin-{number}-post900{number}.vnp", f"<html><h1>{text} {number}</h1></html>", **headers)

    def paths(self) -> list[str]:
        return [path for _, path in self.asked if path != "/robots.txt"]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            site.asked.append((self.command, self.path))
            site.sent[self.path] = dict(self.headers.items())
            answer = site.answers.get(self.path, (404, {"Content-Type": "text/plain"}, b"not here"))
            status, headers, body = answer() if callable(answer) else answer
            etag = headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/archive.db"


def make_source(site: Site, extra: str = "", entries: str | None = None, slug: str = "trial") -> Source:
    entries = entries or (
        f'[[entries]]\nkind = "feed"\nwhat = "front page"\nurl = "{site.home}/rss/home.rss"\nevidence = "seen"\n'
    )
    return parse_source(
        f"""
        name = "Báo Thử"
        name_en = "Trial"
        kind = "newspaper"
        country = "VN"
        language = "vi"
        family = "epi"
        home = "{site.home}/"
        hosts = ["127.0.0.1"]
        pace = {{delay = 0}}
        {extra}
        {entries}
        """,
        f"{slug}.toml",
    )


def visit(source: Source, database: str, **options: Any) -> Visit:
    (run,) = crawl([source], make_options(database, **options))
    return run


def make_options(database: str, **options: Any) -> CrawlOptions:
    quick = (("AUTOTHROTTLE_ENABLED", False), ("DOWNLOAD_DELAY", 0), *options.pop("settings", ()))
    return CrawlOptions(database_url=database, private_hosts=("127.0.0.1",), settings=quick, **options)


def captures(database: str, kind: CaptureKind | None = None) -> list[Capture]:
    with Store.open(database) as store, store.read() as archive:
        return [c for c in archive.captures.all() if kind is None or c.kind is kind]


def articles(database: str) -> list[Capture]:
    return captures(database, CaptureKind.ARTICLE)


def process(database: str, *, due_in: timedelta | None = timedelta(hours=1)) -> None:
    """Settle what was captured, and follow its pages."""
    now = datetime.now(UTC)
    with Store.open(database) as store, store.write() as archive:
        for capture in archive.captures.unprocessed(1000):
            assert capture.id is not None
            if capture.kind is CaptureKind.ARTICLE and capture.status == 200:
                page = archive.pages.find(capture.source, capture.key) or Page(
                    source=capture.source, key=capture.key, address=capture.address, first_seen_at=now, last_seen_at=now
                )  # fmt: skip
                archive.pages.save(
                    Page(
                        source=page.source, key=page.key, address=page.address, first_seen_at=page.first_seen_at,
                        last_seen_at=now, next_check_at=now + due_in if due_in is not None else None, id=page.id,
                    )
                )  # fmt: skip
            archive.captures.settle(capture.id, Change(kind=ChangeKind.NEW), now)


class TestVisit:
    def test_captures_what_the_feed_names(self, site: Site, database: str) -> None:
        site.feed(1, 2)
        site.article(1)
        site.article(2, ETag='"x"', X_Server="nginx", Set_Cookie="sid=secret")
        run = visit(make_source(site), database)
        assert run.state is VisitState.FINISHED
        assert run.problems == ()
        assert (run.listings, run.discovered, run.fetched, run.kept, run.failed) == (1, 2, 2, 3, 0)
        two = next(c for c in articles(database) if c.key == "127.0.0.1/9002")
        assert two.address == two.requested_url == two.final_url == f"{site.home}/tin-2-post9002.vnp"
        assert (two.status, two.header("etag"), two.header("x-server")) == (200, '"x"', "nginx")
        assert two.header("set-cookie") is None
        assert two.hint is not None
        assert (two.hint.title, two.hint.listing_url) == ("Tin 2", f"{site.home}/rss/home.rss")
        assert two.visit_id == run.id
        with Store.open(database) as store, store.read() as archive:
            assert archive.captures.body(str(two.body_digest)) == "<html><h1>Bộ Y tế 2</h1></html>".encode()
            assert [r.state for r in archive.visits.recent("trial", 5)] == [VisitState.FINISHED]

    def test_second_visit_transfers_no_article(self, site: Site, database: str) -> None:
        site.feed(1, 2, ETag='"feed"')
        site.article(1, ETag='"one"')
        site.article(2)  # without any validator
        visit(make_source(site), database)
        site.asked.clear()
        for _ in range(2):  # before the captures are processed, and after
            run = visit(make_source(site), database)
            assert (run.state, run.fetched, run.unchanged) == (VisitState.FINISHED, 0, 1)
            assert set(site.paths()) == {"/rss/home.rss"}
            process(database)
        assert len(articles(database)) == 2

    def test_listing_304_still_leads_to_what_was_missed(self, site: Site, database: str) -> None:
        site.feed(1, 2, 3, ETag='"feed"')
        for n in (1, 2, 3):
            site.article(n)
        visit(make_source(site, "limits = {articles = 1}"), database)
        assert len(articles(database)) == 1
        visit(make_source(site), database)
        assert {c.key for c in articles(database)} == {"127.0.0.1/9001", "127.0.0.1/9002", "127.0.0.1/9003"}

    def test_due_pages_are_asked_conditionally(self, site: Site, database: str) -> None:
        site.feed(1, 2)
        site.article(1, ETag='"one"')
        site.article(2, ETag='"two"')
        visit(make_source(site), database)
        process(database, due_in=timedelta(seconds=-1))
        site.article(2, "Bản sửa", ETag='"two-b"')
        run = visit(make_source(site), database)
        assert (run.fetched, run.unchanged) == (1, 1)
        assert site.sent["/tin-1-post9001.vnp"]["If-None-Match"] == '"one"'
        unchanged = [c for c in articles(database) if c.status == 304]
        assert [(c.key, c.body_digest) for c in unchanged] == [("127.0.0.1/9001", None)]

    def test_a_due_page_in_trouble_is_asked_again_later(self, site: Site, database: str) -> None:
        site.feed(1)
        site.article(1)
        visit(make_source(site), database)
        process(database, due_in=timedelta(seconds=-1))
        site.put("/tin-1-post9001.vnp", "broken", 500)
        assert visit(make_source(site), database).failed == 1
        site.asked.clear()
        assert visit(make_source(site), database).failed == 0
        assert site.paths() == ["/rss/home.rss"]

    def test_revisit_none_and_all(self, site: Site, database: str) -> None:
        site.feed(1)
        site.article(1, ETag='"one"')
        visit(make_source(site), database)
        process(database, due_in=timedelta(days=9))
        assert visit(make_source(site), database).unchanged == 0
        assert visit(make_source(site), database, revisit="all").unchanged == 1
        assert visit(make_source(site), database, revisit="none").unchanged == 0  # although it is due by now

    def test_what_the_listing_calls_edited_is_asked(self, site: Site, database: str) -> None:
        entry = f'[[entries]]\nkind = "sitemap"\nwhat = "news"\nurl = "{site.home}/news.xml"\nevidence = "seen"\n'

        def sitemap(*lastmods: datetime) -> None:
            rows = "".join(
                f"<url><loc>{site.home}/tin-{n}-post900{n}.vnp</loc><lastmod>{at.isoformat()}</lastmod></url>"
                for n, at in enumerate(lastmods, 1)
            )
            site.put("/news.xml", f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>')

        site.article(1)
        site.article(2)
        sitemap(NOW - timedelta(days=1), NOW - timedelta(days=2))
        visit(make_source(site, entries=entry), database)
        process(database)
        sitemap(NOW - timedelta(days=1), datetime.now(UTC))
        site.asked.clear()
        visit(make_source(site, entries=entry), database)
        assert site.paths() == ["/news.xml", "/tin-2-post9002.vnp"]

    def test_mirrors_and_spellings_are_one_page(self, site: Site, database: str) -> None:
        links = (
            f"{site.home}/a-post9007.vnp",
            f"{site.home}/b-post9007.vnp?utm_source=z",
            "https://bao-lau.example/c-post9007.vnp",
        )
        items = "".join(f"<item><title>t</title><link>{url}</link></item>" for url in links)
        site.put("/rss/home.rss", f"<rss><channel>{items}</channel></rss>", Content_Type="text/xml")
        site.put("/a-post9007.vnp", "<h1>a</h1>")
        run = visit(make_source(site), database)
        assert (run.discovered, run.fetched) == (1, 1)
        assert site.paths() == ["/rss/home.rss", "/a-post9007.vnp"]

    def test_index_pager_and_bounds(self, site: Site, database: str) -> None:
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        names = ("news-2026-10", "news-2026-9", "news-2026-8", "categories")
        index = "".join(f"<sitemap><loc>{site.home}/{n}.xml</loc></sitemap>" for n in names)
        site.put("/sitemap.xml", f"<sitemapindex {space}>{index}</sitemapindex>")
        for n, name in enumerate(names):
            site.put(f"/{name}.xml", f"<urlset {space}><url><loc>{site.home}/t-post900{n}.vnp</loc></url></urlset>")
            site.put(f"/t-post900{n}.vnp", "<h1>t</h1>")
        entry = f'[[entries]]\nkind = "sitemap"\nwhat = "all"\nurl = "{site.home}/sitemap.xml"\n'
        entry += 'evidence = "seen"\npages = 2\n'
        run = visit(make_source(site, entries=entry), database)
        assert run.problems == ()
        assert {c.key for c in articles(database)} == {"127.0.0.1/9000", "127.0.0.1/9001"}

    def test_manners(self, site: Site, database: str) -> None:
        site.put("/robots.txt", "User-agent: Healthwire\nDisallow: /tin-2\n", Content_Type="text/plain")
        site.feed(1, 2)
        site.article(1)
        site.article(2)
        run = visit(make_source(site, 'headers = {Referer = "https://x.example/"}'), database, contact="me@x.example")
        assert "/tin-2-post9002.vnp" not in site.paths()
        assert [p for p in run.problems if "robots.txt forbids" in p]
        sent = site.sent["/tin-1-post9001.vnp"]
        assert sent["User-Agent"].startswith("Healthwire/")
        assert "me@x.example" in sent["User-Agent"]
        assert sent["Accept-Language"].startswith("vi")
        assert sent["Referer"] == "https://x.example/"
        assert "Cookie" not in sent

    @pytest.mark.parametrize("autothrottle", [True, False])
    def test_crawl_delay_is_kept(self, site: Site, database: str, autothrottle: bool) -> None:
        site.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.4\n", Content_Type="text/plain")
        site.feed(1, 2, 3)
        for n in (1, 2, 3):
            site.article(n)
        started = time.monotonic()
        run = visit(make_source(site), database, settings=(("AUTOTHROTTLE_ENABLED", autothrottle),))
        assert run.fetched == 3
        assert time.monotonic() - started >= 1.2


class TestEveryForm:
    def test_html_listing_with_pager_and_json_by_post(self, database: str) -> None:
        """Our source files against the replica: JSON by POST, HTML lists, feeds in UTF-16, news sitemaps."""
        sources = list(replica_sources().values())
        with Replica(base=datetime.now(UTC).date(), patience=0) as replica:
            first = crawl(sources, CrawlOptions(database_url=database, replica=replica.url))
            assert {r.source: r.state for r in first} == {s.slug: VisitState.FINISHED for s in sources}
            assert {r.source for r in first if r.fetched == 0} == set()
            kept = len(articles(database))
            replica.forget()
            second = crawl(sources, CrawlOptions(database_url=database, replica=replica.url))
            assert {r.source: r.fetched for r in second} == {s.slug: 0 for s in sources}
            bodies = [a for a in articles(database)[kept:] if a.body_digest is not None and a.status == 200]
            assert bodies == []
        portal = next(a for a in articles(database) if a.source == "moh_gov_vn")
        assert portal.address.startswith("https://moh.gov.vn/index.jsp?")
        assert portal.requested_url == "https://moh.gov.vn/bridge?url=/portal/api/layChiTietBaiViet"


class TestSilenceIsAnError:
    @pytest.mark.parametrize(
        ("body", "said", "state"),
        [
            ("<html><title>Đăng nhập</title><input type='password'></html>", "login page", VisitState.FAILED),
            ("", "nothing", VisitState.FAILED),
            ('{"error":1}', "JSON", VisitState.FAILED),
            ("<rss><channel></channel></rss>", "names no article", VisitState.FINISHED),
            ("<rss><item><link>https://x.example/a-post901.vnp</link></item></rss>", "none of", VisitState.FINISHED),
        ],
    )  # fmt: skip
    def test_a_listing_that_is_none(self, site: Site, database: str, body: str, said: str, state: VisitState) -> None:
        site.put("/rss/home.rss", body, Content_Type="text/html")
        run = visit(make_source(site), database)
        assert run.state is state
        assert len(run.problems) == 1
        assert said in run.problems[0]
        assert run.kept == 1  # the answer is kept, whatever it is

    def test_frozen_feed(self, site: Site, database: str) -> None:
        site.feed(1, hours=24 * 20)
        run = visit(make_source(site), database)
        assert "frozen?" in run.problems[0]
        assert site.paths() == ["/rss/home.rss"]  # older than a visit looks back

    def test_undated_feed_that_stands_still(self, site: Site, database: str) -> None:
        site.put("/rss/home.rss", f"<rss><item><link>{site.home}/tin-1-post9001.vnp</link></item></rss>")
        site.article(1)
        source = make_source(site)
        assert visit(source, database).problems == ()
        process(database)
        assert visit(source, database).problems == ()
        with Store.open(database) as store, store.write() as archive:
            page = archive.pages.find("trial", "127.0.0.1/9001")
            assert page is not None
            archive.pages.save(replace(page, first_seen_at=NOW - timedelta(days=30)))
        assert "nothing new since" in visit(source, database).problems[0]

    def test_section_that_is_another(self, site: Site, database: str) -> None:
        entries = "".join(
            f'[[entries]]\nkind = "feed"\nwhat = "{n}"\nurl = "{site.home}/{n}.rss"\nevidence = "seen"\n' for n in "ab"
        )
        for n in "ab":
            site.feed(*range(1, 13), path=f"/{n}.rss")
        for k in range(1, 13):
            site.article(k)
        run = visit(make_source(site, entries=entries), database)
        assert len(run.problems) == 1
        assert "wrong section?" in run.problems[0]
        assert run.fetched == 12

    def test_one_broken_listing_is_said_beside_a_good_one(self, site: Site, database: str) -> None:
        entries = "".join(
            f'[[entries]]\nkind = "feed"\nwhat = "{n}"\nurl = "{site.home}/{n}.rss"\nevidence = "seen"\n' for n in "ab"
        )
        site.feed(1, path="/a.rss")
        site.article(1)
        run = visit(make_source(site, entries=entries), database)
        assert (run.state, run.fetched, run.failed) == (VisitState.FINISHED, 1, 1)
        assert run.problems == (f"b: answered 404 ({site.home}/b.rss)",)

    def test_section_that_leads_home(self, site: Site, database: str) -> None:
        site.put("/rss/home.rss", "", 302, Location="/")
        site.put("/", "<html>home</html>")
        run = visit(make_source(site), database)
        assert run.state is VisitState.FAILED
        assert "home page" in run.problems[0]
        assert "/" not in site.paths()

    def test_redirect_loop(self, site: Site, database: str) -> None:
        site.put("/rss/home.rss", "", 302, Location="/rss/home.rss")
        run = visit(make_source(site), database)
        assert "circles" in run.problems[0]
        assert len(site.paths()) < 10


class TestAnswers:
    def test_failures_are_facts(self, site: Site, database: str) -> None:
        site.feed(1, 2, 3)
        site.article(1)
        site.put("/tin-3-post9003.vnp", "broken", 500)
        run = visit(make_source(site), database)
        assert {c.key[-1]: c.status for c in articles(database)} == {"1": 200, "2": 404, "3": 500}
        assert run.failed == 1
        assert site.paths().count("/tin-3-post9003.vnp") == 3  # bounded retries
        assert run.problems == ("127.0.0.1: answered 500 for articles",)

    def test_retry_after_is_waited_for(self, site: Site, database: str) -> None:
        times: list[float] = []

        def busy() -> Answer:
            times.append(time.monotonic())
            return (503, {"Retry-After": "1"}, b"") if len(times) == 1 else (200, {}, b"<h1>x</h1>")

        site.feed(1)
        site.answers["/tin-1-post9001.vnp"] = busy
        assert visit(make_source(site), database).fetched == 1
        assert times[1] - times[0] >= 1

    def test_long_retry_after_is_left_to_the_next_visit(self, site: Site, database: str) -> None:
        site.feed(1)
        site.put("/tin-1-post9001.vnp", "", 429, Retry_After="3600")
        run = visit(make_source(site), database)
        assert site.paths().count("/tin-1-post9001.vnp") == 1
        assert any("3600 s" in p for p in run.problems)

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("https://evil.example/tin-1-post9001.vnp", "foreign host"),
            ("http://169.254.169.254/latest/meta-data", "foreign host"),
            ("/", "home page"),
            ("/khac-post90099.vnp", "another article"),
            ("file:///etc/passwd", "foreign host"),
        ],
    )
    def test_redirect_that_leads_elsewhere(self, site: Site, database: str, target: str, said: str) -> None:
        site.feed(1)
        site.put("/tin-1-post9001.vnp", "", 301, Location=target)
        run = visit(make_source(site), database)
        if not target.startswith("file"):  # Scrapy itself does not follow to another scheme
            assert said in run.problems[0]
        assert site.paths() == ["/rss/home.rss", "/tin-1-post9001.vnp"]
        (fact,) = articles(database)
        assert (fact.status, fact.body_digest is None) == (301, True)

    def test_redirect_within_the_article_is_followed(self, site: Site, database: str) -> None:
        site.feed(1)
        site.put("/tin-1-post9001.vnp", "", 301, Location="/ten-moi-post9001.vnp")
        site.put("/ten-moi-post9001.vnp", "<h1>x</h1>", ETag='"e"')
        visit(make_source(site), database)
        (fact,) = articles(database)
        assert fact.requested_url.endswith("/tin-1-post9001.vnp")
        assert fact.final_url.endswith("/ten-moi-post9001.vnp")
        process(database, due_in=timedelta(seconds=-1))
        assert visit(make_source(site), database).unchanged == 1  # the validator goes to the address that gave it

    def test_too_large(self, site: Site, database: str) -> None:
        site.feed(1, 2)
        site.put("/tin-1-post9001.vnp", b"x" * 10_000_001)
        bomb = gzip.compress(bytes(50_000_000))
        site.put("/tin-2-post9002.vnp", bomb, Content_Encoding="gzip")
        run = visit(make_source(site), database)
        assert articles(database) == []
        assert run.failed == 2
        assert [p for p in run.problems if "10 MB" in p] == list(run.problems)


class TestTrouble:
    def test_nobody_answers(self, site: Site, database: str) -> None:
        source = make_source(Site(port=9))
        run = visit(source, database)
        assert (run.state, run.problems) == (VisitState.FAILED, ("127.0.0.1: no answer: connection refused",))

    def test_no_name_service(self, site: Site, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fails(*_: Any, **__: Any) -> Any:
            raise OSError("no network")

        monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", fails)
        text = make_source(site).model_copy(update={"hosts": ("name.example",), "home": "http://name.example/"})
        entry = text.entries[0].model_copy(update={"url": "http://name.example/rss/home.rss"})
        run = visit(text.model_copy(update={"entries": (entry, entry)}), database)
        assert (run.state, run.problems) == (VisitState.FAILED, ("name.example: no answer: DNS lookup failed",))

    def test_private_address_is_not_dialled(self, site: Site, database: str) -> None:
        site.feed(1)
        (run,) = crawl([make_source(site)], CrawlOptions(database_url=database))
        assert run.state is VisitState.FAILED
        assert "private address" in run.problems[0]
        assert site.asked == []

    def test_one_source_does_not_stop_the_others(self, site: Site, database: str) -> None:
        site.feed(1)
        site.article(1)
        bad, good = make_source(Site(port=9), slug="bad"), make_source(site, slug="good")
        runs = crawl([bad, good], make_options(database))
        assert [(r.source, r.state) for r in runs] == [("bad", VisitState.FAILED), ("good", VisitState.FINISHED)]

    def test_archive_that_cannot_be_opened(self, site: Site, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        run = visit(make_source(site), f"sqlite:///{tmp_path}/file/archive.db")
        assert run.state is VisitState.FAILED
        assert run.problems[0].startswith("the archive cannot be used")
        assert site.asked == []

    def test_archive_that_refuses_a_capture(self, site: Site, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from storage.captures import Captures

        def refuses(*_: Any) -> Any:
            raise RuntimeError("disk full")

        site.feed(1)
        site.article(1)
        monkeypatch.setattr(Captures, "add", refuses)
        run = visit(make_source(site), database)
        assert (run.state, run.kept) == (VisitState.FAILED, 0)
        assert "could not be kept: disk full" in run.problems[0]

    def test_bug_of_ours_while_reading_a_listing(
        self, site: Site, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(*_: Any) -> Any:
            raise ZeroDivisionError

        site.feed(1)
        monkeypatch.setattr("spiders.discovery.read_listing", breaks)
        run = visit(make_source(site), database)
        assert run.state is VisitState.FAILED
        assert "a bug of ours" in run.problems[0]

    def test_time_limit(self, site: Site, database: str) -> None:
        site.feed(*range(1, 40))

        def slow() -> Answer:
            time.sleep(0.3)
            return 200, {}, b"<h1>x</h1>"

        for n in range(1, 40):
            site.answers[f"/tin-{n}-post900{n}.vnp"] = slow
        run = visit(make_source(site), database, settings=(("CLOSESPIDER_TIMEOUT", 1),))
        assert run.state is VisitState.FINISHED
        assert run.fetched < 39
        assert any("time for a visit ran out" in p for p in run.problems)


CHILD = """
import sys
from pathlib import Path
from spiders.crawl import CrawlOptions, crawl
from spiders.source import load_source
runs = crawl([load_source(Path(sys.argv[1]))], CrawlOptions(
    database_url=sys.argv[2], private_hosts=("127.0.0.1",),
    settings=(("AUTOTHROTTLE_ENABLED", False), ("DOWNLOAD_DELAY", 0.2), ("DOWNLOAD_DELAY_JITTER", 0)),
))
print(runs[0].state, *runs[0].problems)
"""


STOPPED_WHILE_IT_OPENS = """
import os, signal, time
from spiders.download.capture_pipeline import Sink
opens = Sink._open
def slowly(sink):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.3)
    return opens(sink)
Sink._open = slowly
"""


class TestStopping:
    def start(
        self, site: Site, database: str, tmp_path: Path, before: str = "", requests: int = 4
    ) -> "subprocess.Popen[str]":
        site.feed(*range(1, 31))
        for n in range(1, 31):
            site.article(n)
        path = tmp_path / "trial.toml"
        path.write_text(
            f"""
            name = "x"
            name_en = "x"
            kind = "newspaper"
            country = "VN"
            language = "vi"
            family = "epi"
            home = "{site.home}/"
            hosts = ["127.0.0.1"]
            pace = {{delay = 0.2}}
            entries = [{{kind = "feed", url = "{site.home}/rss/home.rss", what = "all", evidence = "seen"}}]
            """,
            encoding="utf-8",
        )
        command = [sys.executable, "-c", before + CHILD, str(path), database]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while len(site.paths()) < requests and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(site.paths()) >= requests
        return child

    def test_sigterm_while_a_visit_opens_ends_it_too(self, site: Site, database: str, tmp_path: Path) -> None:
        child = self.start(site, database, tmp_path, before=STOPPED_WHILE_IT_OPENS, requests=0)
        try:
            out, _ = child.communicate(timeout=20)
        finally:
            child.kill()
        assert child.returncode == 0
        assert "interrupted" in out
        assert len(site.paths()) < 30

    def test_sigterm_closes_the_run(self, site: Site, database: str, tmp_path: Path) -> None:
        child = self.start(site, database, tmp_path)
        child.send_signal(signal.SIGTERM)
        out, _ = child.communicate(timeout=20)
        assert child.returncode == 0
        assert "interrupted" in out
        assert "stopped on request" in out
        with Store.open(database) as store, store.read() as archive:
            (run,) = archive.visits.recent("trial", 5)
        assert run.state is VisitState.INTERRUPTED
        assert 0 < run.fetched < 30
        assert run.kept == len(captures(database))

    def test_kill_leaves_whole_captures_and_the_next_visit_the_rest(
        self, site: Site, database: str, tmp_path: Path
    ) -> None:
        child = self.start(site, database, tmp_path)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate(timeout=20)
        with Store.open(database) as store, store.read() as archive:
            for capture in archive.captures.all():
                assert capture.body_digest is not None
                assert archive.captures.body(capture.body_digest)
        visit(make_source(site), database)
        keys = [c.key for c in articles(database)]
        assert len(set(keys)) == 30
        assert len(keys) <= 31  # what was under way when the process died may have been asked twice
