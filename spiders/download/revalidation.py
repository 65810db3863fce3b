"""Conditional requests: what we have is not sent again when it has not changed.

The validators come from the archive: the newest good capture of the same requested address. A 304 reaches the
spider as what it is, since "unchanged" is a fact to record.
"""

import asyncio
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from spiders.download.current import spider_of
from storage.records import Capture
from storage.store import Store

_HEADERS = ("If-None-Match", "If-Modified-Since")


class Revalidation:
    """Downloader middleware: If-None-Match and If-Modified-Since from the last capture."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        for name in _HEADERS:
            request.headers.pop(name, None)  # those of the address that redirected here are not for this one
        if request.method != "GET" or request.meta.get("dont_obey_robotstxt"):  # the latter is robots.txt itself
            return
        spider = spider_of(self._crawler)
        asked = request.meta.get("redirect_urls", [request.url])[0]
        capture = await asyncio.to_thread(_latest, spider.store, spider.source.slug, asked)
        # a validator belongs to the address that gave it, not to one that redirected there
        if capture is not None and capture.final_url == request.url:
            for name, value in validators(capture).items():
                request.headers[name] = value


def validators(capture: Capture) -> dict[str, str]:
    """The conditional headers that ask whether the answer of a capture is still the answer."""
    if capture.status != 200 or capture.body_digest is None:
        return {}
    said = {"If-None-Match": capture.header("ETag"), "If-Modified-Since": capture.header("Last-Modified")}
    return {name: value for name, value in said.items() if value}


def _latest(store: Store, source: str, url: str) -> Capture | None:
    with store.read() as archive:
        return archive.captures.latest(source, url)
