"""The training command: labelled pairs and rows → weights.json and rarity.bin.zst, the same bytes for the same files.

    python -m pipeline.matching.training.train PAIRS.jsonl [--rows ROWS.jsonl[.gz] …] [--groups GROUPS.jsonl …]

`PAIRS` are pairs of our own wording (`a`, `b`, `relation`). `--rows` are labelled texts, whose groups (`ids`, `kind`)
stand in `--groups` or in the rows' own field `event`; they give the document frequencies too. Prints how the pairs
are told apart when none is judged by weights trained on its group.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.matching import rarity
from pipeline.matching.gist import Gist, terms_of
from pipeline.matching.likeness import FILE, Kind, features, kind_of
from pipeline.matching.training.pairs import Pair, grouped_pairs, own_pairs, read_rows
from pipeline.relevance.training.fit import Fit, fit, margin, split

RIDGE = 1.0
POSITIVES_COUNT = 10
"""A pair that tells one event counts as so many look-alikes: they are few beside them."""

FOLDS = 10
CEILINGS = {"against: other parties": -8.0}
"""A rule of what an event is, whatever the labelled pairs say: with another country it is another event."""

WRONG_A_RIGHT = {"telling": 0.3, "edition": 0.25}
"""The mark is the lowest from which on, cross-validated, at most so many look-alikes are joined for each pair that is
one event. A missed merge is a repeat in a feed, a wrong one a story lost and so worse; but the labelled look-alikes
were picked for being hard, and stand here a hundred times as thick as in a stream."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on the files named on the command line and write what matching reads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path, nargs="+")
    parser.add_argument("--rows", type=Path, nargs="*", default=[])
    parser.add_argument("--groups", type=Path, nargs="*", default=[])
    parser.add_argument("--weights", type=Path, default=FILE)
    parser.add_argument("--rarity", type=Path, default=rarity.FILE)
    given = parser.parse_args(arguments)
    rows = list({row["id"]: row for path in given.rows for row in read_rows(path)}.values())
    given.rarity.write_bytes(_frequencies([Gist(title=row["title"], text=row.get("text") or "") for row in rows]))
    rarity.forget()
    pairs = [pair for path in given.pairs for pair in own_pairs(path)]
    pairs += grouped_pairs(rows, [group for path in given.groups for group in read_rows(path)])
    kinds: tuple[Kind, ...] = ("telling", "edition")
    trained = {
        kind: _trained(kind, [pair for pair in pairs if kind_of(pair.one, pair.other) == kind]) for kind in kinds
    }
    given.weights.write_text(json.dumps(trained, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _frequencies(gists: Sequence[Gist]) -> bytes:
    counts = Counter(term for gist in gists for term in terms_of(gist))
    return rarity.packed(counts, len(gists))


def _trained(kind: Kind, pairs: Sequence[Pair]) -> dict[str, object]:
    examples = [features(pair.one, pair.other) for pair in pairs]
    margins = [0.0] * len(pairs)
    for inside, outside in split([pair.group for pair in pairs], FOLDS):
        part = _fit([examples[i] for i in inside], [pairs[i] for i in inside])
        for i in outside:
            margins[i] = margin(part, examples[i])
    mark = _mark(margins, pairs, WRONG_A_RIGHT[kind])
    found = _fit(examples, pairs)
    _report(kind, pairs, margins, mark)
    return {
        "mark": round(mark, 3),
        "bias": round(found.bias, 4),
        "weights": {name: round(weight, 4) for name, weight in sorted(found.weights.items())},
    }


def _fit(examples: Sequence[dict[str, float]], pairs: Sequence[Pair]) -> Fit:
    counted = [i for i, pair in enumerate(pairs) for _ in range(POSITIVES_COUNT if pair.same else 1)]
    found = fit([examples[i] for i in counted], [pairs[i].same for i in counted], ridge=RIDGE)
    capped = {name: min(found.weights.get(name, 0.0), most) for name, most in CEILINGS.items()}
    return replace(found, weights={**found.weights, **capped})


def _mark(margins: Sequence[float], pairs: Sequence[Pair], wrong_a_right: float) -> float:
    """The lowest margin from which on look-alikes are that seldom among those joined."""
    ranked = sorted(zip(margins, (pair.same for pair in pairs), strict=True), reverse=True)
    right = wrong = 0
    mark = ranked[0][0] + 1 if ranked else 0.0
    for value, same in ranked:
        right, wrong = right + same, wrong + (not same)
        if wrong <= wrong_a_right * right:
            mark = value
    return mark


def _report(kind: Kind, pairs: Sequence[Pair], margins: Sequence[float], mark: float) -> None:
    counts = Counter((pair.relation, margins[i] >= mark) for i, pair in enumerate(pairs))
    for relation in sorted({pair.relation for pair in pairs}):
        joined, apart = counts[relation, True], counts[relation, False]
        print(f"{kind}: {relation}: joined {joined} of {joined + apart}")


if __name__ == "__main__":
    main()
