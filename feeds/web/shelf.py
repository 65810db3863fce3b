"""Finished answers, kept until the archive changes."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from feeds.web.body import Body

MOST = 512


class Shelf:
    """Keeps answers by key, all of one version of the archive; safe for many threads.

    `version` is asked before an answer is given, at most every `recheck` seconds. Does not build answers that
    nobody asks for.
    """

    def __init__(self, version: Callable[[], Hashable], recheck: float = 0.0) -> None:
        self._ask = version
        self._recheck = recheck
        self._lock = threading.Lock()
        self._version: Hashable = None
        self._asked_at = float("-inf")
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._given: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def ready(self, key: str) -> Body | None:
        """The answer, if it is at hand and the archive was looked at within `recheck` seconds; never blocks."""
        if time.monotonic() - self._asked_at >= self._recheck:
            return None
        return self._bodies.get(key)

    def get(self, key: str, build: Callable[[], Body | None]) -> Body | None:
        """The answer of that key, built when it is missing or of an older archive; None when there is none."""
        version = self._ask()
        with self._lock:
            if version != self._version:
                self._bodies.clear()
                self._version = version
            self._asked_at = time.monotonic()
            kept = self._bodies.get(key)
        if kept is not None:
            return kept
        built = build()
        if built is None:
            return None
        with self._lock:
            body = self._later(key, built)
            if version == self._version:
                self._bodies[key] = body
                while len(self._bodies) > MOST:
                    self._bodies.popitem(last=False)
        return body

    def _later(self, key: str, body: Body) -> Body:
        """Make Last-Modified move whenever the bytes do, also where the archive's own times did not."""
        if body.modified is None:
            return body
        before = self._given.pop(key, None)
        if before is not None and before[0] == body.etag:
            body = replace(body, modified=before[1])
        elif before is not None and body.modified is not None and body.modified <= before[1]:
            now = datetime.now(UTC).replace(microsecond=0)
            body = replace(body, modified=max(now, before[1] + timedelta(seconds=1)))
        assert body.modified is not None
        self._given[key] = (body.etag, body.modified)
        while len(self._given) > MOST:
            self._given.popitem(last=False)
        return body
