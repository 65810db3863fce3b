"""The spider as our middlewares and extensions see it: its source, its visit so far, its archive."""

import asyncio
from typing import Protocol, cast

from scrapy.crawler import Crawler

from spiders.source import Source
from spiders.visit import OngoingVisit
from storage.store import Store


class Visiting(Protocol):
    """A spider as far as middlewares, extensions and the sink need it."""

    name: str
    source: Source
    visit: OngoingVisit
    store: Store  # set by the sink before the first request
    stopping: asyncio.Future[None] | None


def spider_of(crawler: Crawler) -> Visiting:
    """The spider of a crawler whose visit has begun."""
    return cast("Visiting", crawler.spider)


def source_of(crawler: Crawler) -> Source:
    """The source that a crawler visits; known before its spider is made."""
    return cast("type[Visiting]", crawler.spidercls).source
