"""The training command: labelled files → weights.json and wording.tsv, the same bytes for the same files.

python -m pipeline.relevance.training.train FILE.jsonl … [--stream FILE] [--duplicates GROUPS.jsonl] [--out FOLDER]
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.relevance import lexicon, weights, wording
from pipeline.relevance.training.cross_validation import Examples, join_of, margins_out_of_fold
from pipeline.relevance.training.fit import Fit, Join, fit
from pipeline.relevance.training.fit_wording import fit_wording
from pipeline.relevance.training.rows import Row, read_rows, read_stream
from pipeline.relevance.wording import Wording

# Labelled rows have no captions: what a picture's caption says of a foreign party counts little, by decision.
FIXED = {"caption: foreign party": 0.2}


def known_groups(file: Path | None) -> list[list[str]]:
    """The `ids` of every group of a duplicates file; [] where there is none."""
    if file is None:
        return []
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line)["ids"] for line in lines if line.strip()]


def train(rows: Sequence[Row], known: Sequence[Sequence[str]] = ()) -> tuple[Fit, Wording, Join]:
    """Both opinions from rows (borderline ones left out), and how they are joined."""
    examples = Examples.of([row for row in rows if row.label in ("positive", "negative")], known)
    everything = range(len(examples.rows))
    join = join_of(examples, margins_out_of_fold(examples), everything)
    positive = examples.positive(everything)
    found, second = fit(examples.features, positive), fit_wording(examples.words, positive)
    return found, replace(second, version=_digest(wording.written(second))), join


def written(found: Fit, second: Wording, join: Join, made: str) -> str:
    """The text of weights.json."""
    content = {
        "made": made,
        "lexicon": lexicon.load().version,
        "wording": second.version,
        "bias": round(found.bias, 4),
        "joined": {"first": round(join.first, 4), "second": round(join.second, 4), "shift": round(join.shift, 4)},
        "weights": {
            name: round(value, 4) for name, value in sorted({**found.weights, **FIXED}.items()) if round(value, 4)
        },
    }
    version = _digest(json.dumps(content, ensure_ascii=False))
    return json.dumps({"version": version, **content}, ensure_ascii=False, indent=1) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--stream", type=Path, action="append", default=[], help="a stream of which some is labelled")
    parser.add_argument("--duplicates", type=Path, help="groups of ids that are one story, JSON lines with `ids`")
    parser.add_argument("--out", type=Path, default=weights.FILE.parent, help="the folder of the two files")
    given = parser.parse_args(arguments)
    rows = [row for file in given.files for row in read_rows(file)]
    rows += [row for file in given.stream for row in read_stream(file)]
    found, second, join = train(rows, known_groups(given.duplicates))
    counts = {label: sum(row.label == label for row in rows) for label in ("positive", "negative", "borderline")}
    made = "trained on " + ", ".join(f"{count} {label}" for label, count in counts.items()) + " rows"
    (given.out / wording.FILE.name).write_text(wording.written(second), encoding="utf-8")
    (given.out / weights.FILE.name).write_text(written(found, second, join, made), encoding="utf-8")
    print(f"{given.out}: {made}; {len(second.weights)} phrases; joined {join}")


if __name__ == "__main__":
    main()
