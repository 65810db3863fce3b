"""How well the reader reads, as a table: given labelled pages, the develop and the confirm half apart.

    python benchmarks/quality_read.py [PAGES.jsonl[.gz] …] [--floors FILE]

A row of PAGES has `id`, `url`, `html` (or `text`, as a crawler saw it) and any of `text_gold`, `title_gold`,
`published_gold`, `keep`, `leak`. A page belongs to the develop half when the first byte of the SHA-256 of its id is
even: rules may be thought up on those; the others only confirm. The repository's own golden articles are always
measured. A figure below its floor in floors.toml, section `[read]`, makes the exit status 1; files that are not there
are said and left out.
"""

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any

from pipeline.reading.read import RawPage, Reading, read, read_text
from spiders.source import load_sources, parse_source
from storage.records import Document

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "tests" / "pages"
# Scripts without spaces count by the character.
_BY_CHARACTER = "\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_BY_CHARACTER}]|[^\W{_BY_CHARACTER}]+")
_SHINGLE = 4
_TITLE_RIGHT = 0.9  # F1 of the words


def words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def shingles(text: str) -> Counter[tuple[str, ...]]:
    found = words(text)
    if not found:
        return Counter()
    return Counter(tuple(found[i : i + _SHINGLE]) for i in range(max(1, len(found) - _SHINGLE + 1)))


def harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def overlap(gold: Counter[Any], got: Counter[Any]) -> tuple[float, float]:
    """Precision and recall of one bag against another."""
    both = sum((gold & got).values())
    return (both / sum(got.values()) if got else 0.0, both / sum(gold.values()) if gold else 1.0)


_BANDS = (1.0, 0.8, 0.6, 0.4, 0.0)  # confidence from which a page falls into a band of the reliability table
_TEXT_RIGHT = 0.9  # F1 of the text of a page that was read rightly


def captured(row: dict[str, Any]) -> Reading:
    """A row of labelled pages, read: its HTML, or its text as a crawler saw it."""
    if "html" in row:
        return read(RawPage(url=row.get("url", ""), body=row["html"].encode("utf-8", "surrogatepass")))
    return read_text(row["text"], url=row.get("url"))


def reliability(pages: Iterable[tuple[float, bool]]) -> list[str]:
    """How often pages of each confidence are right, a line a band: what a confidence is worth."""
    found = list(pages)
    lines = []
    for low, above in zip(_BANDS, (2.0, *_BANDS), strict=False):
        right = [is_right for confidence, is_right in found if low <= confidence < above]
        if right:
            lines.append(f"confidence from {low:.1f}: {len(right):4} pages, {mean(right):.3f} right")
    return lines


def figures(rows: Iterable[dict[str, Any]], sure: list[tuple[float, bool]]) -> dict[str, float]:
    """The table's figures over some rows: each is a mean over the pages that have that label. `sure` hears of each
    article its confidence and whether headline, day and text are right."""
    values: dict[str, list[float]] = {n: [] for n in ("precision", "recall", "title", "day", "kept", "leaked")}
    pages, began = 0, time.process_time()
    for row in rows:
        pages += 1
        outcome = captured(row).outcome
        marks: list[bool] = []
        document = outcome if isinstance(outcome, Document) else None
        text = "\n".join(filter(None, [document.lead, *document.paragraphs])) if document else ""
        if row.get("text_gold") is not None:
            precision, recall = overlap(shingles(row["text_gold"]), shingles(text))
            values["recall"].append(recall)
            if text:
                values["precision"].append(precision)
            marks.append(harmonic(precision, recall) >= _TEXT_RIGHT)
        if row.get("title_gold"):
            pair = overlap(Counter(words(row["title_gold"])), Counter(words(document.title if document else "")))
            values["title"].append(harmonic(*pair) >= _TITLE_RIGHT)
            marks.append(harmonic(*pair) >= _TITLE_RIGHT)
        if row.get("published_gold"):
            stamp = document.published.at.isoformat() if document and document.published else ""
            values["day"].append(stamp[:10] == row["published_gold"][:10])
            marks.append(stamp[:10] == row["published_gold"][:10])
        if document and marks:
            sure.append((document.confidence, all(marks)))
        whole = " ".join(unicodedata.normalize("NFC", text).split())
        for name, label in (("kept", "keep"), ("leaked", "leak")):
            values[name] += [" ".join(unicodedata.normalize("NFC", s).split()) in whole for s in row.get(label) or ()]
    result = {name: mean(found) for name, found in values.items() if found}
    if "recall" in result:
        result["f1"] = harmonic(result.get("precision", 0.0), result["recall"])
    return {"pages": pages, **result, "pages_a_second": pages / max(time.process_time() - began, 1e-9)}


def half(row: dict[str, Any]) -> str:
    return "confirm" if hashlib.sha256(str(row["id"]).encode()).digest()[0] % 2 else "develop"


def golden() -> dict[str, float]:
    """Our own pages: leads and paragraphs as expected, and strings of their furniture that leak."""
    sources = load_sources()
    right: list[bool] = []
    leaks = pages = 0
    for page in sorted(GOLDEN.glob("*/*article*.gz")):
        expected = json.loads((page.parent / f"{page.name.split('.')[0]}.json").read_text(encoding="utf-8"))
        own = page.parent / "source.toml"
        source = parse_source(own.read_text("utf-8"), own.name) if own.exists() else sources[page.parent.name]
        fetched = datetime.fromisoformat(expected["fetched_at"]) if expected.get("fetched_at") else None
        raw = RawPage(url=expected.get("url", ""), body=gzip.decompress(page.read_bytes()), fetched_at=fetched)
        outcome = read(raw, source=source).outcome
        document = outcome if isinstance(outcome, Document) else None
        text = "\n".join(filter(None, [document.title, document.lead, *document.paragraphs])) if document else ""
        leaks += sum(string in text for string in expected["forbidden"])
        wanted = expected["document"]
        got = (document.lead, list(document.paragraphs)) if document else None
        right.append(got == (wanted.get("lead"), wanted.get("paragraphs")))
        pages += 1
    return {"pages": pages, "exact": mean(right) if right else 0.0, "leaks": leaks}


def load(path: Path) -> list[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def below(name: str, found: dict[str, float], floors: dict[str, Any]) -> list[str]:
    """What falls short: figures under their floor, and leaks over their ceiling."""
    short = []
    for figure, limit in floors.get(name, {}).items():
        value = found.get(figure)
        over = figure in ("leaked", "leaks")
        if value is not None and (value > limit if over else value < limit):
            short.append(f"{name} {figure} {value:.3f} ({'ceiling' if over else 'floor'} {limit})")
    return short


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path)
    parser.add_argument("--floors", type=Path, default=HERE / "floors.toml")
    given = parser.parse_args()
    floors = tomllib.loads(given.floors.read_text(encoding="utf-8")).get("read", {}) if given.floors.exists() else {}
    tables = {"golden": golden()}
    sure: list[tuple[float, bool]] = []
    for path in given.pages:
        if not path.exists():
            print(f"{path}: not at hand, left out")
            continue
        rows = load(path)
        stem = path.name.split(".")[0]
        for part in ("develop", "confirm"):
            tables[f"{stem}-{part}"] = figures((row for row in rows if half(row) == part), sure)
    short: list[str] = []
    for name, found in tables.items():
        print(f"{name:24}", " ".join(f"{k}={v:.3f}" if isinstance(v, float) else f"{k}={v}" for k, v in found.items()))
        short += below(name, found, floors)
    print("\n".join(reliability(sure)))
    if short:
        sys.exit("falls short: " + "; ".join(short))


if __name__ == "__main__":
    main()
