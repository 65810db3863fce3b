"""Reading in a process of its own: a foreign page gets so much time and memory, and no more.

    with ReadingWorker() as worker:
        reading = worker.read(page, source=source, memory=memory)

One process reads page after page; it is begun when the first is to be read, and another in its place after a page has
cost it its life. The limits are the system's own (CPU time by a timer that ends the process, memory by its address
space), so they hold inside a parser in C as well. What a page costs is counted in CPU time: a busy machine is slow,
not wrong.
"""

import contextlib
import pickle
import resource
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pipeline.reading.read import RawPage, Reading, read
from storage.records import SiteMemory

if TYPE_CHECKING:
    from spiders.source import Source

SECONDS = 10.0
"""CPU time for one page; the slowest of real pages takes a twentieth of it."""

PATIENCE = 6.0
"""Times as long by the clock on the wall: for a worker that neither works nor answers."""

MEMORY = 1024**3
"""Bytes of address space of a worker, its libraries included."""

_LOOK = 0.1  # seconds between looks at whether to stop


class Overrun(Exception):  # noqa: N818 - it is what the page did
    """A page took more time or memory than a page may; the message says which."""


class Stopped(Exception):  # noqa: N818
    """Reading was given up because it was asked to stop; nothing is known of the page."""


class ReadingBroke(Exception):  # noqa: N818
    """A bug of ours in the worker; the message is its traceback."""


class ReadingWorker:
    """Reads pages one at a time in another process. For one thread at a time.

    `stop` is asked while a page is being read: when it says yes the worker is ended at once.
    """

    def __init__(
        self, *, stop: Callable[[], bool] = lambda: False, seconds: float = SECONDS, memory: int = MEMORY
    ) -> None:
        self._stop = stop
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection[Any, Any] | None = None
        self._told: dict[str, Source] = {}

    def read(self, page: RawPage, *, source: "Source | None" = None, memory: SiteMemory | None = None) -> Reading:
        """What `pipeline.reading.read` makes of the page. Raises Overrun, Stopped and ReadingBroke."""
        if self._line is None:
            self._begin()
        assert self._line is not None
        slug = source.slug if source is not None else None
        news = source if source is not None and self._told.get(source.slug) is not source else None
        try:
            self._line.send((page, slug, news, memory))
            answered, value = self._answer()
        except (EOFError, ConnectionError):
            raise Overrun(self._cause_of_death()) from None
        if source is not None:
            self._told[source.slug] = source
        if answered == "read":
            assert isinstance(value, Reading)
            return value
        self.close()  # what it has left of its memory is nobody's to know
        if answered == "memory":
            raise Overrun(self._said_of_memory())
        raise ReadingBroke(value)

    def close(self) -> None:
        """End the process; another page begins another."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._line = self._process = None
        self._told.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", __name__, str(theirs.fileno()), str(self._seconds), str(self._memory)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._line = Connection(ours.detach())

    def _answer(self) -> tuple[str, Any]:
        assert self._line is not None
        until = time.monotonic() + self._seconds * PATIENCE
        while not self._line.poll(_LOOK):
            if self._stop():
                self.close()
                raise Stopped
            if time.monotonic() > until:
                self.close()
                raise Overrun(f"reading it did not end within {self._seconds * PATIENCE:g} seconds")
        answer: tuple[str, Any] = self._line.recv()
        return answer

    def _cause_of_death(self) -> str:
        assert self._process is not None
        status = self._process.wait()
        self.close()
        if status == -signal.SIGPROF:
            return f"reading it takes more than {self._seconds:g} seconds"
        if status in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGKILL, -signal.SIGBUS):
            return (
                f"reading it ended the reader ({signal.Signals(-status).name}): a bug in a parser, or too much memory"
            )
        return f"reading it ended the reader with status {status}"

    def _said_of_memory(self) -> str:
        return f"reading it takes more than {self._memory // 2**20:,} MiB of memory"


def serve(line: "Connection[Any, Any]", seconds: float) -> None:
    """Answer questions until the other side hangs up: the other process's side."""
    sources: dict[str, Source] = {}
    while True:
        try:
            page, slug, news, memory = line.recv()
        except EOFError:
            return
        if news is not None:
            sources[news.slug] = news
        signal.setitimer(signal.ITIMER_PROF, seconds)  # nobody hears its signal, so the process ends
        try:
            answer: tuple[str, Any] = ("read", read(page, source=sources.get(slug) if slug else None, memory=memory))
        except MemoryError:
            answer = ("memory", None)
        except Exception:
            answer = ("broke", traceback.format_exc())
        signal.setitimer(signal.ITIMER_PROF, 0)
        with contextlib.suppress(ConnectionError):
            line.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _main(number: str, seconds: str, memory: str) -> None:
    for number_ in (signal.SIGINT, signal.SIGTERM):  # who asked for the reading decides when it ends
        signal.signal(number_, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError):  # not every system bounds an address space
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(Connection(int(number)), float(seconds))


if __name__ == "__main__":
    _main(*sys.argv[1:])
