"""Why there was no answer: one sentence a cause, for a person."""

import errno

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.settings import Settings

from spiders.download.failures import said_of_failure
from spiders.download.guard import Refused

HOST = "tin.example"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("refused: a private address"), "the list: refused: a private address"),
        (CannotResolveHostError("x"), f"{HOST}: no answer: DNS lookup failed"),
        (DownloadConnectionRefusedError("x"), f"{HOST}: no answer: connection refused"),
        (DownloadTimeoutError("x"), f"{HOST}: no answer within 30 s"),
        (DownloadCancelledError("x"), "the list: larger than the 10 MB allowed"),
        (ResponseDataLossError("x"), f"{HOST}: the connection broke off in the middle of an answer"),
        (IgnoreRequest("max redirections reached"), "the list: redirected in circles"),
        (IgnoreRequest("not today"), "the list: not today"),
        (
            DownloadFailedError("[SSL] certificate verify failed"),
            f"{HOST}: no answer: its TLS certificate cannot be verified",
        ),
        (
            DownloadFailedError("dh key too small"),
            f"{HOST}: no answer: no common TLS ciphers; `tls` of its source file may relax them",
        ),
        (DownloadFailedError("reset by peer"), f"{HOST}: no answer: reset by peer"),
        (OSError(), f"{HOST}: no answer: OSError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_cause_has_its_sentence(error: Exception, said: str) -> None:
    settings = Settings({"DOWNLOAD_TIMEOUT": 30, "DOWNLOAD_MAXSIZE": 10_000_000})
    assert said_of_failure(error, "the list", f"https://{HOST}/list", settings) == said


def test_our_own_exhaustion_is_not_the_sites_fault() -> None:
    error = DownloadFailedError("could not connect")
    error.__cause__ = OSError(errno.EMFILE, "Too many open files")
    said = said_of_failure(error, "the list", f"https://{HOST}/", Settings())
    assert "ulimit -n" in said
    assert HOST not in said
