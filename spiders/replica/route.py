"""Scrapy's way to the replica: every request, whatever its scheme and host, goes to one loopback address.

Set as the download handler of http and https while the setting `HEALTHWIRE_REPLICA` holds the replica's base URL.
The source files then run unchanged: a request keeps its host in the Host header, a response comes back under the
address that was asked for, and redirects, robots.txt and cookies work as on the real site. No name is resolved
and nothing leaves the machine.
"""

import ipaddress
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.misc import build_from_crawler, load_object

_HANDLERS = "scrapy.core.downloader.handlers"


def loopback_base(url: str) -> str:
    """The base URL of a replica, without a slash at its end; ValueError unless it is plain http on loopback."""
    parts = urlsplit(url)
    wrong = f"HEALTHWIRE_REPLICA must be the http address of a replica on this machine, not {url!r}"
    if parts.scheme != "http" or parts.username or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise ValueError(wrong)
    host = parts.hostname or ""
    if host == "localhost":
        host = "127.0.0.1"  # without asking anyone what the name means
    try:
        address = ipaddress.ip_address(host)
        port = parts.port or 80
    except ValueError:
        raise ValueError(wrong) from None
    if not address.is_loopback:
        raise ValueError(wrong)
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"


class ReplicaRoute:
    """A download handler that hands every request to the handler for plain HTTP, at the replica's address."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        base = crawler.settings.get("HEALTHWIRE_REPLICA")
        if not base:
            raise NotConfigured("HEALTHWIRE_REPLICA is not set")
        self._base = loopback_base(base)
        with_reactor = crawler.settings.getbool("TWISTED_REACTOR_ENABLED", True)
        inner = f"{_HANDLERS}.http11.HTTP11DownloadHandler"
        if not with_reactor:
            inner = f"{_HANDLERS}._aiohttp.AiohttpDownloadHandler"
        self._inner: Any = build_from_crawler(load_object(inner), crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = request.headers.copy()
        headers["Host"] = parts.netloc.rpartition("@")[2]
        meta = {key: value for key, value in request.meta.items() if key != "proxy"}
        sent = request.replace(url=self._base + target, headers=headers, meta=meta)
        response: Response = await self._inner.download_request(sent)
        if "download_latency" in sent.meta:  # autothrottle looks for it in the request it knows
            request.meta["download_latency"] = sent.meta["download_latency"]
        return response.replace(url=request.url)

    async def close(self) -> None:
        await self._inner.close()
