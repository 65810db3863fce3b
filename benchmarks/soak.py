"""A bad day in minutes: the service against the replica while everything that can go wrong does.

    python benchmarks/soak.py [--seconds 300] [--seed 1] [--sources vietnamplus_vn,…]

`healthwire run` with its children visits the replica of the press and a hostile source, again and again; four readers
poll what it publishes. Meanwhile the service, its visits and its reading worker are killed, the disk is full for a
while, the clock on the wall jumps (with libfaketime, of Debian's package faketime; said where it is missing), and the
archive is moved away and back. Between the faults nothing that was captured may be lost or stand there twice; at the
end the archive is what is true of the replica, memory and descriptors are flat, and the log is bounded. Ends with
status 1 where anything of this does not hold.
"""

import argparse
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from pipeline.config import Settings
from pipeline.demo import deviations, isolated
from spiders.replica.answers import Answer, Asked
from spiders.replica.press import replica_sources
from spiders.replica.server import Replica
from storage.errors import StorageError
from storage.records import VisitState
from storage.store import Store

READERS = 4
PATHS = (
    "/",
    "/feeds/health-cooperation.rss",
    "/feeds/partner-jp.atom",
    "/search?q=y+te",
    "/health",
    "/api/stories",
    "/sources",
)
RECOVERS_WITHIN = 90.0  # seconds
SETTLES_WITHIN = 240.0
LOG_A_MINUTE = 60_000  # bytes, on a day as bad as this
MEMORY_GROWS = 1.15  # the last third of a life against the first
FEW = 8  # descriptors that come and go
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")

HOSTILE = "hostile.example"
SOURCE = f"""
slug = "hostile_example"
name = "Hostile"
name_en = "Hostile"
kind = "newspaper"
country = "VN"
language = "vi"
home = "https://{HOSTILE}/"
hosts = ["{HOSTILE}"]
article = ["/bai-[0-9-]+[.]html$"]
[[entries]]
kind = "feed"
url = "https://{HOSTILE}/rss"
what = "poison"
evidence = "seen"
"""


def bombs() -> tuple[bytes, ...]:
    """Pages that cost a parser, a reader or a judge far more than pages do."""
    prose = b"<h1>Thu truong tiep Dai su</h1>" + b"<p>A paragraph of an article that goes on for a while.</p>" * 5
    return (
        b"<p " + b" ".join(b"a%d=1" % number for number in range(600_000)) + b">" + prose,
        b"<title>" + b"word and " * 900_000 + b"</title>" + prose,
        prose + b"<p>a short paragraph" * 400_000,
        b"<div>" * 400_000 + prose,
        b"<ul>" + b"<li>Theo TTXVN (Anh: By A | B) " * 250_000,
        b"\x00\xff" * 2_000_000,
    )


class HostileReplica(Replica):
    """The replica, and one host more, whose feed names new poison at each visit."""

    def __init__(self) -> None:
        super().__init__(base=datetime.now(UTC).date(), patience=0.1)
        self._bombs = bombs()

    def answer(self, asked: Asked) -> Answer:
        if asked.host.partition(":")[0] != HOSTILE:
            return super().answer(asked)
        if asked.path == "/rss":
            now = format_datetime(datetime.now(UTC))
            items = "".join(
                f"<item><title>Poison</title><link>https://{HOSTILE}/bai-{asked.serial}-{number}.html</link>"
                f"<pubDate>{now}</pubDate></item>"
                for number in range(len(self._bombs))
            )
            feed = f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
            return Answer(body=feed.encode(), content_type="application/rss+xml")
        if asked.path.startswith("/bai-"):
            return Answer(body=self._bombs[int(asked.path.rpartition("-")[2].partition(".")[0])])
        return Answer(status=404, body=b"nothing here")


@dataclass(slots=True)
class Row:
    """What came of one kind of fault."""

    tries: int = 0
    lost: int = 0
    doubled: int = 0
    recovered: list[float] = field(default_factory=list)


class Trial:
    """One installation, its service, and what is done to it."""

    def __init__(self, place: Path, replica: Replica, seed: int, slugs: list[str]) -> None:
        self.chance = random.Random(seed)
        self.replica = replica
        self.sources = {slug: source for slug, source in replica_sources().items() if not slugs or slug in slugs}
        (place / "sources").mkdir()
        (place / "sources" / "hostile_example.toml").write_text(SOURCE)
        self.clock = place / "clock"
        self.clock.write_text("+0")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.settings = Settings(
            database_url=f"sqlite:///{place / 'healthwire.db'}",
            feeds_dir=place / "feeds",
            sources_dir=place / "sources",
            sources=(*self.sources, "hostile_example"),
            replica=replica.url,
            contact="https://example.org/soak",
            visits_at_once=3,
            port=port,
        )
        self.base = f"http://127.0.0.1:{port}"
        self.store = Store.open(self.settings.database_url)
        self.store.migrate()
        self.archive = place / "healthwire.db"
        self.log = bytearray()
        self.rows: dict[str, Row] = {}
        self.lives: list[list[tuple[int, int]]] = []  # of each service: resident KiB and descriptors, over time
        self.answers: Counter[str] = Counter()
        self.ended = threading.Event()
        self.service = self.start()

    # ── the service ──

    def start(self) -> "subprocess.Popen[bytes]":
        environment = isolated(self.settings)
        if FAKETIME.exists():
            environment |= {
                "LD_PRELOAD": str(FAKETIME),
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "DONT_FAKE_MONOTONIC": "1",
                "NO_FAKE_STAT": "1",
            }
        service = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "run"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        threading.Thread(target=self._listen, args=(service,), daemon=True).start()
        self.lives.append([])
        return service

    def _listen(self, service: "subprocess.Popen[bytes]") -> None:
        assert service.stderr is not None
        while some := service.stderr.read1(65536):
            self.log += some

    def family(self) -> dict[int, str]:
        """The service's processes, itself and all below it, with their command lines."""
        parents: dict[int, int] = {}
        commands: dict[int, str] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError, IndexError):
                    number = int(folder.name)
                    parents[number] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    commands[number] = (folder / "cmdline").read_text().replace("\0", " ")
        found = {self.service.pid}
        while more := {number for number, parent in parents.items() if parent in found} - found:
            found |= more
        return {number: commands.get(number, "") for number in found}

    def child(self, what: str) -> int | None:
        """One of the service's children whose command line has this word."""
        some = [number for number, command in self.family().items() if what in command and number != self.service.pid]
        return self.chance.choice(some) if some else None

    def health(self) -> int:
        """The status of /health; 0 without an answer."""
        try:
            with urlopen(f"{self.base}/health", timeout=5) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except (URLError, OSError):
            return 0

    # ── looking on ──

    def read(self, number: int) -> None:
        """One reader, who asks again and again and shows what it has."""
        chance = random.Random(number)
        known: dict[str, str] = {}
        while not self.ended.is_set():
            path = chance.choice(PATHS)
            request = Request(self.base + path, headers={"If-None-Match": known[path]} if path in known else {})
            try:
                with urlopen(request, timeout=20) as answer:
                    known[path] = answer.headers.get("ETag", "")
                    answer.read()
                    self.answers[str(answer.status)] += 1
            except HTTPError as error:
                self.answers[str(error.code)] += 1
            except (URLError, OSError):
                self.answers["no answer"] += 1
            self.ended.wait(chance.uniform(0.05, 0.4))

    def watch(self) -> None:
        """Measure the service's own process, once a second."""
        while not self.ended.wait(1):
            with suppress(OSError, ValueError, IndexError):
                here = Path(f"/proc/{self.service.pid}")
                status = (here / "status").read_text().partition("VmRSS:")[2].split()
                self.lives[-1].append((int(status[0]), len(list((here / "fd").iterdir()))))

    def press(self) -> None:
        """Make every source and page due, again and again: a day's visits in minutes."""
        while not self.ended.wait(5):
            with suppress(StorageError):
                self.make_due()

    def make_due(self) -> None:
        past = datetime.now(UTC) - timedelta(days=9)
        with self.store.write() as archive:
            running = {visit.source for visit in archive.visits.running()}
            for state in archive.visits.states():
                if state.slug not in running and (state.next_visit_at is None or state.next_visit_at > past):
                    archive.visits.save_state(replace(state, next_visit_at=past))
                    archive.pages.make_due(state.slug, past)

    def kept(self) -> tuple[set[int], int]:
        """The captures that are committed, and how many things stand there twice."""
        with self.store.read() as archive:
            captures = archive.query("SELECT id FROM captures").rows
            twice = archive.query(
                "SELECT (SELECT count(*) FROM (SELECT 1 FROM captures"
                " GROUP BY source, requested_url, fetched_at, status, body_digest HAVING count(*) > 1))"
                " + (SELECT count(*) FROM revisions a JOIN revisions b"
                " ON b.page_id = a.page_id AND b.number = a.number + 1 AND b.digest = a.digest)"
            ).rows
        return {number for (number,) in captures}, int(twice[0][0])

    def visited_since(self, number: int) -> bool:
        with self.store.read() as archive:
            found = archive.query(f"SELECT 1 FROM visits WHERE id > {number} AND state = 'finished' LIMIT 1")
        return bool(found.rows)

    def newest_visit(self) -> int:
        with self.store.read() as archive:
            return int(archive.query("SELECT coalesce(max(id), 0) FROM visits").rows[0][0])

    # ── faults ──

    def suffer(self, name: str, fault: Callable[[], bool]) -> None:
        """One fault: what was committed before it stays, nothing is doubled by it, and the service comes back."""
        before, doubled = self.kept()
        newest = self.newest_visit()
        row = self.rows.setdefault(name, Row())
        if not fault():
            return  # there was nothing to be killed
        began = time.monotonic()
        row.tries += 1
        while not (self.health() == 200 and self.visited_since(newest)):
            if time.monotonic() - began > RECOVERS_WITHIN:
                break
            time.sleep(0.2)
        row.recovered.append(time.monotonic() - began)
        after, still = self.kept()
        row.lost += len(before - after)
        row.doubled += max(0, still - doubled)

    def kill_service(self) -> bool:
        self.service.kill()
        self.service.wait()
        self.service = self.start()
        return True

    def _kill(self, what: str) -> bool:
        number = self.child(what)
        if number is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        return True

    def kill_visit(self) -> bool:
        return self._kill(" crawl ")

    def kill_reader(self) -> bool:
        return self._kill("reading_worker")

    def fill_disk(self) -> bool:
        """No file may grow, of the service and of all its children, for a while."""
        until = time.monotonic() + self.chance.uniform(3, 8)
        limited: set[int] = set()
        while time.monotonic() < until:
            limited |= self._limit(0)
            time.sleep(0.2)
        for _ in range(5):  # children that were just being born have it too
            self._limit(resource.RLIM_INFINITY)
            time.sleep(0.1)
        return bool(limited)

    def _limit(self, size: int) -> set[int]:
        family = set(self.family())
        for number in family:
            with suppress(OSError):
                resource.prlimit(number, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        return family

    def set_clock(self, by: str) -> bool:
        if not FAKETIME.exists():
            return False
        self.clock.write_text(by)
        time.sleep(self.chance.uniform(6, 12))
        self.clock.write_text("+0")
        return True

    def move_archive(self) -> bool:
        away = self.archive.with_suffix(".away")
        self.archive.rename(away)
        time.sleep(self.chance.uniform(11, 14))  # more than a tick
        assert not self.archive.exists(), "an archive was begun anew where one was lost"
        away.rename(self.archive)
        return True

    def faults(self) -> dict[str, Callable[[], bool]]:
        return {
            "service killed": self.kill_service,
            "visit killed": self.kill_visit,
            "reading worker killed": self.kill_reader,
            "disk full": self.fill_disk,
            "clock 400 days ahead": lambda: self.set_clock("+400d"),
            "clock 5 hours back": lambda: self.set_clock("-5h"),
            "archive moved away": self.move_archive,
        }

    # ── the end ──

    def settled(self) -> list[str]:
        """What differs from the truth once every source has been visited again and all is processed."""
        began = time.monotonic()
        newest = self.newest_visit()
        wrong = ["nothing was looked at"]
        while time.monotonic() - began < SETTLES_WITHIN:
            time.sleep(2)
            if self.service.poll() is not None:
                return [f"the service ended by itself with status {self.service.returncode}"]
            with self.store.read() as archive:
                last = {slug: archive.visits.recent(slug, 1) for slug in self.sources}
                waiting = archive.captures.unprocessed(1, sources=self.sources)
            visited = all(v and (v[0].id or 0) > newest and v[0].state is VisitState.FINISHED for v in last.values())
            truths = [truth for truth in self.replica.expected() if truth.source in self.sources]
            wrong = deviations(self.store, self.sources, truths, self.replica.edition)
            if visited and not waiting and not wrong:
                return []
        return wrong or ["some source was not visited again in time"]

    def flat(self) -> Iterator[str]:
        """Whether the longest life of a service took more and more."""
        life = max(self.lives, key=len)
        third = len(life) // 3
        if third < 5:
            yield f"the longest life was of {len(life)} seconds: too short to tell whether memory is flat"
            return
        print("resident MiB, every tenth second:", *(resident // 1024 for resident, _ in life[::10]))
        first, last = life[third : 2 * third], life[-third:]  # the first third is the warming up
        grown = sum(r for r, _ in last) / len(last) / (sum(r for r, _ in first) / len(first))
        before, after = max(f for _, f in first), max(f for _, f in last)
        print(f"memory: {first[0][0] // 1024} MiB, at the end × {grown:.2f}; descriptors: {before}, at the end {after}")
        if grown > MEMORY_GROWS:
            yield f"memory grows: × {grown:.2f} within {2 * third} seconds"
        if after > before + FEW:
            yield f"descriptors grow: from {before} to {after}"


@contextmanager
def looked_on(trial: Trial) -> Iterator[None]:
    """Four readers, a measure, and a day pressed into minutes."""
    threads = [threading.Thread(target=trial.read, args=(number,)) for number in range(READERS)]
    threads += [threading.Thread(target=trial.watch), threading.Thread(target=trial.press)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        trial.ended.set()
        for thread in threads:
            thread.join()


def run(trial: Trial, seconds: float) -> list[str]:
    """Everything, and what does not hold in the end."""
    wrong: list[str] = []
    began = time.monotonic()
    with looked_on(trial):
        if said := trial.settled():
            return [f"before any fault: {each}" for each in said]
        faults = trial.faults()
        order: list[str] = []
        suffering = time.monotonic()
        while time.monotonic() - suffering < seconds:
            if not order:
                order = trial.chance.sample(sorted(faults), len(faults))
                if time.monotonic() - suffering > seconds / 2:
                    trial.replica.turn(2)
            name = order.pop()
            trial.suffer(name, faults[name])
            time.sleep(trial.chance.uniform(0.5, 3))
        trial.replica.turn(2)
        wrong += trial.settled()
        quiet = time.monotonic() + max(20.0, seconds / 5)  # a life long enough to tell whether it is flat
        while time.monotonic() < quiet:
            time.sleep(1)
        wrong += trial.flat()
    trial.service.send_signal(signal.SIGTERM)
    stopping = time.monotonic()
    try:
        if (status := trial.service.wait(timeout=70)) != 0:
            wrong.append(f"the service ended with status {status}")
    except subprocess.TimeoutExpired:
        wrong.append("the service did not end within its grace")
    print(f"stopped in {time.monotonic() - stopping:.1f} s")
    wrong += [f"damaged: {said}" for said in trial.store.inspect()]
    minutes = (time.monotonic() - began) / 60
    print(f"log: {len(trial.log) / minutes:,.0f} bytes a minute; readers: {dict(trial.answers)}")
    if len(trial.log) / minutes > LOG_A_MINUTE:
        wrong.append(f"the log grows by {len(trial.log) / minutes:,.0f} bytes a minute")
    if (count := trial.log.count(b"Traceback")) > 0:
        wrong.append(f"{count} tracebacks in the log")
    return wrong


def table(rows: dict[str, Row]) -> list[str]:
    """The table of faults; what is wrong in it."""
    print(f"{'fault':24} {'tries':>6} {'lost':>6} {'doubled':>8} {'recovered in (median, longest)':>32}")
    wrong = []
    for name, row in rows.items():
        times = sorted(row.recovered)
        said = f"{times[len(times) // 2]:.1f} s, {times[-1]:.1f} s" if times else "not tried"
        print(f"{name:24} {row.tries:6} {row.lost:6} {row.doubled:8} {said:>32}")
        if row.lost or row.doubled or (times and times[-1] > RECOVERS_WITHIN):
            wrong.append(f"{name}: {row.lost} lost, {row.doubled} doubled, recovered in {said}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=300, help="how long faults go on (default: 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sources", default="", help="only these, with commas between (default: all of the replica)")
    parser.add_argument("--log", type=Path, help="where to keep the service's log")
    options = parser.parse_args()
    if not FAKETIME.exists():
        print("the clock is left alone: libfaketime is not installed (Debian: apt-get install faketime)")
    with tempfile.TemporaryDirectory(prefix="healthwire-soak-") as folder, HostileReplica() as replica:
        trial = Trial(Path(folder), replica, options.seed, options.sources.split(",") if options.sources else [])
        try:
            wrong = run(trial, options.seconds)
        finally:
            trial.service.kill()
            trial.service.wait()
            trial.store.close()
            if options.log:
                options.log.write_bytes(trial.log)
    wrong += table(trial.rows)
    for said in wrong:
        print(f"WRONG: {said}")
    print("nothing lost, nothing doubled, the archive is what is true" if not wrong else f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
