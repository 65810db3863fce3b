"""Labelled rows → weights of the features: logistic regression with signs; folds by groups; the two opinions joined.

The signs are part of the design: what speaks for a story may never count against it, and the other way round, so
that a small labelled set cannot teach nonsense and every weight can be read. Everything is deterministic: no random
numbers, fixed order, fixed number of steps. numpy is used here and nowhere at judging time.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.priors import PRIOR
from pipeline.relevance.features import ALONE, DIGEST, NO_HEALTH, ONE_COUNTRY

Matrix = NDArray[np.float64]
NEGATIVE = ("against", "missing", "false partner")
RIDGE = 0.15  # the L2 penalty on the weights; the bias has none
# Rules of the definition: a text without a second party, or without health, is no cooperation in health, and a digest
# is no story, whatever the labelled rows say of it. The weight may be lower than this, never higher.
CEILINGS = {"missing: no foreign party at all": -5.0, ALONE: -4.0, ONE_COUNTRY: -9.0, NO_HEALTH: -8.0, DIGEST: -10.0}
STEPS = 3000  # always all of them, so that the same rows give the same weights
FOLDS = 10


@dataclass(frozen=True)
class Fit:
    """Weights by feature name with bias."""

    bias: float
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Join:
    """How the two opinions are joined: log-odds = first·margin of the features + second·margin of the words + shift."""

    first: float
    second: float
    shift: float

    def log_odds(self, first: float, second: float) -> float:
        """The joined log-odds of two margins, at the rate PRIOR."""
        return self.first * first + self.second * second + self.shift


def fit(examples: Sequence[Mapping[str, float]], positive: Sequence[bool], ridge: float = RIDGE) -> Fit:
    """Logistic regression with an L2 penalty and a sign for every feature (accelerated projected gradient)."""
    names = sorted({name for example in examples for name in example})
    x, y = _matrix(examples, names), np.array(positive, dtype=np.float64)
    signs = np.array([-1.0 if name.startswith(NEGATIVE) else 1.0 for name in names])
    lipschitz = float(np.linalg.norm(np.column_stack([x, np.ones(len(y))]), 2)) ** 2 / 4 + ridge
    ceilings = np.array([CEILINGS.get(name, 0.0) for name in names])
    w, b = np.zeros(len(names)), 0.0
    ahead_w, ahead_b, momentum = w.copy(), b, 1.0
    for _ in range(STEPS):
        error = 1 / (1 + np.exp(-(x @ ahead_w + ahead_b))) - y
        next_w = ahead_w - (x.T @ error + ridge * ahead_w) / lipschitz
        next_w = signs * np.maximum(signs * next_w, -ceilings)
        next_b = ahead_b - float(error.sum()) / lipschitz
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        pull = (momentum - 1) / following
        ahead_w, ahead_b = next_w + pull * (next_w - w), next_b + pull * (next_b - b)
        w, b, momentum = next_w, next_b, following
    kept = {name: float(value) for name, value in zip(names, w, strict=True) if abs(value) > 1e-6}
    return Fit(bias=float(b), weights=kept)


def margin(found: Fit, example: Mapping[str, float]) -> float:
    """The uncalibrated log-odds of an example."""
    return found.bias + sum(found.weights.get(name, 0.0) * value for name, value in example.items())


def joined(
    margins: Sequence[tuple[float, float]], positive: Sequence[bool], weights: Sequence[float] | None = None
) -> Join:
    """Join margins of rows that neither opinion was trained on.

    With `weights` (how many items of a stream each row stands for) the classes are evened to a stream's share PRIOR of
    relevant items; without them the rows are taken at the rate they have.
    """
    y = np.array(positive, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.array(weights, dtype=np.float64)
    if weights is not None:
        for own, share in (
            (y == 1, PRIOR),
            (y == 0, 1 - PRIOR),
        ):  # a relevant row counts one, the others as in a stream
            w[own] *= share / PRIOR * y.sum() / (w[own].sum() or 1.0)
    design = np.column_stack([np.array(margins), np.ones(len(y))])
    at = np.array([1.0, 0.0, 0.0])
    start, pull = at.copy(), np.diag([1.0, 1.0, 1e-3])

    def loss(at: Matrix) -> float:
        z = design @ at
        return float(w @ (np.logaddexp(0, z) - y * z) + (at - start) @ pull @ (at - start) / 2)

    now = loss(at)
    for _ in range(200):
        p = 1 / (1 + np.exp(-(design @ at)))
        slope = design.T @ (w * (p - y)) + pull @ (at - start)
        bend = design.T @ (design * (w * p * (1 - p))[:, None]) + pull
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while (then := loss(at - size * step)) > now and size > 1e-6:
            size /= 2
        at, gained, now = at - size * step, now - then, then
        if gained < 1e-10:
            break
    return Join(first=float(at[0]), second=float(at[1]), shift=float(at[2]))


def split(groups: Sequence[str], folds: int) -> Iterable[tuple[list[int], list[int]]]:
    """Folds that keep groups whole; a group's fold follows from its name, so adding rows moves no others."""
    fold = [int(hashlib.sha256(group.encode()).hexdigest(), 16) % folds for group in groups]
    for number in range(folds):
        outside = [i for i, own in enumerate(fold) if own == number]
        if outside:
            yield [i for i, own in enumerate(fold) if own != number], outside


def _matrix(examples: Sequence[Mapping[str, float]], names: Sequence[str]) -> Matrix:
    place = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(examples), len(names)))
    for i, example in enumerate(examples):
        for name, value in example.items():
            x[i, place[name]] = value
    return x
