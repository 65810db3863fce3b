"""Labelled rows → weights: logistic regression with signs, cross-validation by groups, calibration.

The signs are part of the design: what speaks for a story may never count against it, and the other way round, so
that a small labelled set cannot teach nonsense and every weight can be read. Everything is deterministic: no random
numbers, fixed order, fixed number of steps. numpy is used here and nowhere at judging time.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.relevance.features import ALONE, NO_HEALTH, ONE_COUNTRY

Matrix = NDArray[np.float64]
NEGATIVE = ("against", "missing", "false partner")
RIDGE = 0.15  # the L2 penalty on the weights; the bias has none
# Rules of the definition: a text without a second party, or without health, is no cooperation in health, whatever the
# labelled rows say of it. The weight may be lower than this, never higher.
CEILINGS = {ALONE: -3.0, ONE_COUNTRY: -4.0, NO_HEALTH: -6.0}
STEPS = 3000  # always all of them, so that the same rows give the same weights
FOLDS = 10


@dataclass(frozen=True)
class Fit:
    """Weights by feature name with bias and calibration (probability = σ(scale·margin + shift))."""

    bias: float
    weights: Mapping[str, float]
    scale: float = 1.0
    shift: float = 0.0


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
    return Fit(
        bias=float(b), weights={name: float(value) for name, value in zip(names, w, strict=True) if abs(value) > 1e-6}
    )


def margin(found: Fit, example: Mapping[str, float]) -> float:
    """The uncalibrated log-odds of an example."""
    return found.bias + sum(found.weights.get(name, 0.0) * value for name, value in example.items())


def calibrated(found: Fit, margins: Sequence[float], positive: Sequence[bool]) -> Fit:
    """Platt's calibration from margins of rows the weights were not trained on."""
    m, y = np.array(margins), np.array(positive, dtype=np.float64)
    design = np.column_stack([m, np.ones(len(m))])
    start = np.array([1.0, 0.0])

    def loss(at: Matrix) -> float:
        z = design @ at
        return float(np.logaddexp(0, z).sum() - y @ z + ((at - start) ** 2).sum() / 2)

    at, now = start, loss(start)
    for _ in range(100):
        p = 1 / (1 + np.exp(-(design @ at)))
        slope = design.T @ (p - y) + (at - start)
        bend = design.T @ (design * (p * (1 - p))[:, None]) + np.eye(2)
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while (then := loss(at - size * step)) > now and size > 1e-6:
            size /= 2
        at, gained, now = at - size * step, now - then, then
        if gained < 1e-10:
            break
    return Fit(bias=found.bias, weights=found.weights, scale=float(at[0]), shift=float(at[1]))


def fit_calibrated(
    examples: Sequence[Mapping[str, float]], positive: Sequence[bool], groups: Sequence[str], folds: int = FOLDS
) -> Fit:
    """Weights trained on all examples, calibrated on margins from cross-validation among them."""
    margins = [0.0] * len(examples)
    for inside, outside in split(groups, folds):
        part = fit([examples[i] for i in inside], [positive[i] for i in inside])
        for i in outside:
            margins[i] = margin(part, examples[i])
    return calibrated(fit(examples, positive), margins, positive)


def cross_validated(
    examples: Sequence[Mapping[str, float]],
    labels: Sequence[str],
    groups: Sequence[str],
    folds: int = FOLDS,
) -> list[float]:
    """The probability of every example from weights trained and calibrated without its group.

    Borderline examples are judged like the others and never trained on.
    """
    scores = [0.0] * len(examples)
    for inside, outside in split(groups, folds):
        kept = [i for i in inside if labels[i] != "borderline"]
        found = fit_calibrated(
            [examples[i] for i in kept], [labels[i] == "positive" for i in kept], [groups[i] for i in kept], folds=5
        )
        for i in outside:
            scores[i] = float(1 / (1 + np.exp(-(found.scale * margin(found, examples[i]) + found.shift))))
    return scores


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
