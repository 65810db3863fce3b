"""What a new page costs on its way through the archive, and whether that grows with the archive.

    python benchmarks/process.py [--pages 1000 10000] [--measured 500] [--database URL]

The archive is filled with pages of our own wording (twelve sources, one page in ten a copy of an earlier one, one in
fifty edited), then `--measured` further ones are processed and counted. Times are CPU of this process, a page: reading
and judging alone, and processing beyond that; then what publishing costs after one new story and after none. SQL
statements are those the driver gets. Growth is the ratio between the largest archive and the smallest.
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from feeds.publish import publish
from feeds.site import Site
from pipeline.process import process_pending, verdict_on
from pipeline.reading.read import RawPage, read
from pipeline.relevance.training.rows import Row, read_rows
from storage.records import Capture, CaptureKind, Document
from storage.store import Store

OWN = Path(__file__).parent.parent / "tests" / "labelled" / "stories.jsonl"
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
SOURCES = 12
SENTENCES_A_PAGE = 14
ADDED_AT_ONCE = 200
SITE = Site(url="http://127.0.0.1:8600", authority="benchmark.example")


class Press:
    """Endless pages, the same for the same seed: headline and lead of a labelled story, and sentences of its words."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._rows = [row for row in read_rows(OWN) if row.language == "vi" and row.text]
        self._words = sorted({word for row in self._rows for word in row.text.split()})
        self._kept: list[tuple[Row, list[str]]] = []
        self._number = itertools.count()

    def captures(self, count: int) -> Iterator[tuple[Capture, bytes]]:
        """The next `count` captures with their bodies."""
        for _ in range(count):
            number = next(self._number)
            source = f"bench{number % SOURCES}_vn"
            row, sentences = self._telling()
            address = f"https://{source.replace('_', '.')}/tin-{number}.html"
            capture = Capture(
                source=source,
                kind=CaptureKind.ARTICLE,
                address=address,
                key=address.removeprefix("https://"),
                requested_url=address,
                final_url=address,
                status=200,
                headers=(("Content-Type", "text/html; charset=utf-8"),),
                fetched_at=START + timedelta(minutes=number),
            )
            yield capture, _page(row.title, number, sentences).encode()

    def _telling(self) -> tuple[Row, list[str]]:
        if self._kept and self._random.random() < 0.1:
            return self._random.choice(self._kept[-200:])
        row = self._random.choice(self._rows)
        title = row.title.split()
        for place in self._random.sample(range(len(title)), len(title) // 2):  # no two headlines are the same news
            title[place] = self._random.choice(self._words)
        row = replace(row, title=" ".join(title))
        sentences = [" ".join(self._random.sample(row.text.split(), len(row.text.split())))]
        sentences += [" ".join(self._random.choices(self._words, k=22)) for _ in range(SENTENCES_A_PAGE)]
        self._kept.append((row, sentences))
        return row, sentences


def _page(title: str, number: int, sentences: list[str]) -> str:
    day = START + timedelta(minutes=number)
    paragraphs = "".join(f"<p>{'. '.join(sentences[i : i + 3])}.</p>" for i in range(0, len(sentences), 3))
    links = "".join(f'<li><a href="/muc-{i}">Mục {i}</a></li>' for i in range(30))
    return (
        f'<!DOCTYPE html><html lang="vi"><head><title>{title}</title><meta property="og:title" content="{title}">'
        f'<meta property="article:published_time" content="{day.isoformat()}"></head><body><nav><ul>{links}</ul></nav>'
        f"<article><h1>{title}</h1>{paragraphs}</article><footer><p>Toà soạn, điện thoại 024 0000 0000</p></footer>"
        "</body></html>"
    )


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements that drivers get meanwhile."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def add(store: Store, press: Press, count: int) -> None:
    """Put captures into the archive as a crawl does."""
    captures = press.captures(count)
    while batch := list(itertools.islice(captures, ADDED_AT_ONCE)):
        with store.write() as archive:
            for capture, body in batch:
                archive.captures.add(capture, body)


def bare(store: Store, press_seed: int, skip: int, count: int) -> float:
    """CPU milliseconds a page for reading and judging alone."""
    pages = list(itertools.islice(Press(press_seed).captures(skip + count), skip, None))
    begun = time.process_time()
    for capture, body in pages:
        outcome = read(RawPage(url=capture.address, body=body, content_type="text/html", fetched_at=START)).outcome
        assert isinstance(outcome, Document)
        verdict_on(outcome, None)
    return (time.process_time() - begun) / count * 1000


def measure(store: Store, press: Press, fill: int, count: int) -> dict[str, float]:
    """Fill the archive up to `fill` pages, then process `count` more; milliseconds of CPU and statements a page."""
    with store.read() as archive:
        there = len(archive.captures.all(limit=10**9))
    add(store, press, max(0, fill - there))
    process_pending(store, {})
    add(store, press, count)
    with counted() as statements:
        begun = time.process_time()
        tally = process_pending(store, {})
        spent = (time.process_time() - begun) / count * 1000
    assert tally.failed == 0, "a capture could not be processed"
    assert tally.processed == count
    with tempfile.TemporaryDirectory() as folder:
        publish(store, Path(folder), SITE)
        begun = time.process_time()
        feeds = publish(store, Path(folder), SITE).feeds
        none = time.process_time() - begun
        add(store, press, 1)
        process_pending(store, {})
        begun = time.process_time()
        publish(store, Path(folder), SITE)
        one = time.process_time() - begun
    return {
        "ms": spent,
        "statements": len(statements) / count,
        "feeds": feeds,
        "publish_none_s": none,
        "publish_one_s": one,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[1000, 3000])
    parser.add_argument("--measured", type=int, default=300)
    parser.add_argument("--database", help="an empty archive; by default a SQLite file that is removed at the end")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(given.database or f"sqlite:///{folder}/bench.db")
        store.migrate()
        press = Press()
        alone = bare(store, 1, 0, given.measured)
        print(f"read + judge alone: {alone:.2f} ms a page")
        found = []
        for fill in sorted(given.pages):
            figures = measure(store, press, fill, given.measured)
            found.append(figures["ms"] - alone)
            print(
                f"{fill:>8} pages: process {figures['ms']:.2f} ms a page, beyond read + judge {found[-1]:.2f}; "
                f"{figures['statements']:.1f} statements; publish {figures['feeds']:.0f} feeds: nothing new "
                f"{figures['publish_none_s']:.2f} s, one story {figures['publish_one_s']:.2f} s"
            )
            sys.stdout.flush()
        print(f"growth: {found[-1] / found[0]:.2f}")
        store.close()


if __name__ == "__main__":
    main()
