"""The HTTP side of the replica: one loopback server for all hosts, told apart by the Host header.

Does what a web server in front of a site does: HEAD, ETag and Last-Modified with 304, gzip, 404 for hosts it does
not know, and a record of everything that was asked.
"""

import gzip
import hashlib
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from spiders.replica.answers import Answer, Asked
from spiders.replica.press import FOREIGN, FOREIGN_HOST, Press
from spiders.replica.truth import Truth, truth
from spiders.replica.world import BASE, FIRST, LAST, World

_SMALLEST_GZIP = 400  # bytes; below that compression only costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """One answered request: what was asked of whom at which edition, the status, and the bytes of body sent."""

    method: str
    host: str
    path: str
    status: int
    bytes: int
    edition: int


class Replica:
    """A small copy of the press on loopback.

        with Replica() as replica:
            ... crawl with HEALTHWIRE_REPLICA = replica.url ...
            replica.turn(2)

    `base` is the day the articles are dated from; the same day gives the same bytes. Port 0 takes any free port.
    `patience` scales the delay of slow pages (0: none).
    """

    def __init__(self, port: int = 0, *, base: date = BASE, edition: int = FIRST, patience: float = 1.0) -> None:
        self.world = World(base)
        self.press = Press(self.world)
        self.edition = edition
        self.patience = patience
        self._lock = threading.Lock()
        self._serial = 0
        self._requests: list[Requested] = []
        self._server = _Server(("127.0.0.1", port), _Connection)
        self._server.replica = self
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> tuple[Requested, ...]:
        """Everything that was asked since the start or the last `forget`, in the order of the answers."""
        with self._lock:
            return tuple(self._requests)

    @property
    def log(self) -> str:
        """The requests as lines for people."""
        return "\n".join(f"{r.edition} {r.status} {r.method:4} {r.host}{r.path} {r.bytes}" for r in self.requests)

    def forget(self) -> None:
        """Start the record of requests anew."""
        with self._lock:
            self._requests.clear()

    def turn(self, edition: int) -> None:
        """Go to an edition; ValueError when there is no such one."""
        if not FIRST <= edition <= LAST:
            raise ValueError(f"the replica has editions {FIRST} to {LAST}, not {edition}")
        self.edition = edition

    def expected(self) -> tuple[Truth, ...]:
        """What is true of each article, from how the articles were written and not from any reader of ours."""
        return truth(self.press)

    def start(self) -> Self:
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="replica", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and free the port."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ── for the server's threads ──

    def next_serial(self) -> int:
        with self._lock:
            self._serial += 1
            return self._serial

    def record(self, asked: Asked, status: int, sent: int) -> None:
        seen = Requested(
            method=asked.method,
            host=asked.host,
            path=asked.target,
            status=status,
            bytes=sent,
            edition=asked.edition,
        )
        with self._lock:
            self._requests.append(seen)

    def answer(self, asked: Asked) -> Answer:
        site = self.press.site(asked.host)
        if site is not None:
            return site.answer(asked)
        if asked.host == FOREIGN_HOST:
            return Answer(body=FOREIGN)
        return Answer(status=421, body=b"no such site in this replica\n", content_type="text/plain")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    replica: Replica

    def handle_error(self, request: object, client_address: object) -> None:
        """A visitor that hangs up is no news; anything else is a bug of the replica and is shown."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "replica"
    timeout = 30
    server: _Server

    def version_string(self) -> str:
        return self.server_version

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: requests are kept in the replica's own record."""

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_POST = do_GET  # noqa: N815

    def _serve(self) -> None:
        replica = self.server.replica
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            method=self.command,
            host=(self.headers.get("Host") or "").lower(),
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
            edition=replica.edition,
            serial=replica.next_serial(),
        )
        answer = replica.answer(asked)
        if answer.delay:
            time.sleep(answer.delay * replica.patience)
        status, headers, body = finish(asked, answer)
        if self.command == "HEAD":
            body = b""
        replica.record(asked, status, len(body))
        try:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


def finish(asked: Asked, answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """An answer as it goes over the wire: validators, 304, gzip, length. Pure."""
    etag = f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"' if answer.tagged else None
    body, headers = answer.body, list(answer.headers)
    compressible = len(body) >= _SMALLEST_GZIP
    if compressible and _accepts_gzip(asked.headers.get("accept-encoding", "")):
        body = gzip.compress(body, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
        etag = f"W/{etag}" if etag else None  # other bytes than the plain ones: only weakly the same
    if compressible:
        headers.append(("Vary", "Accept-Encoding"))
    if etag:
        headers.append(("ETag", etag))
    if answer.modified is not None:
        headers.append(("Last-Modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True)))
    if answer.status == 200 and asked.method in ("GET", "HEAD") and not_modified(asked.headers, etag, answer.modified):
        headers = [(name, value) for name, value in headers if name != "Content-Encoding"]
        return 304, headers, b""
    headers.append(("Content-Type", answer.content_type))
    headers.append(("Content-Length", str(len(body))))
    return answer.status, headers, body


def not_modified(headers: dict[str, str], etag: str | None, modified: datetime | None) -> bool:
    """Whether a conditional request is answered with 304: If-None-Match first, and only then the date."""
    wanted = headers.get("if-none-match")
    if wanted is not None:
        if etag is None:
            return False
        return wanted.strip() == "*" or any(_opaque(tag) == _opaque(etag) for tag in wanted.split(","))
    since = headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")


def _accepts_gzip(header: str) -> bool:
    for part in header.split(","):
        name, _, parameters = part.strip().partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return parameters.replace(" ", "") not in ("q=0", "q=0.0")
    return False
