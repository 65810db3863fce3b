"""Visit sources, several at once, in this process: `crawl(sources, options)` blocks until all visits have ended.

Scrapy's own blocking process can be started once in the life of a Python process; a demo, a test or a service may
want several. So the event loop is ours: Twisted's asyncio reactor is started once and stays, and each call runs
the loop until its visits are over.
"""

import asyncio
import contextlib
import importlib
import logging
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor, is_reactor_installed

from spiders.download.guard import GuardedResolver
from spiders.source import Source
from spiders.spider import spider_class
from spiders.visit import OngoingVisit, Revisit
from storage.records import Visit, VisitState

log = logging.getLogger(__name__)

_OPENING = 0.02  # seconds between looks at a visit that opens
_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """How to visit. `contact` is told to the sites; `replica` is the base URL of a local server that answers for
    all of them; `private_hosts` may be on a private network although the guard refuses such addresses; `held` says
    that the caller holds the sources (`Store.visiting`); `settings` are further Scrapy settings, which win over
    everything."""

    database_url: str
    contact: str = ""
    revisit: Revisit = Revisit.DUE
    replica: str | None = None
    log_level: str = "INFO"
    at_once: int = 8  # sources
    private_hosts: tuple[str, ...] = ()
    held: bool = False
    settings: tuple[tuple[str, Any], ...] = ()


def crawl(sources: Sequence[Source], options: CrawlOptions) -> list[Visit]:
    """Visit these sources and give the records of the visits as they ended, in the same order.

    One source's failure never stops the others. SIGTERM and SIGINT let open requests end, close the runs as
    interrupted and return; a second one ends the visits at once. Must not be called from a running event loop.
    """
    if not sources:
        return []
    settings = _settings(options)
    _quieten(options.log_level)
    loop = _loop(settings)
    return loop.run_until_complete(_visit_all(sources, options, settings))


def _settings(options: CrawlOptions) -> Settings:
    """The settings of the project, wherever the process was started, and the options on top."""
    settings = Settings()
    settings.setmodule("spiders.settings", priority="project")
    ours = {
        "HEALTHWIRE_DATABASE_URL": options.database_url,
        "HEALTHWIRE_CONTACT": options.contact,
        "HEALTHWIRE_REPLICA": options.replica,
        "HEALTHWIRE_PRIVATE_HOSTS": list(options.private_hosts),
        "HEALTHWIRE_HELD": options.held,
        "SPIDER_MODULES": [],  # the spiders are made of the sources we were given
        **dict(options.settings),
    }
    settings.setdict(ours, priority="cmdline")
    return settings


def _quieten(level: str) -> None:
    """Log only when something is wrong, unless everything is asked for: how a visit went is in its record."""
    asked = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    for name in ("spiders", "scrapy", "twisted", "asyncio"):
        logging.getLogger(name).setLevel(asked if asked <= logging.DEBUG else max(asked, logging.WARNING))


def _loop(settings: Settings) -> asyncio.AbstractEventLoop:
    """The event loop under Twisted's reactor, which is installed and started on first use."""
    if not is_reactor_installed():
        install_reactor(_REACTOR)
    reactor: Any = importlib.import_module("twisted.internet.reactor")
    loop: asyncio.AbstractEventLoop | None = getattr(reactor, "_asyncioEventloop", None)
    if loop is None:
        raise RuntimeError(f"visits need Twisted's asyncio reactor, and {type(reactor).__name__} is installed")
    asyncio.set_event_loop(loop)
    if not reactor.running:
        reactor.startRunning(installSignalHandlers=False)
    GuardedResolver(reactor, GuardedResolver.trusted(settings), settings.getfloat("DNS_TIMEOUT")).install_on_reactor()
    return loop


async def _visit_all(sources: Sequence[Source], options: CrawlOptions, settings: Settings) -> list[Visit]:
    runner = AsyncCrawlerRunner(settings)
    stopping = asyncio.Event()
    places = asyncio.Semaphore(options.at_once)
    with _signals(runner, stopping):
        visits = [asyncio.ensure_future(_visit(runner, s, options.revisit, places, stopping)) for s in sources]
        return list(await asyncio.gather(*visits))


async def _visit(
    runner: AsyncCrawlerRunner, source: Source, revisit: Revisit, places: asyncio.Semaphore, stopping: asyncio.Event
) -> Visit:
    started = datetime.now(UTC)
    async with places:
        crawler: Crawler | None = None
        error: BaseException | None = None
        if not stopping.is_set():
            try:
                crawler = runner.create_crawler(spider_class(source))
                await runner.crawl(crawler, revisit=revisit)
            except (Exception, asyncio.CancelledError) as caught:
                error = caught
    return _record_of(source, crawler, error, started)


def _record_of(source: Source, crawler: Crawler | None, error: BaseException | None, started: datetime) -> Visit:
    """The record of a visit, however it ended."""
    now = datetime.now(UTC)
    visit: OngoingVisit | None = getattr(crawler.spider, "visit", None) if crawler is not None else None
    if visit is None:
        visit = OngoingVisit(record=Visit(source=source.slug, started_at=started))
    if isinstance(error, asyncio.CancelledError):
        visit.problem("ended at once on request")
        return replace(visit.closed(now, "shutdown"), state=VisitState.INTERRUPTED)
    if error is not None:
        log.error("%s: the visit broke down", source.slug, exc_info=error)
        visit.broken = True
        visit.problem(f"the visit broke down: {type(error).__name__}: {error}")
        return visit.closed(now, "broke down")
    if crawler is None:
        return visit.closed(now, "shutdown")
    return visit.record if visit.record.ended_at is not None else visit.closed(now, "unknown")


async def _end(runner: AsyncCrawlerRunner, crawler: Crawler) -> None:
    """Let a visit end its open requests and close.

    A stop that reaches Scrapy while a visit is still opening is noted there and not carried out, and then not even
    the end of the visit stops its engine. So the visit is let open first.
    """
    while crawler in runner.crawlers:
        if crawler._engine is not None and crawler._engine.running:
            await crawler.stop_async()
            return
        await asyncio.sleep(_OPENING)


@contextlib.contextmanager
def _signals(runner: AsyncCrawlerRunner, stopping: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT stop the visits while this lasts; what was set up before is put back."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears signals
        return
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Future[Any]] = set()

    def stop(number: int, _frame: Any) -> None:
        loop.call_soon_threadsafe(_stop, number)

    def _stop(number: int) -> None:
        name = signal.Signals(number).name
        if stopping.is_set():
            log.warning("%s again: ending the visits at once", name)
            for crawling in tuple(runner._active):
                crawling.cancel()
            return
        log.warning("%s: open requests are ended and the visits closed; once more ends them at once", name)
        stopping.set()
        tasks.update(asyncio.ensure_future(_end(runner, crawler)) for crawler in tuple(runner.crawlers))

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
