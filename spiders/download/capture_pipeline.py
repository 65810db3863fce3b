"""Scrapy item pipeline: captures go into the archive, the record of the visit is opened and closed there.

A capture is one transaction, committed in a thread before the item counts as done: a crash at any point leaves
whole captures or none, and the loop that serves all spiders never waits for a disk. When the archive refuses, the
visit is over and has failed; captures are never lost silently.
"""

import asyncio
import logging
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem

from spiders.download.current import Visiting, spider_of
from storage.errors import StorageError
from storage.records import Capture, CaptureKind, VisitState
from storage.store import Store

log = logging.getLogger(__name__)

FAILED_RECHECK = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """A capture on its way into the archive. `later` is a page to be asked again only after a while."""

    capture: Capture
    body: bytes | None = None
    later: int | None = None


class Sink:
    """Keeps what spiders catch."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._store: Store | None = None
        self._held = ExitStack()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        sink = cls(crawler)
        crawler.signals.connect(sink._closed, signal=signals.spider_closed)
        return sink

    @property
    def _spider(self) -> Visiting:
        return spider_of(self._crawler)

    async def open_spider(self) -> None:
        visit = self._spider.visit
        try:
            self._store = await asyncio.to_thread(self._open)
        except StorageError as error:
            visit.broken = True
            visit.problem(f"the archive cannot be used: {error}")
            log.info("%s: the archive cannot be used: %s", self._spider.name, error)  # a problem of the visit is said
            raise CloseSpider("archive") from error
        self._spider.store = self._store

    def _open(self) -> Store:
        held = self._crawler.settings.getbool(
            "HEALTHWIRE_HELD"
        )  # then whoever started the visit has opened the archive
        store = Store.open(self._crawler.settings["HEALTHWIRE_DATABASE_URL"], make=not held)
        try:
            store.migrate()
            if not held:
                self._held.enter_context(store.visiting(self._spider.visit.record.source))
            with store.write() as archive:
                self._spider.visit.record = archive.visits.open(self._spider.visit.record)
        except BaseException:
            self._held.close()
            store.close()
            raise
        return store

    async def process_item(self, item: Caught) -> Caught:
        visit = self._spider.visit
        try:
            await asyncio.to_thread(self._keep, item)
        except Exception as error:
            if not visit.broken:
                visit.broken = True
                if isinstance(error, StorageError):  # a person can mend it, and the visit's problem says how
                    log.info("%s: a capture could not be kept: %s", self._spider.name, error)
                else:
                    log.error("%s: a capture could not be kept", self._spider.name, exc_info=error)
                # not awaited: closing waits for this item
                self._spider.stopping = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="archive"))
            visit.problem(f"a capture could not be kept: {error}")
            raise DropItem("not kept") from error
        visit.kept += 1
        if item.capture.status == 304:
            visit.unchanged += 1
        elif item.capture.kind is CaptureKind.ARTICLE and item.capture.status == 200 and item.body:
            visit.fetched += 1
        return item

    def _keep(self, caught: Caught) -> None:
        assert self._store is not None
        with self._store.write() as archive:
            archive.captures.add(replace(caught.capture, visit_id=self._spider.visit.record.id), caught.body)
            if caught.later is not None:
                archive.pages.postpone(caught.later, caught.capture.fetched_at + FAILED_RECHECK)

    async def _closed(self, reason: str) -> None:
        visit = self._spider.visit
        stats = self._crawler.stats.get_stats()
        bugs = sum(value for key, value in stats.items() if key == "spider_exceptions/count")
        if bugs:
            visit.broken = True
            visit.problem(f"a bug of ours: {bugs} exceptions in the spider (see the log)")
        visit.record = visit.closed(datetime.now(UTC), reason)
        if self._store is None:
            return
        try:
            await asyncio.to_thread(self._close)
        except StorageError as error:
            log.error("%s: the visit could not be closed: %s", self._spider.name, error)
            visit.problem(f"the visit could not be closed: {error}")
            visit.record = replace(visit.record, state=VisitState.FAILED, problems=visit.problems)

    def _close(self) -> None:
        assert self._store is not None
        try:
            with self._store.write() as archive:
                archive.visits.close(self._spider.visit.record)
        finally:
            self._held.close()
            self._store.close()
