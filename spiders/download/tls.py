"""How we speak TLS: certificates verified; per source, in words in the log, weaker ciphers, and last no verification.

`seclevel1` lowers OpenSSL's security level from 2 to 1, so that a server with a short Diffie-Hellman group can be
spoken to; the certificate is verified as ever.
"""

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from twisted.internet.ssl import optionsForClientTLS
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from spiders.download.current import source_of
from spiders.source import Tls

LEVEL_1 = "DEFAULT:@SECLEVEL=1"

WARNINGS = {
    Tls.SECLEVEL1: "weaker ciphers are accepted (OpenSSL security level 1); the certificate is verified",
    Tls.UNVERIFIED: "the certificate is NOT verified: whoever stands between us and the site can change its words",
}


class _Cipher:
    """A cipher to Twisted, a cipher string with its security level to OpenSSL.

    Twisted expands cipher strings into names of ciphers, and the level would be lost on the way.
    """

    fullName = LEVEL_1  # noqa: N815


class _Level1:
    def selectCiphers(self, availableCiphers: Any) -> tuple[_Cipher, ...]:  # noqa: N802, N803
        return (_Cipher(),)


@implementer(IPolicyForHTTPS)
class _VerifiedAtLevel1:
    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802
        return optionsForClientTLS(
            hostname.decode("ascii"), extraCertificateOptions={"acceptableCiphers": _Level1(), "fixBrokenPeers": True}
        )


class Transport(HTTP11DownloadHandler):
    """Scrapy's download handler with the source's TLS policy."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        source = source_of(crawler)
        if source.tls is Tls.SECLEVEL1:
            policy: Any = _VerifiedAtLevel1()
            self._contextFactory = policy
        elif source.tls is Tls.UNVERIFIED:
            # Scrapy's own policy without verification (DOWNLOAD_VERIFY_CERTIFICATES is off), ciphers at level 1
            self._contextFactory.tls_ciphers = _Level1()
