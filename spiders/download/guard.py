"""The egress guard: what may be asked at all, and which addresses may be dialled.

Two fences, since each has holes the other covers. The downloader middleware looks at every request, redirects and
robots.txt included: http(s) only, hosts of the source only, known ports only, no literal address of a private
network however it is spelled. The resolver looks at what a name means at the moment of dialling, so that a name
that resolves to a private address (by mistake, or by DNS rebinding) is not reached.
"""

import asyncio
import ipaddress
import logging
import socket
import unicodedata
from collections.abc import Sequence
from typing import Any, Self, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.settings import BaseSettings
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer

from spiders.download.current import source_of
from spiders.selection import wrong_way
from spiders.source import Source
from spiders.visit import ERRAND, Errand
from storage.records import CaptureKind

log = logging.getLogger(__name__)

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

_SPECIAL = ipaddress.ip_network("192.88.99.0/24"), ipaddress.ip_network("3fff::/20")
"""Special-purpose networks that Python takes for global: 6to4 relays (RFC 7526) and documentation (RFC 9637)."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")


class Refused(IgnoreRequest):
    """A request that must not be made; the message says why, in words."""


def is_public(address: Ip) -> bool:
    """Whether an address is of the public internet, and not a way around to one that is not."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped is not None
        or address.sixtofour is not None
        or address.teredo is not None
        or any(address in network for network in _NAT64)
        or address.is_site_local
        or address.packed.startswith(bytes(12))  # IPv4-compatible, unspecified, loopback
    ):
        return False
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def literal(host: str) -> Ip | None:
    """The address that a host is, in any spelling that a resolver may accept (`0x7f.1`, `2130706433`, `１２７.1`)."""
    host = unicodedata.normalize("NFKC", host).replace("。", ".").strip("[]").rstrip(".").partition("%")[0]
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def refusal(url: str, source: Source, private_hosts: frozenset[str]) -> str | None:
    """Why an address must not be asked for this source, in words; None where it may.

    `private_hosts` are hosts the installation trusts although they are on a private network.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"not an address: {url}"
    if parts.scheme not in ("http", "https"):
        return f"not http or https: {url}"
    if not source.owns(url):
        return f"a foreign host: {url}"
    if parts.username is not None:
        return f"an address with a user name: {url}"
    if port not in {None, 80, 443, *(urlsplit(u).port for u in (source.home, *(e.url for e in source.entries)))}:
        return f"a port that the source does not use: {url}"
    address = literal(host)
    if address is not None and not is_public(address) and host not in private_hosts:
        return f"a private address: {url}"
    return None


class Guard:
    """Downloader middleware: refuses what `refusal` names, and redirects that lead elsewhere."""

    def __init__(self, source: Source, private_hosts: frozenset[str]) -> None:
        self._source = source
        self._private_hosts = private_hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(source_of(crawler), frozenset(crawler.settings.getlist("HEALTHWIRE_PRIVATE_HOSTS")))

    def process_request(self, request: Request) -> None:
        errand = request.meta.get(ERRAND)
        if isinstance(errand, Errand) and request.meta.get("redirect_urls"):
            asked = errand.address if errand.kind is CaptureKind.ARTICLE else request.meta["redirect_urls"][0]
            key = errand.key if errand.kind is CaptureKind.ARTICLE else None
            if why := wrong_way(asked, request.url, self._source, key=key):
                raise Refused(why)
        if why := refusal(request.url, self._source, self._private_hosts):
            raise Refused(f"refused: {why}")


# ── Dialling ───────────────────────────────────────────────────────────────────────────────────────────────


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name
        self.task: asyncio.Task[None] | None = None  # held here, or nothing would keep it alive

    def cancel(self) -> None:
        """Nothing to cancel: an answer that comes too late is not waited for."""


@implementer(IHostnameResolver)
class GuardedResolver:
    """Twisted's way to look up names, which gives public addresses only.

    A name that has a private address among its public ones is refused whole: that is how rebinding looks.
    """

    def __init__(self, reactor: Any, private_hosts: frozenset[str], timeout: float) -> None:
        self._reactor = reactor
        self._private_hosts = private_hosts
        self._timeout = timeout
        self._known: dict[str, tuple[Ip, ...]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        return cls(reactor, cls.trusted(crawler.settings), crawler.settings.getfloat("DNS_TIMEOUT"))

    @staticmethod
    def trusted(settings: BaseSettings) -> frozenset[str]:
        """Hosts that may be dialled on a private network: those that are set, and the replica."""
        hosts = set(settings.getlist("HEALTHWIRE_PRIVATE_HOSTS"))
        replica = settings.get("HEALTHWIRE_REPLICA")
        if replica:
            hosts.add(urlsplit(replica).hostname or "")
        return frozenset(hosts)

    def install_on_reactor(self) -> None:
        """Become the reactor's resolver."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        resolution.task = asyncio.ensure_future(self._answer(resolutionReceiver, hostName, portNumber))
        return cast("IHostResolution", resolution)

    async def _answer(self, receiver: Any, host: str, port: int) -> None:
        try:
            for address in await self._addresses(host):
                kind = IPv4Address if address.version == 4 else IPv6Address
                receiver.addressResolved(kind("TCP", str(address), port))
        except (OSError, TimeoutError, UnicodeError):
            pass  # no address: Twisted calls that a failed lookup
        finally:
            receiver.resolutionComplete()

    async def _addresses(self, host: str) -> tuple[Ip, ...]:
        known = self._known.get(host)
        if known is not None:
            return known
        lookup = asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        answers = await asyncio.wait_for(lookup, self._timeout)
        found = tuple(dict.fromkeys(ipaddress.ip_address(str(a[4][0]).partition("%")[0]) for a in answers))
        if host not in self._private_hosts:
            hidden = [address for address in found if not is_public(address)]
            if hidden:
                log.warning("%s resolves to the private address %s: not dialled", host, hidden[0])
                return ()
        if found:
            self._known[host] = found
        return found
