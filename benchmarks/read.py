"""How fast and how large the reader is, beside trafilatura and resiliparse, on the same pages in the same run.

    python benchmarks/read.py [PAGES.jsonl[.gz]] [--rounds N]

PAGES holds a page a line with its `html`; without it the repository's own golden articles are read. Readers take turns
over small batches, so a busy machine slows all alike; time is processor time. Memory is the peak of a fresh process
that reads all pages with one reader, less that of one that only loads them.
"""

import argparse
import gzip
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PAGES = Path(__file__).parent.parent / "tests" / "pages"
BATCH = 10

Reader = Callable[[bytes], object]


def ours() -> Reader:
    from pipeline.reading.read import RawPage, read

    return lambda body: read(RawPage(url="https://example.org/", body=body))


def trafilatura() -> Reader:
    from trafilatura import extract

    return lambda body: extract(body.decode("utf-8", "replace"), include_comments=False)


def resiliparse() -> Reader:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda body: extract_plain_text(body.decode("utf-8", "replace"), main_content=True)


def nothing() -> Reader:
    return lambda body: None


READERS: dict[str, Callable[[], Reader]] = {
    "healthwire": ours,
    "trafilatura": trafilatura,
    "resiliparse": resiliparse,
}


def load(path: Path | None) -> list[bytes]:
    """The bodies to read."""
    if path is None:
        return [gzip.decompress(page.read_bytes()) for page in sorted(PAGES.glob("*/*article*.html.gz"))]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    return [row["html"].encode("utf-8", "surrogatepass") for row in rows if row.get("html")]


def seconds(readers: dict[str, Reader], bodies: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Processor seconds a round that each reader takes over all pages, the best of the rounds.

    In the first round every page is new to every reader; the best of several rounds lets caches help, ours too.
    """
    best = dict.fromkeys(readers, float("inf"))
    for _ in range(rounds):
        taken = dict.fromkeys(readers, 0.0)
        for start in range(0, len(bodies), BATCH):
            for name, reader in readers.items():
                began = time.process_time()
                for body in bodies[start : start + BATCH]:
                    reader(body)
                taken[name] += time.process_time() - began
        best = {name: min(best[name], taken[name]) for name in readers}
    return best


def peak(name: str, path: Path | None) -> int:
    """Peak memory in MiB of a fresh process that reads all pages with one reader."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak, (name, path))


def _peak(name: str, path: Path | None) -> int:
    reader = (READERS.get(name) or nothing)()
    for body in load(path):
        reader(body)
    status = Path("/proc/self/status")  # a process's own peak; getrusage inherits that of its parent
    if status.exists():
        return (
            next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) // 1024
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=1, help="1 (the default): every page is new to every reader")
    given = parser.parse_args()
    bodies = load(given.pages)
    if not bodies:
        sys.exit("no pages to read")
    readers: dict[str, Reader] = {}
    for name, make in READERS.items():
        try:
            readers[name] = make()
        except ImportError:
            print(f"{name}: not installed")
    warm = b"<html><body><article><h1>A headline</h1>" + b"<p>A paragraph of some length, to load what is lazy.</p>" * 9
    for reader in readers.values():
        reader(warm)
    taken = seconds(readers, bodies, given.rounds)
    idle = peak("nothing", given.pages)
    print(f"{len(bodies)} pages, {sum(map(len, bodies)) / len(bodies) / 1024:.0f} KiB each")
    for name in readers:
        line = f"{name:12} {len(bodies) / taken[name]:8.1f} pages/s  {peak(name, given.pages) - idle:5d} MiB"
        if name != "healthwire" and taken["healthwire"]:
            line += f"  healthwire is {taken[name] / taken['healthwire']:.1f} times as fast"
        print(line)


if __name__ == "__main__":
    main()
