"""Manners: robots.txt obeyed and its Crawl-delay kept, Retry-After waited for."""

import asyncio
import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from spiders.download.current import spider_of
from spiders.visit import host_of

log = logging.getLogger(__name__)

LONGEST_WAIT = 30.0  # seconds a Retry-After is waited for within a visit
LONGEST_CRAWL_DELAY = 60.0

_FORBID_ALL = b"User-agent: *\nDisallow: /\n"


class Forbidden(IgnoreRequest):
    """A request that robots.txt forbids."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's robots.txt, with RFC 9309's reading of answers that are no rules.

    A robots.txt that is missing (4xx) forbids nothing; a server in trouble (5xx) forbids everything for now, and
    where robots.txt cannot be reached nothing else is tried: the request fails with what kept us from it.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreachable: dict[str, Exception] = {}

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            response = response.replace(body=_FORBID_ALL)
            spider_of(self.crawler).visit.problem(
                f"{netloc}: robots.txt answered {response.status}: nothing asked there for now"
            )
        elif response.status != 200:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unreachable[netloc] = exc
        super()._robots_error(exc, netloc)

    def process_request_2(self, rp: Any, request: Request) -> None:
        netloc = urlsplit(request.url).netloc
        if netloc in self._unreachable:
            raise self._unreachable[netloc]
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            raise Forbidden(f"robots.txt forbids {request.url}") from None


def _without_traceback(record: logging.LogRecord) -> bool:
    """What keeps us from a robots.txt is said once, as the visit's problem."""
    return not str(record.msg).startswith("Error downloading")


logging.getLogger("scrapy.downloadermiddlewares.robotstxt").addFilter(_without_traceback)


class CrawlDelay:
    """Extension: the delay between requests that a robots.txt asks for, kept where it is longer than ours."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.floors: dict[str, float] = {}  # host → seconds
        crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _robots_parsed(self, robotparser: Any, request: Request) -> None:
        settings = self._crawler.settings
        asked = robotparser.crawl_delay(settings.get("ROBOTSTXT_USER_AGENT") or settings["USER_AGENT"])
        if not asked:
            return
        host, delay = host_of(request.url), min(float(asked), LONGEST_CRAWL_DELAY)
        if delay < asked:
            spider_of(self._crawler).visit.problem(
                f"{host}: robots.txt asks for {asked:.0f} s between requests; {delay:.0f} s are kept"
            )
        if delay <= settings.getfloat("DOWNLOAD_DELAY"):
            return
        self.floors[host] = delay
        downloader = self._crawler.engine.downloader
        # also for the slot that Scrapy makes anew after a pause; without jitter, which would go below the delay
        downloader.per_slot_settings[host] = {"delay": delay, "jitter": 0}
        slot = downloader.slots.get(host)
        if slot is not None:
            slot.delay, slot.jitter = max(slot.delay, delay), 0
        log.info("%s: robots.txt asks for %s s between requests", host, asked)


class Throttle(AutoThrottle):
    """Scrapy's autothrottle, which never goes below the delay that a robots.txt asks for."""

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        kept = self.crawler.get_extension(CrawlDelay)
        if kept is not None:
            slot.delay = max(slot.delay, kept.floors.get(host_of(response.url), 0.0))


class Redirect(RedirectMiddleware):
    """Scrapy's redirects; a Referer that the source file sets stays as it is."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """Leave the headers alone."""

    def _engine_started(self) -> None:
        """Scrapy's would look for its Referer middleware, and warn that it is off."""


class Retry(RetryMiddleware):
    """Scrapy's bounded retries, which wait as long as the server asks; a longer wait is left to the next visit."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        retry: Self = super().from_crawler(crawler)
        return retry

    async def process_response(  # type: ignore[override]  # Scrapy awaits it where it is a coroutine
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        if response.status not in self.retry_http_codes or request.meta.get("dont_retry"):
            return response
        wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        if wait is not None and wait > LONGEST_WAIT:
            host = host_of(request.url)
            spider_of(self.crawler).visit.problem(
                f"{host}: answered {response.status} and asks for {wait:.0f} s of rest"
            )
            return response
        again = self._retry(request, f"{response.status}")
        if again is not None and wait:
            await asyncio.sleep(wait)
        return again or response


def retry_after(value: bytes | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for (a number, or a date); None where it says nothing sensible."""
    text = (value or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp())
