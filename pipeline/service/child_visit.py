"""A visit in a process of its own: a crash, a leak or an endless loop in one costs one visit."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import timedelta

from spiders.source import Source

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=60)  # how long a stopping service waits for running visits
VISIT_LIMIT = timedelta(minutes=30)  # a child that takes longer is stuck

BUSY = 75  # a visit's exit status where another process is visiting the source already (EX_TEMPFAIL of sysexits)


async def visit_in_child(source: Source, environment: Mapping[str, str], stopping: asyncio.Event) -> int:
    """Visit a source by `healthwire crawl SLUG` in a child process; gives its exit status.

    A stop of the service reaches the child as SIGTERM: it ends its open requests and closes its books.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pipeline.cli",
        "crawl",
        source.slug,
        "--quiet",
        "--for-service",
        str(os.getpid()),
        env={**os.environ, **environment},
    )
    ended = asyncio.create_task(child.wait())
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({ended, told}, timeout=VISIT_LIMIT.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            _signal(child, signal.SIGTERM)
            await asyncio.wait({ended}, timeout=GRACE.total_seconds() / 2)
        if not ended.done():
            log.error("%s: the visit did not end when told to; killed", source.slug)
            _signal(child, signal.SIGKILL)
        return await ended
    finally:
        told.cancel()


def end_with(parent: int, every: float = 1.0) -> None:
    """Have this process told to stop (SIGTERM) when its parent is gone: a killed service leaves no visit behind."""

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(every)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _signal(child: asyncio.subprocess.Process, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(what)
