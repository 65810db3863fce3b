"""The trained weights: a readable JSON file, feature name → weight."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from pipeline.relevance.features import Feature

FILE = Path(__file__).parent / "weights.json"


@dataclass(frozen=True)
class Weights:
    """`score` = 1 / (1 + exp(−(a·margin + b))), where margin = bias + Σ weight·value; a and b calibrate."""

    version: str
    bias: float
    weights: dict[str, float]
    scale: float = 1.0
    shift: float = 0.0

    def log_odds(self, found: Iterable[Feature]) -> float:
        """The calibrated log-odds of relevance."""
        weights = self.weights
        margin = self.bias + sum(weights.get(name, 0.0) * value for name, value, _ in found)
        return self.scale * margin + self.shift


def probability(log_odds: float) -> float:
    """Log-odds as a probability; never overflows."""
    return 1 / (1 + exp(-max(-35.0, min(35.0, log_odds))))


@cache
def load(file: Path = FILE) -> Weights:
    """Read the weights file."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return Weights(
        version=content["version"],
        bias=content["bias"],
        weights=content["weights"],
        scale=content["calibration"]["scale"],
        shift=content["calibration"]["shift"],
    )
