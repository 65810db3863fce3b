"""Why a request got no answer, in a sentence for a person."""

import errno

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.settings import BaseSettings

from spiders.download.guard import Refused
from spiders.visit import host_of


def said_of_failure(error: BaseException | None, what: str, url: str, settings: BaseSettings) -> str:
    """What kept `what` (an errand in words) at `url` from being answered.

    Told from the error's class where Scrapy has one of its own, else from OpenSSL's and Twisted's words. The limits
    named in a sentence are those of `settings`.
    """
    host, words = host_of(url), str(error)
    if _is_ours(error):
        return (
            "this machine has no file descriptors left for visits: raise its limit (ulimit -n) or visit fewer at once"
        )
    if isinstance(error, Refused):
        return f"{what}: {words}"
    if isinstance(error, CannotResolveHostError):
        return f"{host}: no answer: DNS lookup failed"
    if isinstance(error, DownloadConnectionRefusedError):
        return f"{host}: no answer: connection refused"
    if isinstance(error, DownloadTimeoutError):
        return f"{host}: no answer within {settings.getfloat('DOWNLOAD_TIMEOUT'):.0f} s"
    if isinstance(error, DownloadCancelledError) or "DOWNLOAD_MAXSIZE" in words:
        return f"{what}: larger than the {settings.getint('DOWNLOAD_MAXSIZE') // 1_000_000} MB allowed"
    if isinstance(error, ResponseDataLossError):
        return f"{host}: the connection broke off in the middle of an answer"
    if "redirection" in words:
        return f"{what}: redirected in circles"
    if "certificate verify failed" in words or "VerificationError" in words:
        return f"{host}: no answer: its TLS certificate cannot be verified"
    if "dh key too small" in words or "handshake failure" in words or "key too small" in words:
        return f"{host}: no answer: no common TLS ciphers; `tls` of its source file may relax them"
    if isinstance(error, IgnoreRequest):
        return f"{what}: {words}"
    return f"{host}: no answer: {words or type(error).__name__}"


def _is_ours(error: BaseException | None) -> bool:
    """Whether what failed is this process's own limit, wherever in the chain of causes the system said so."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        found = getattr(error, "osError", error)  # Twisted keeps the system's error there
        if isinstance(found, OSError) and found.errno in (errno.EMFILE, errno.ENFILE):
            return True
        error = error.__cause__ or error.__context__
    return False
