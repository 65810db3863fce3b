"""The trained weights: a readable JSON file, feature name → weight, and how the second opinion is joined."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path

from pipeline.priors import PRIOR
from pipeline.relevance.features import Feature

FILE = Path(__file__).parent / "weights.json"


@dataclass(frozen=True)
class Weights:
    """Log-odds = first·(bias + Σ weight·value) + second·margin of the words + shift, at the rate PRIOR."""

    version: str
    bias: float
    weights: dict[str, float]
    first: float = 1.0
    second: float = 0.0
    shift: float = 0.0

    def log_odds(self, found: Iterable[Feature], wording: float, prior: float = PRIOR) -> float:
        """The log-odds of relevance in a stream where the share `prior` is relevant."""
        weights = self.weights
        margin = self.bias + sum([weights.get(name, 0.0) * value for name, value, _ in found])
        return self.first * margin + self.second * wording + self.shift + odds_shift(prior)


def odds_shift(prior: float) -> float:
    """What a stream with the share `prior` of relevant items adds to log-odds at the rate PRIOR."""
    return log(prior / (1 - prior)) - log(PRIOR / (1 - PRIOR))


def probability(log_odds: float) -> float:
    """Log-odds as a probability; never overflows."""
    return 1 / (1 + exp(-max(-35.0, min(35.0, log_odds))))


@cache
def load(file: Path = FILE) -> Weights:
    """Read the weights file."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return Weights(version=content["version"], bias=content["bias"], weights=content["weights"], **content["joined"])
