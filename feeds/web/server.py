"""The web server with its limits: how many connections there may be, and how long one may take to ask.

A thousand connections that never finish their first line must not take the descriptors that readers and visits need.
"""

import asyncio
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS = 400
"""Connections at once; whoever comes then is answered 503."""

HEADERS_WITHIN = 10.0
"""Seconds within which a request's line and headers must have come."""


class PatientProtocol(H11Protocol):
    """Speaks HTTP/1.1 and hangs up on whoever has begun to ask and does not go on."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A reader has come: the patience with it begins."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(HEADERS_WITHIN, self._hang_up)

    def data_received(self, data: bytes) -> None:
        """Part of a request has come; the patience ends with its headers, and begins anew with the next request."""
        super().data_received(data)
        asked = self.cycle is not None and not self.cycle.response_complete
        if asked and self._patience is not None:
            self._patience.cancel()
            self._patience = None
        elif not asked and self._patience is None:
            self._patience = self.loop.call_later(HEADERS_WITHIN, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """The reader has gone."""
        if self._patience is not None:
            self._patience.cancel()
        super().connection_lost(exc)

    def _hang_up(self) -> None:
        self._patience = None
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()


def config_of(app: Starlette, **more: Any) -> uvicorn.Config:
    """The server's configuration: our protocol, our limits, no log of its own."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        limit_concurrency=CONNECTIONS,
        log_config=None,
        access_log=False,
        lifespan="off",
        **more,
    )
