"""The second opinion: do these words read as such stories do, whatever the lexicon knows of them.

A linear model over words and pairs of words (of characters, where a script does not separate words) of the headline,
counted twice, and the beginning of the text. Its weights are a readable file, one phrase a line; phrases seen in only
one labelled row have none. It is trained apart from the features and joined with them by one weight (weights.json).
"""

import re
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "wording.tsv"
MOST_CHARACTERS = 450  # of the text: more was measured to gain nothing
IN_TITLE = 2.0  # what a phrase of the headline counts; of the text: 1
STEP = 0.01  # weights are written as whole numbers of this
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_TONES = dict(
    zip(
        ["oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ"],
        ["òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy"],
        strict=True,
    )
)
_TONE_BEHIND = re.compile(r"(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?!\w)")
_PLACES = {IN_TITLE: "title", 1.0: "text"}
Counts = dict[str, float]
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


class Phrase(NamedTuple):
    """A word or a pair of words as it was read, where it first stands, and what it adds to the margin."""

    text: str
    place: str
    weight: float


@dataclass(frozen=True)
class Wording:
    """The trained weights by phrase.

    A text's margin is (bias + Σ weight·count / √Σ count²) times the share of its words that are known: of a language it
    has hardly read it has no opinion.
    """

    version: str
    bias: float
    weights: dict[str, float]

    def margin(self, counts: Counts) -> float:
        """How much the words read as those of such stories: log-odds among the rows it was trained on."""
        weights = self.weights
        known = counts.keys() & weights.keys()
        words = sum([" " not in phrase for phrase in counts])
        if not words:
            return 0.0
        total = sum([weights[phrase] * counts[phrase] for phrase in known])
        return (self.bias + total / length(counts)) * sum([" " not in phrase for phrase in known]) / words

    def carried(self, counts: Counts, most: int) -> list[Phrase]:
        """The phrases that moved the margin most, the strongest first."""
        share = 1 / length(counts)
        weights = self.weights
        known = [(abs(weights[phrase]) * counts[phrase], phrase) for phrase in counts.keys() & weights.keys()]
        return [
            Phrase(phrase, _PLACES[counts[phrase]], weights[phrase] * counts[phrase] * share)
            for _, phrase in nlargest(most, known)
        ]


def phrases(title: str, text: str) -> Counts:
    """The words and pairs of words of a headline and a text, with what each counts."""
    counts = dict.fromkeys(_phrases(text[:MOST_CHARACTERS]), 1.0)
    counts.update(dict.fromkeys(_phrases(title), IN_TITLE))
    return counts


def length(counts: Counts) -> float:
    """The Euclidean length of the counts, so that long texts do not outweigh short ones; 1 for no phrase at all."""
    titled = sum([1 for count in counts.values() if count == IN_TITLE])
    return sqrt(len(counts) + titled * (IN_TITLE**2 - 1)) or 1.0


def _phrases(text: str) -> list[str]:
    words = _WORD.findall(_TONE_BEHIND.sub(_tone_before, text.lower()))
    return words + list(map(" ".join, pairwise(words)))


def _tone_before(found: re.Match[str]) -> str:
    """The older place of a tone mark: hòa for hoà."""
    return _TONES[found[0]]


def written(model: Wording) -> str:
    """The text of the weights file: a head line, then one phrase a line with its weight in steps."""
    lines = [f"# {model.version}\t{round(model.bias / STEP)}"]
    lines += [
        f"{phrase}\t{steps}" for phrase, weight in sorted(model.weights.items()) if (steps := round(weight / STEP))
    ]
    return "\n".join(lines) + "\n"


@cache
def load(file: Path = FILE) -> Wording:
    """Read the weights file."""
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    version, bias = head.removeprefix("# ").split("\t")
    weights = {}
    for line in lines:
        phrase, _, steps = line.partition("\t")
        weights[phrase] = int(steps) * STEP
    return Wording(version=version, bias=int(bias) * STEP, weights=weights)
