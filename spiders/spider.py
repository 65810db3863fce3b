"""The one spider: entry points → article addresses → captures.

It fetches and discovers; it does not interpret articles. Each source's spider is a class made from its file
(`spider_class`). The order of a visit: every entry point is asked; articles that are new, or that their listing
says were edited, are asked; when no listing is left to read, known pages that are due are asked. Known pages that
are not due are not asked at all.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from spiders import selection
from spiders.discovery import named_by, next_page
from spiders.download.capture_pipeline import Caught
from spiders.download.failures import said_of_failure
from spiders.download.guard import Refused
from spiders.download.politeness import Forbidden
from spiders.download.tls import WARNINGS
from spiders.families import FAMILIES
from spiders.families.family import Fetch
from spiders.selection import Listed
from spiders.source import EntryPoint, Source, Tls
from spiders.visit import ERRAND, Errand, OngoingVisit, Revisit, host_of
from spiders.xml_lists import MOST_LINKS, NotListing, decode, said_of_page
from storage.records import Capture, CaptureKind, Hint, Page, Visit
from storage.store import Store

log = logging.getLogger(__name__)

AGENT = "Healthwire/0.1"
LANGUAGES = {"vi": "vi,en;q=0.5", "en": "en,vi;q=0.5", "fr": "fr,en;q=0.5"}

_LISTING_PRIORITY, _NEW_PRIORITY, _DUE_PRIORITY = 20, 10, 0


class SourceSpider(Spider):
    """Visits one source. `-a revisit=due|all|none` says which known pages are looked at again."""

    source: ClassVar[Source]
    store: Store
    stopping: asyncio.Future[None] | None = None

    def __init__(self, revisit: str = Revisit.DUE, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if revisit not in tuple(Revisit):
            raise ValueError(f"revisit={revisit}: allowed are {', '.join(Revisit)}")
        self.revisit = Revisit(revisit)
        self.visit = OngoingVisit(record=Visit(source=self.source.slug, started_at=datetime.now(UTC)))
        self._reading = 0  # listings that are asked for or being read
        self._pages = 0  # listing pages asked for
        self._left = self.source.limits.articles
        self._named: set[str] = set()
        self._lists: dict[frozenset[str], EntryPoint] = {}
        self._asked: set[str] = set()

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Settings of the source on top of those of the project."""
        super().update_settings(settings)
        source = cls.source
        contact = settings.get("HEALTHWIRE_CONTACT")
        headers = dict(settings.getdict("DEFAULT_REQUEST_HEADERS"))
        headers["Accept-Language"] = LANGUAGES.get(source.language, f"{source.language},en;q=0.5")
        own: dict[str, Any] = {
            "USER_AGENT": f"{AGENT} (+{contact})" if contact else f"{AGENT} (news archive; no contact configured)",
            "DEFAULT_REQUEST_HEADERS": {**headers, **source.headers},
            "DOWNLOAD_DELAY": source.pace.delay,
            "AUTOTHROTTLE_START_DELAY": source.pace.delay,
            "CONCURRENT_REQUESTS_PER_DOMAIN": source.pace.connections,
            "CLOSESPIDER_TIMEOUT": source.limits.seconds,
            "COOKIES_ENABLED": source.cookies,
            "DOWNLOAD_VERIFY_CERTIFICATES": source.tls is not Tls.UNVERIFIED,
        }
        if settings.get("HEALTHWIRE_REPLICA"):
            route = "spiders.replica.route.ReplicaRoute"
            # nobody is spared by waiting on a replica of our own
            own |= {
                "DOWNLOAD_HANDLERS": {"http": route, "https": route},
                "DOWNLOAD_DELAY": 0,
                "AUTOTHROTTLE_START_DELAY": 0,
                "CONCURRENT_REQUESTS": 4,
                "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
            }
        settings.setdict(own, priority="spider")

    # ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> AsyncIterator[Request]:
        """Ask every entry point of the source."""
        if self.source.tls in WARNINGS:
            log.warning("%s: TLS is relaxed by its source file: %s", self.name, WARNINGS[self.source.tls])
        if self.revisit is Revisit.ALL:
            await asyncio.to_thread(self._make_all_due)
        self._reading = len(self.source.entries)
        for entry in self.source.entries:
            self._pages += 1
            yield self._ask_listing(entry)

    def _ask_listing(self, entry: EntryPoint, url: str | None = None, page: int = 1) -> Request:
        """The request for an entry point, or for a further page of it."""
        if url is not None:
            fetch = Fetch(url=url)
        elif self.source.families:
            fetch = FAMILIES[self.source.families[0]].listing_request(entry)
        else:
            fetch = Fetch(url=entry.url, method=entry.method, body=entry.body.encode() if entry.body else None)
        address = url or entry.url
        errand = Errand(kind=CaptureKind.LISTING, address=address, key=address, entry=entry, page=page)
        return self._request(fetch, errand, _LISTING_PRIORITY)

    def _ask_article(self, address: str, key: str, hint: Hint | None, page_id: int | None) -> Request:
        family = self.source.family_of(address)
        fetch = family.article_request(address) if family is not None else Fetch(url=address)
        errand = Errand(kind=CaptureKind.ARTICLE, address=address, key=key, hint=hint, page_id=page_id)
        self._asked.add(key)
        self._left -= 1
        return self._request(fetch, errand, _DUE_PRIORITY if page_id is not None else _NEW_PRIORITY)

    def _request(self, fetch: Fetch, errand: Errand, priority: int) -> Request:
        listing = errand.kind is CaptureKind.LISTING
        return Request(
            fetch.url,
            method=fetch.method,
            body=fetch.body or b"",
            headers=dict(fetch.headers),
            meta={ERRAND: errand},
            callback=self.listed if listing else self.answered,
            errback=self.listing_failed if listing else self.article_failed,
            priority=priority,
            dont_filter=True,  # what was asked already is known by key, not by address
        )

    # ── Listings ────────────────────────────────────────────────────────────────────────────────────────────

    async def listed(self, response: Response) -> AsyncIterator[Request | Caught]:
        """A listing answered."""
        errand: Errand = response.meta[ERRAND]
        try:
            async for outcome in self._read(response, errand):
                yield outcome
        except Exception:
            self._broken(f"reading {errand.what}")
        async for request in self._end_listing():
            yield request

    async def _read(self, response: Response, errand: Errand) -> AsyncIterator[Request | Caught]:
        assert errand.entry is not None
        caught = self._caught(response, errand)
        yield caught
        if response.status == 304:
            # the list as we have it: an earlier visit may have been cut short before all of it was asked
            body = await asyncio.to_thread(self._stored, caught.capture.requested_url)
        elif response.status == 200:
            body = response.body
        else:
            self.visit.failed += 1
            self._problem(f"{errand.what}: answered {response.status} ({response.url})")
            return
        content_type = caught.capture.header("Content-Type")
        try:
            links, parts, changed = named_by(errand.entry, self.source, body, content_type, response.url)
        except NotListing as no_list:
            self.visit.failed += 1
            self._problem(f"{errand.what}: {no_list} ({response.url})")
            return
        self.visit.listings += 1
        self.visit.answered = True
        if parts:
            for place, part in enumerate(parts, 1):
                if self._pages < self.source.limits.pages:
                    self._pages += 1
                    self._reading += 1
                    yield self._ask_listing(errand.entry, part, place)
            return
        now = datetime.now(UTC)
        articles = selection.listed_by(links, self.source, changed)
        if len(links) >= MOST_LINKS:
            self._problem(f"{errand.what}: names {MOST_LINKS} addresses and more; the newest are looked at")
        if errand.page == 1:
            for sentence in await self._complaints(errand.entry, articles, len(links), now):
                self._problem(sentence)
        fresh = [a for a in articles if a.key not in self._named]
        self._named.update(a.key for a in fresh)
        self.visit.discovered += len(fresh)
        wanted = await asyncio.to_thread(self._choose, selection.recent(fresh, self.source, now), now)
        for article, page in wanted:
            if self._left <= 0:
                most = self.source.limits.articles
                self._problem(f"{errand.what}: more than the {most} new articles a visit takes; the newest came first")
                return
            hint = Hint(
                title=article.link.title,
                published_at=article.link.published.at if article.link.published else None,
                section=article.link.section or errand.entry.section,
                listing_url=errand.address,
            )
            address = page.address if page is not None else article.address
            yield self._ask_article(address, article.key, hint, page.id if page is not None else None)
        # a page of the list without anything new ends the walk through its pager
        if wanted and errand.page < errand.entry.pages and self._pages < self.source.limits.pages:
            following = next_page(self.source, body, content_type, response.url)
            if following is not None and following != response.url:
                self._pages += 1
                self._reading += 1
                yield self._ask_listing(errand.entry, following, errand.page + 1)

    async def _complaints(self, entry: EntryPoint, articles: list[Listed], listed: int, now: datetime) -> list[str]:
        """What is wrong with what an entry names, in words."""
        keys = frozenset(article.key for article in articles)
        found = [
            selection.complaint(entry, articles, listed, self.source, now),
            selection.twin(entry, keys, self._lists),
        ]
        self._lists.setdefault(keys, entry)
        if articles and all(selection.dated(article.link, self.source) is None for article in articles):
            newest = await asyncio.to_thread(self._newest, keys)
            found.append(selection.standstill(entry, newest, self.source, now) if newest is not None else None)
        return [sentence for sentence in found if sentence is not None]

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Request | Caught]:
        """A listing gave no answer."""
        self.visit.failed += 1
        self._problem(self._said(failure))
        async for request in self._end_listing():
            yield request

    async def _end_listing(self) -> AsyncIterator[Request]:
        """After the last listing: the pages that are due."""
        self._reading -= 1
        if self._reading > 0 or self.revisit is Revisit.NONE or self._left <= 0:
            return
        for page in await asyncio.to_thread(self._due):
            if page.key not in self._asked and self._left > 0:
                yield self._ask_article(page.address, page.key, None, page.id)

    # ── Articles ────────────────────────────────────────────────────────────────────────────────────────────

    async def answered(self, response: Response) -> AsyncIterator[Caught]:
        """An article answered."""
        errand: Errand = response.meta[ERRAND]
        host = host_of(response.url)
        sound = response.status in (200, 304, 404, 410)
        if not sound:
            self.visit.failed += 1
            self._problem(f"{host}: answered {response.status} for articles")
        elif response.status == 200 and not response.body:
            self.visit.failed += 1
            self._problem(f"{host}: answered 200 with nothing for articles")
        elif response.status == 200 and _asked(response).method == "POST":
            family = self.source.family_of(errand.address)
            text = decode(response.body)
            if family is not None and family.unwrap(text) is None:
                self.visit.failed += 1
                said = said_of_page(text) if text.lstrip().startswith("<") else "answered without an article"
                self._problem(f"{host}: {said} for articles")
        yield self._caught(response, errand, later=None if sound else errand.page_id)

    async def article_failed(self, failure: Failure) -> AsyncIterator[Caught]:
        """An article gave no answer, or led elsewhere."""
        request = _request_of(failure)
        errand: Errand = request.meta[ERRAND]
        if isinstance(failure.value, Forbidden):
            self._problem(f"{host_of(request.url)}: robots.txt forbids some of the articles that are listed")
            return
        self.visit.failed += 1
        self._problem(self._said(failure))
        hops = request.meta.get("redirect_urls")
        reasons = request.meta.get("redirect_reasons")
        if isinstance(failure.value, Refused) and hops and reasons:
            yield Caught(
                capture=Capture(
                    source=self.source.slug,
                    kind=errand.kind,
                    address=errand.address,
                    key=errand.key,
                    requested_url=hops[0],
                    final_url=request.url,
                    status=int(reasons[-1]) if str(reasons[-1]).isdigit() else 302,
                    fetched_at=datetime.now(UTC),
                    hint=errand.hint,
                ),
                later=errand.page_id,
            )

    # ── Into captures and sentences ─────────────────────────────────────────────────────────────────────────

    def _caught(self, response: Response, errand: Errand, *, later: int | None = None) -> Caught:
        capture = Capture(
            source=self.source.slug,
            kind=errand.kind,
            address=errand.address,
            key=errand.key,
            requested_url=response.meta.get("redirect_urls", [_asked(response).url])[0],
            final_url=response.url,
            status=response.status,
            headers=tuple(_headers(response)),
            fetched_at=datetime.now(UTC),
            hint=errand.hint,
        )
        return Caught(capture=capture, body=response.body or None, later=later)

    def _said(self, failure: Failure) -> str:
        """Why a request got no answer, in a sentence."""
        request = _request_of(failure)
        errand: Errand = request.meta[ERRAND]
        return said_of_failure(failure.value, errand.what, request.url, self.settings)

    def _problem(self, sentence: str) -> None:
        if self.visit.problem(sentence):
            log.info("%s: %s", self.name, sentence)

    def _broken(self, doing: str) -> None:
        log.exception("%s: a bug of ours while %s", self.name, doing)
        self.visit.broken = True
        self.visit.problem(f"a bug of ours while {doing} (see the log)")

    # ── Questions to the archive, asked in threads ──────────────────────────────────────────────────────────

    def _make_all_due(self) -> None:
        with self.store.write() as archive:
            archive.pages.make_due(self.source.slug, datetime.now(UTC))

    def _due(self) -> list[Page]:
        with self.store.read() as archive:
            pages = archive.pages.due(self.source.slug, datetime.now(UTC), self._left + len(self._asked))
        return [page for page in pages if self.source.owns(page.address)]

    def _stored(self, requested_url: str) -> bytes:
        with self.store.read() as archive:
            latest = archive.captures.latest(self.source.slug, requested_url)
            return b"" if latest is None or latest.body_digest is None else archive.captures.body(latest.body_digest)

    def _newest(self, keys: Iterable[str]) -> datetime | None:
        """When the newest of these pages was first seen; None where one of them is not known yet."""
        with self.store.read() as archive:
            pages = [archive.pages.find(self.source.slug, key) for key in keys]
        return None if None in pages else max((page.first_seen_at for page in pages if page is not None), default=None)

    def _choose(self, articles: Iterable[Listed], now: datetime) -> list[tuple[Listed, Page | None]]:
        """Of listed articles those to ask for: new ones, and known ones that the listing says were edited."""
        chosen: list[tuple[Listed, Page | None]] = []
        articles = list(articles)
        slug = self.source.slug
        with self.store.read() as archive:
            known = archive.pages.known(slug, [a.key for a in articles])
            for article in articles:
                if article.key not in known:
                    if not selection.resting(archive.captures.of_page(article.key, slug), now):
                        chosen.append((article, None))
                elif self.revisit is not Revisit.NONE:
                    page = archive.pages.find(slug, article.key)
                    if page is not None and selection.edited(article, page, now):
                        chosen.append((article, page))
        return chosen


def spider_class(source: Source) -> type[SourceSpider]:
    """The spider of a source, as Scrapy lists and runs it."""
    name = "".join(part.capitalize() for part in source.slug.split("_"))
    made = type(f"{name}Spider", (SourceSpider,), {"name": source.slug, "source": source, "__doc__": source.name_en})
    return cast("type[SourceSpider]", made)


def _request_of(failure: Failure) -> Request:
    request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
    return request


def _asked(response: Response) -> Request:
    assert response.request is not None
    return response.request


_UNKEPT = frozenset({b"set-cookie"})  # a session of ours is nobody's news


def _headers(response: Response) -> Iterable[tuple[str, str]]:
    for name, values in response.headers.items():
        if name.lower() not in _UNKEPT:
            for value in values:
                yield name.decode("latin-1"), value.decode("latin-1")
