"""Labelled rows: read from files, made from people's judgements, turned into features, grouped by near duplicates."""

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.relevance.features import features
from pipeline.relevance.judging import passages, worded
from pipeline.relevance.text import paragraphs_of
from pipeline.relevance.wording import Counts
from storage.records import Document, Label

SHINGLE = 5  # words in a row by which texts are compared
STREAM = "stream"  # the stratum of rows at their natural rate
SPARED = 4  # one in so many unlabelled items of a stream is trained on
MOST_HOLDERS = 12  # rows with one shingle: what more of them say is a turn of phrase and no copy
COPIED = 0.3  # of the shorter row's shingles: from there on rows share a group, rather too many than too few


@dataclass(frozen=True)
class Row:
    """A labelled text. `stratum` is how or where it was found; `partners` are codes and organisation ids; `stands_for`
    says how many items of a stream it was picked out of; rows of one `event` tell the same."""

    id: str
    title: str
    text: str
    language: str | None
    label: str
    stratum: str = ""
    kind: str = ""
    partners: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    act: str | None = None
    event: str = ""
    stands_for: float = 1.0


def read_rows(file: Path) -> list[Row]:
    """The rows of a JSON-lines file with `id`, `title`, `text`, `label` (positive, negative, borderline), `lang`."""
    with file.open(encoding="utf-8") as lines:
        return [row_of(json.loads(line)) for line in lines if line.strip()]


def read_stream(file: Path) -> list[Row]:
    """The rows of a stream at its natural rate, of which only some are labelled: those, and every fourth of the others
    (by a hash of its id) as a negative that stands for four."""
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    items = [json.loads(line) for line in raw.decode().split("\n") if line.strip()]
    rows = [row_of({"stratum": STREAM, **item}) for item in items if item.get("label")]
    spared = (item for item in items if not item.get("label") and _hash(str(item["id"])) % SPARED == 0)
    unlabelled = (row_of({**item, "label": "negative", "stratum": STREAM}) for item in spared)
    rows.extend(replace(row, stands_for=float(SPARED)) for row in unlabelled)
    return rows


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def row_of(given: Mapping[str, Any]) -> Row:
    """One row from its JSON object; missing optional fields are empty."""
    return Row(
        id=str(given["id"]),
        title=given["title"],
        text=given.get("text") or "",
        language=given.get("lang"),
        label=given["label"],
        stratum=given.get("stratum") or given.get("text_kind") or "",
        kind=given.get("kind") or "",
        partners=tuple(given.get("partners") or ()),
        themes=tuple(given.get("themes") or ()),
        act=given.get("act"),
        event=given.get("event") or "",
    )


def label_row(label: Label, document: Document) -> dict[str, Any]:
    """A person's judgement of a stored story as a training row (a JSON object `train` reads)."""
    return {
        "id": f"label-{label.story_id}",
        "lang": document.language,
        "title": document.title,
        "text": "\n".join(filter(None, (document.lead, *document.paragraphs))),
        "label": "positive" if label.relevant else "negative",
        "kind": "label",
        "reason": label.why,
    }


def row_features(row: Row) -> dict[str, float]:
    """The features of a row, by name, as the judge sees them."""
    lines = paragraphs_of(row.text)
    read = passages(
        title=row.title,
        lead=lines[0] if lines else None,
        paragraphs=lines[1:],
        captions=(),
        language=row.language,
    )
    return {name: value for name, value, _ in features(*read)}


def row_words(row: Row) -> Counts:
    """The words of a row as the second opinion counts them."""
    return worded(row.title, paragraphs_of(row.text))


def near_duplicate_groups(rows: Sequence[Row], known: Iterable[Sequence[str]] = ()) -> list[str]:
    """A group name a row: rows with one headline, with much text in common, or named together in `known`, share it."""
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(i: int, j: int) -> None:
        a, b = sorted((root(i), root(j)))
        parent[b] = a

    place = {row.id: i for i, row in enumerate(rows)}
    for ids in known:
        present = [place[i] for i in ids if i in place]
        for other in present[1:]:
            join(present[0], other)
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    shingles = []
    for i, row in enumerate(rows):
        words = re.findall(r"\w+", f"{row.title} {row.text}".lower())
        own = {tuple(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1))}
        shingles.append(own)
        title = tuple(re.findall(r"\w+", row.title.lower()))
        for key in (*own, ("title", *title)):
            holders[key].append(i)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for key, some in holders.items():
        if 1 < len(some) <= MOST_HOLDERS:
            for other in some[1:]:
                if key[0] == "title":
                    join(some[0], other)
            for n, one in enumerate(some):
                for other in some[n + 1 :]:
                    shared[one, other] += 1
    for (one, other), count in shared.items():
        if count >= COPIED * min(len(shingles[one]), len(shingles[other])):
            join(one, other)
    return [rows[root(i)].id for i in range(len(rows))]
