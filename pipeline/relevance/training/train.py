"""The training command: labelled files → weights.json, the same bytes for the same files.

python -m pipeline.relevance.training.train FILE.jsonl … [--duplicates GROUPS.jsonl] [--out weights.json]
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pipeline.relevance import lexicon
from pipeline.relevance.training.fit import Fit, fit_calibrated
from pipeline.relevance.training.rows import Row, near_duplicate_groups, read_rows, row_features
from pipeline.relevance.weights import FILE

# Labelled rows have no captions: what a picture's caption says of a foreign party counts little, by decision.
FIXED = {"caption: foreign party": 0.2}


def known_groups(file: Path | None) -> list[list[str]]:
    """The `ids` of every group of a duplicates file; [] where there is none."""
    if file is None:
        return []
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line)["ids"] for line in lines if line.strip()]


def train(rows: Sequence[Row], known: Sequence[Sequence[str]] = ()) -> tuple[Fit, str]:
    """Weights from rows (borderline ones left out) and a version that names rows' features and weights."""
    kept = [row for row in rows if row.label in ("positive", "negative")]
    examples = [row_features(row) for row in kept]
    found = fit_calibrated(examples, [row.label == "positive" for row in kept], near_duplicate_groups(kept, known))
    written = json.dumps([found.bias, sorted(found.weights.items()), found.scale, found.shift])
    return found, hashlib.sha256(written.encode()).hexdigest()[:12]


def written(found: Fit, version: str, made: str) -> str:
    """The weights file's text."""
    content = {
        "version": version,
        "made": made,
        "lexicon": lexicon.load().version,
        "bias": round(found.bias, 4),
        "calibration": {"scale": round(found.scale, 4), "shift": round(found.shift, 4)},
        "weights": {
            name: round(value, 4) for name, value in sorted({**found.weights, **FIXED}.items()) if round(value, 4)
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--duplicates", type=Path, help="groups of ids that are one story, JSON lines with `ids`")
    parser.add_argument("--out", type=Path, default=FILE)
    given = parser.parse_args(arguments)
    rows = [row for file in given.files for row in read_rows(file)]
    found, version = train(rows, known_groups(given.duplicates))
    counts = {label: sum(row.label == label for row in rows) for label in ("positive", "negative", "borderline")}
    made = "trained on " + ", ".join(f"{count} {label}" for label, count in counts.items()) + " rows"
    given.out.write_text(written(found, version, made), encoding="utf-8")
    print(f"{given.out}: version {version}, {made}")


if __name__ == "__main__":
    main()
