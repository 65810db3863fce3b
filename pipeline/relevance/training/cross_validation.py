"""Judging rows by weights that never saw them: the margins of both opinions out of their folds, joined and scored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.relevance.training.fit import FOLDS, Join, fit, joined, margin, split
from pipeline.relevance.training.fit_wording import fit_wording
from pipeline.relevance.training.rows import STREAM, Row, near_duplicate_groups, row_features, row_words
from pipeline.relevance.weights import probability
from pipeline.relevance.wording import Counts

CHOSEN = 0.1  # items of a stream that a row chosen by hand stands for


@dataclass(frozen=True)
class Examples:
    """Rows as both opinions see them, with the group of near duplicates each belongs to."""

    rows: Sequence[Row]
    features: Sequence[Mapping[str, float]]
    words: Sequence[Counts]
    groups: Sequence[str]

    @classmethod
    def of(cls, rows: Sequence[Row], known: Sequence[Sequence[str]] = ()) -> "Examples":
        """Make the features, words and groups of rows; `known` are ids that are one story."""
        return cls(
            rows=rows,
            features=[row_features(row) for row in rows],
            words=[row_words(row) for row in rows],
            groups=near_duplicate_groups(rows, known),
        )

    def positive(self, some: Sequence[int]) -> list[bool]:
        """Whether each of some rows is relevant."""
        return [self.rows[i].label == "positive" for i in some]

    def clear(self, some: Sequence[int]) -> list[int]:
        """Those of some rows that are not borderline: the others are judged and never trained on."""
        return [i for i in some if self.rows[i].label != "borderline"]


def margins_out_of_fold(examples: Examples, folds: int = FOLDS) -> list[tuple[float, float]]:
    """The margins of features and wording for every row, from weights trained without its group."""
    margins = [(0.0, 0.0)] * len(examples.rows)
    for inside, outside in split(examples.groups, folds):
        kept = examples.clear(inside)
        positive = examples.positive(kept)
        found = fit([examples.features[i] for i in kept], positive)
        wording = fit_wording([examples.words[i] for i in kept], positive)
        for i in outside:
            margins[i] = margin(found, examples.features[i]), wording.margin(examples.words[i])
    return margins


def join_of(examples: Examples, margins: Sequence[tuple[float, float]], some: Sequence[int]) -> Join:
    """How to join the opinions, from the out-of-fold margins of some rows. Where there is a stream it says what the
    others are like; rows chosen by hand, hard ones first, hardly count for that. Without one scores are at the rows'
    own rate."""
    kept = examples.clear(some)
    rows = [examples.rows[i] for i in kept]
    weights = [row.stands_for if row.stratum == STREAM else CHOSEN for row in rows]
    streamed = any(row.stratum == STREAM for row in rows)
    return joined([margins[i] for i in kept], examples.positive(kept), weights if streamed else None)


def cross_validated(examples: Examples, folds: int = FOLDS) -> list[float]:
    """The probability of every row from weights trained, joined and calibrated without its group."""
    margins = margins_out_of_fold(examples, folds)
    scores = [0.0] * len(margins)
    for inside, outside in split(examples.groups, folds):
        join = join_of(examples, margins, inside)
        for i in outside:
            scores[i] = probability(join.log_odds(*margins[i]))
    return scores
