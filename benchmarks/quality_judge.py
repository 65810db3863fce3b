"""How good the judge is: precision, recall and F1 with intervals, by file, language, stratum and kind; a reliability
table of the score; every error.

    python benchmarks/quality_judge.py [FILE.jsonl …] [--stream FILE] [--duplicates GROUPS.jsonl] [--floors FILE]

Without files the repository's own labelled set is measured. All figures are cross-validated: a row is judged by weights
that were trained and calibrated without it and without its near duplicates. Rows of all given files train together.
Exit status 1 when a figure is below its floor in floors-judge.toml.
"""

import argparse
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from pipeline.relevance import judge_text
from pipeline.relevance.judging import THRESHOLD
from pipeline.relevance.training.cross_validation import Examples, cross_validated
from pipeline.relevance.training.rows import Row, read_rows, read_stream
from pipeline.relevance.training.train import known_groups

HERE = Path(__file__).parent
OWN = sorted((HERE.parent / "tests" / "labelled").glob("*.jsonl"))


@dataclass(frozen=True)
class Judged:
    file: str
    row: Row
    score: float

    @property
    def wanted(self) -> bool:
        return self.row.label == "positive"

    @property
    def taken(self) -> bool:
        return self.score >= THRESHOLD


@dataclass(frozen=True)
class Figures:
    rows: int
    positives: int
    precision: float
    recall: float
    f1: float
    taken: int
    hits: int

    @classmethod
    def of(cls, some: Sequence[Judged]) -> "Figures":
        hits = sum(j.wanted and j.taken for j in some)
        taken, positives = sum(j.taken for j in some), sum(j.wanted for j in some)
        precision, recall = hits / taken if taken else 0.0, hits / positives if positives else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        return cls(len(some), positives, precision, recall, f1, taken, hits)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, p = 1.96, hits / of
    middle, spread = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def f1_interval(some: Sequence[Judged]) -> tuple[float, float]:
    """The 95 % interval of F1 from 1,000 resamples of the rows, the same ones each time."""
    rng = np.random.default_rng(1)
    wanted = np.array([j.wanted for j in some])
    taken = np.array([j.taken for j in some])
    values = []
    for _ in range(1000):
        pick = rng.integers(0, len(some), len(some))
        both, w, t = (wanted[pick] & taken[pick]).sum(), wanted[pick].sum(), taken[pick].sum()
        values.append(2 * both / (w + t) if w + t else 0.0)
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def show(name: str, some: Sequence[Judged]) -> Figures:
    """Print one line of figures."""
    f = Figures.of(some)
    line = f"  {name:<44} {f.rows:>4} rows {f.positives:>4} positive"
    if f.positives or f.taken:
        (p0, p1), (r0, r1) = wilson(f.hits, f.taken), wilson(f.hits, f.positives)
        line += f"  P {f.precision:.3f} [{p0:.2f} {p1:.2f}]  R {f.recall:.3f} [{r0:.2f} {r1:.2f}]  F1 {f.f1:.3f}"
    if f.rows - f.positives and f.taken - f.hits:
        line += f"  false {f.taken - f.hits}"
    print(line)
    return f


def partners_recall(rows: Iterable[Row]) -> tuple[float, float]:
    """Share of the partner countries of positive rows that the judge names, and how many parties it names a row."""
    wanted = found = named = count = 0
    for row in rows:
        codes = {p for p in row.partners if len(p) == 2 and p.isupper() and p != "VN"}
        if row.label == "positive" and codes:
            got = judge_text(row.title, row.text, row.language).partners
            wanted, found, named, count = (
                wanted + len(codes),
                found + len(codes & set(got)),
                named + len(got),
                count + 1,
            )
    return (found / wanted if wanted else 1.0), (named / count if count else 0.0)


def subjects(rows: Iterable[Row]) -> dict[str, float]:
    """How well themes and acts are told in relevant rows that name them.

    F1 over all pairs of row and theme (micro), the mean of F1 over the acts that occur (macro), and the share of acts
    told right.
    """
    themes: Counter[str] = Counter()
    acts: dict[str, Counter[str]] = defaultdict(Counter)
    right = count = 0
    for row in rows:
        if row.label != "positive" or not row.themes or row.act is None:
            continue
        verdict = judge_text(row.title, row.text, row.language)
        said, wanted = set(verdict.themes), set(row.themes)
        themes.update({"both": len(said & wanted), "said": len(said), "wanted": len(wanted)})
        count += 1
        right += verdict.act == row.act
        acts[row.act]["wanted"] += 1
        acts[verdict.act or "none"]["said"] += 1
        acts[row.act]["both"] += verdict.act == row.act
    if not count:
        return {}
    each = [2 * c["both"] / (c["said"] + c["wanted"]) for c in acts.values() if c["wanted"]]
    return {
        "rows": count,
        "themes": 2 * themes["both"] / (themes["said"] + themes["wanted"]),
        "acts": sum(each) / len(each),
        "acts right": right / count,
    }


def stream(some: Sequence[Judged]) -> None:
    """Print the figures of a stream's rows at its natural rate: what is taken, what is missed, and the base rate."""
    wanted = [j for j in some if j.wanted]
    taken = [j for j in some if j.taken]
    items = sum(j.row.stands_for for j in some)
    right = sum(j.wanted for j in taken)
    events: dict[str, bool] = defaultdict(bool)
    for j in wanted:
        events[j.row.event or j.row.id] |= j.taken
    wrong = sum(j.row.stands_for for j in taken if not j.wanted)
    print(
        f"    stream of about {items:,.0f} items, {len(wanted) / items:.2%} relevant: "
        f"taken {len(taken)}, right {right}, precision {right / (right + wrong) if taken else 0:.3f}, "
        f"recall {right / len(wanted):.3f}, "
        f"of events {sum(events.values()) / len(events):.3f}"
    )


def reliability(some: Sequence[Judged]) -> None:
    """Print how often stories of a given score are in fact relevant."""
    print("reliability: score → share of positives")
    for low, high in ((0, 0.02), (0.02, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        part = [j for j in some if low <= j.score < high]
        if part:
            items = sum(j.row.stands_for for j in part)
            mean = sum(j.score * j.row.stands_for for j in part) / items
            share = sum(j.wanted * j.row.stands_for for j in part) / items
            print(f"  {low:.2f}–{min(high, 1):.2f}  {items:>7,.0f} items  mean score {mean:.3f}  positive {share:.3f}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=OWN)
    parser.add_argument("--stream", type=Path, action="append", default=[], help="a stream of which some is labelled")
    parser.add_argument("--duplicates", type=Path)
    parser.add_argument("--floors", type=Path, default=HERE / "floors-judge.toml")
    given = parser.parse_args(arguments)
    read = [(_name(file), row) for file in given.files for row in read_rows(file)]
    read += [(_name(file), row) for file in given.stream for row in read_stream(file)]
    rows = [row for _, row in read]
    examples = Examples.of(rows, known_groups(given.duplicates))
    scores = cross_validated(examples)
    judged = [
        Judged(file, row, score) for (file, row), score in zip(read, scores, strict=True) if row.label != "borderline"
    ]
    names = list(dict.fromkeys(file for file, _ in read))
    print(f"cross-validated over {', '.join(names)}; borderline rows are left out; {len(set(examples.groups))} groups")
    figures: dict[str, dict[str, float]] = {}
    for name in names:
        part = [j for j in judged if j.file == name]
        f = show(name, part)
        low, high = f1_interval(part)
        recall, named = partners_recall(j.row for j in part)
        print(f"    F1 95 % [{low:.3f} {high:.3f}]; partner countries found {recall:.3f}; {named:.1f} parties a story")
        figures[name] = {"f1": f.f1, "precision": f.precision, "recall": f.recall, "partners": recall}
        if any(j.row.stratum == "stream" for j in part):
            stream(part)
            print("    of the stream, ", end="")
            reliability(part)
        if told := subjects(j.row for j in part):
            figures[name] |= {"themes": told["themes"], "acts": told["acts"]}
            print(
                f"    {told['rows']} rows with themes and act: themes F1 {told['themes']:.3f}, "
                f"acts F1 {told['acts']:.3f} ({told['acts right']:.3f} right)"
            )
    for title, key in (
        ("language", lambda j: f"{j.file} {j.row.language}"),
        ("stratum", lambda j: f"{j.file} {j.row.stratum or '–'}"),
        ("kind", lambda j: j.row.kind or "–"),
    ):
        print(f"by {title}")
        parts: dict[str, list[Judged]] = defaultdict(list)
        for j in judged:
            parts[key(j)].append(j)
        for name in sorted(parts):
            if title != "kind" or len(parts[name]) >= 3:
                show(name, parts[name])
    if not given.stream:
        reliability(judged)
    print("errors")
    for j in sorted((j for j in judged if j.wanted != j.taken), key=lambda j: (j.file, not j.wanted, j.score)):
        print(f"  {'missed' if j.wanted else 'wrongly taken'} {j.score:.2f} {j.row.id[-24:]} {j.row.title[:90]}")
    return check(given.floors, names, figures)


def _name(file: Path) -> str:
    return f"{file.resolve().parent.name}/{file.name.split('.')[0]}"


def check(file: Path, names: Sequence[str], figures: dict[str, dict[str, float]]) -> int:
    """0 when every floor written for this set of files is reached."""
    status = 0
    for run in tomllib.loads(file.read_text(encoding="utf-8")).get("run", ()) if file.exists() else ():
        if sorted(run["files"]) != sorted(names):
            continue
        for name, floors in run["floors"].items():
            for figure, floor in floors.items():
                if figures[name][figure] < floor:
                    print(f"below its floor: {name} {figure} {figures[name][figure]:.3f} < {floor}", file=sys.stderr)
                    status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
