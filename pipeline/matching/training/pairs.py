"""Labelled pairs: read from files, or drawn from labelled groups and the look-alikes around them."""

import gzip
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.matching.gist import Gist, gist_of
from pipeline.matching.likeness import Kind, features, kind_of
from pipeline.matching.rows import document_of
from pipeline.relevance import judge_text

SAME = frozenset(("copy", "telling", "edition"))
"""Relations whose two texts tell one event; all others are look-alikes that do not."""

WELL_KNOWN = 60  # texts with a name: beyond, it is too common to make look-alikes
ALIKE = 0.28  # likeness of beginnings from which an unlabelled pair may well be one event: left out
FAR = 7  # days from which it is not
MOST_LOOK_ALIKES = 6000  # those that begin most alike


@dataclass(frozen=True)
class Pair:
    """Two texts, whether they tell one event, how it was labelled, and a group that is never split in two."""

    one: Gist
    other: Gist
    same: bool
    relation: str
    group: str


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def gist_of_row(row: Mapping[str, Any]) -> Gist:
    """The gist of a labelled text, judged as the archive would judge it."""
    document = document_of(row)
    return gist_of(document, judge_text(document.title, str(row.get("text") or ""), document.language))


def own_pairs(path: Path) -> list[Pair]:
    """The pairs of a file of the repository: `a`, `b`, `relation`."""
    return [
        Pair(gist_of_row(row["a"]), gist_of_row(row["b"]), row["relation"] in SAME, row["relation"], row["id"])
        for row in read_rows(path)
    ]


def grouped_pairs(rows: Sequence[Mapping[str, Any]], groups: Iterable[Mapping[str, Any]]) -> list[Pair]:
    """The pairs within labelled groups of rows, and the look-alikes among all rows that no group names.

    Rows with an `event` are groups too. A pair of rows is a look-alike where they share a name that is not common
    and either begin differently or are a week and more apart.
    """
    gists = {row["id"]: gist_of_row(row) for row in rows if row.get("label")}
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for group in groups:
        ids = sorted(id for id in group["ids"] if id in gists)
        for pair in itertools.combinations(ids, 2):
            named[pair] = (group["kind"], group["group"])
    told: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.get("event"):
            told[row["event"]].append(row["id"])
    for event, ids in told.items():
        for pair in itertools.combinations(sorted(ids), 2):
            named[pair] = ("edited", f"event {event}")
    found = []
    for (one, other), (kind, group_name) in named.items():
        relation = {"exact": "copy", "edited": kind_of(gists[one], gists[other])}.get(kind, "labelled look-alike")
        found.append(Pair(gists[one], gists[other], relation in SAME, relation, group_name))
    found += [
        Pair(gists[one], gists[other], False, "look-alike", min(one, other))
        for one, other in _look_alikes(gists)
        if (one, other) not in named
    ]
    return found


def _look_alikes(gists: Mapping[str, Gist]) -> Iterator[tuple[str, str]]:
    """Pairs that share a name that is not common (in one language) or a country (in two), those most alike first."""
    holders: dict[str, list[str]] = defaultdict(list)
    for id, gist in gists.items():
        for shared in (*(f"name {name}" for name in gist.rare_names), *(f"country {code}" for code in gist.countries)):
            holders[shared].append(id)
    seen: set[tuple[str, str]] = set()
    for shared in sorted(holders):
        if len(holders[shared]) <= WELL_KNOWN:
            seen.update(itertools.combinations(sorted(holders[shared]), 2))
    found: dict[Kind, list[tuple[float, tuple[str, str]]]] = {"telling": [], "edition": []}
    for one, other in sorted(seen):
        kind = kind_of(gists[one], gists[other])
        told = features(gists[one], gists[other])
        alike = told.get("beginning", 0.0) if kind == "telling" else told.get("shared names", 0.0)
        days = [gist.published for gist in (gists[one], gists[other]) if gist.published]
        apart = abs((days[0] - days[1]).days) if len(days) == 2 else 0
        if kind == "edition" or alike < ALIKE or (alike < 0.9 and apart > FAR):
            found[kind].append((-alike, (one, other)))
    for pairs in found.values():
        yield from (pair for _, pair in sorted(pairs)[:MOST_LOOK_ALIKES])
