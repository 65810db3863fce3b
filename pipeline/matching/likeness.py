"""How two texts stand to each other as tellings of one event: what they share, how rare it is, what contradicts.

`tellings` are two texts of one language, `editions` of two: then words say nothing, and parties, names in Latin
letters, numbers and days are what is left. Each feature has a fixed sign: what speaks for one event never counts
against it. The weights are trained (`training/`) and kept readable in `weights.json`. Pure.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pipeline.matching.copies import is_digest
from pipeline.matching.gist import Gist
from pipeline.matching.rarity import rarity

FILE = Path(__file__).parent / "weights.json"

Kind = Literal["telling", "edition"]

FEWEST_WORDS = 12
"""Words of headline and text below which nothing can be said of the event."""

# What counts against one event is called `against: …`: training gives it no other sign.
FEATURES: Mapping[Kind, tuple[str, ...]] = {
    "telling": (
        "headline", "beginning", "text", "headline words found", "headline pairs found", "headline pairs found in one",
        "names", "numbers", "parties", "act", "theme", "day", "near in time", "likely cooperation",
        "against: other names", "against: other numbers", "against: other parties", "against: other day",
        "against: far in time",
    ),
    "edition": (
        "names", "shared names", "numbers", "shared numbers", "parties", "shared parties", "act", "theme", "day",
        "near in time", "likely cooperation",
        "against: other names", "against: other numbers", "against: other parties", "against: other day",
        "against: far in time",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by feature, the bias, and the mark from which two texts are taken to tell one event."""

    weights: Mapping[str, float]
    bias: float
    mark: float


@lru_cache(maxsize=1)
def load_weights() -> Mapping[Kind, Weights]:
    """The trained weights. Raises KeyError where the file is not of this version."""
    kept = json.loads(FILE.read_text("utf-8"))
    kinds: tuple[Kind, ...] = ("telling", "edition")
    return {kind: Weights(kept[kind]["weights"], kept[kind]["bias"], kept[kind]["mark"]) for kind in kinds}


def kind_of(one: Gist, other: Gist) -> Kind:
    """Whether two texts would be tellings in one language or editions; an unknown language is any."""
    same = one.language is None or other.language is None or one.language[:2] == other.language[:2]
    return "telling" if same else "edition"


def features(one: Gist, other: Gist) -> dict[str, float]:
    """The features of a pair that are not zero, by name; the same in either order."""
    found = dict(_in_common(one, other))
    if kind_of(one, other) == "telling":
        found.update(_in_words(one, other))
    known = FEATURES[kind_of(one, other)]
    return {name: found[name] for name in known if found.get(name)}


def margin(one: Gist, other: Gist) -> tuple[float, str]:
    """How far above the mark (in log-odds) the pair is taken to be one event, and why in words."""
    if is_digest(one.title) or is_digest(other.title):
        return -math.inf, "several news in one"
    if min(len(each.title_words) + len(each.text_words) for each in (one, other)) < FEWEST_WORDS:
        return -math.inf, "too short to tell"
    kind = kind_of(one, other)
    trained = load_weights()[kind]
    found = features(one, other)
    shares = {name: value * trained.weights.get(name, 0.0) for name, value in found.items()}
    why = sorted((name for name in shares if shares[name] > 0.2), key=lambda name: (-shares[name], name))
    return sum(shares.values()) + trained.bias - trained.mark, _said(one, other, why[:3])


def _in_common(one: Gist, other: Gist) -> Iterable[tuple[str, float]]:
    shared, part = _share(one.names, other.names, "name")
    yield "names", part
    yield "shared names", math.log1p(shared)
    shared, part = _share(one.numbers, other.numbers, "number")
    yield "numbers", part
    yield "shared numbers", math.log1p(shared)
    yield "against: other numbers", _apart(one.numbers, other.numbers)
    yield "against: other names", _apart(one.rare_names, other.rare_names)
    yield "parties", float(bool(one.partners & other.partners))
    yield "shared parties", math.log1p(len(one.partners & other.partners))
    yield (
        "against: other parties",
        float(bool(one.countries and other.countries and not one.countries & other.countries)),
    )
    yield "act", float(one.act is not None and one.act == other.act)
    yield "theme", len(one.themes & other.themes) / max(1, min(len(one.themes), len(other.themes)))
    yield "day", float(bool(one.days & other.days))
    yield "against: other day", float(bool(one.days and other.days and not one.days & other.days))
    yield "likely cooperation", min(one.likely, other.likely)
    if one.published and other.published:
        days = abs((one.published - other.published).days)
        yield "near in time", 1.0 if days <= 2 else 0.5 if days <= 4 else 0.0
        yield "against: far in time", min(1.0, math.log1p(max(0, days - 3)) / 4)


def _in_words(one: Gist, other: Gist) -> Iterable[tuple[str, float]]:
    for name, mine, theirs in zip(("headline", "beginning", "text"), one.vectors, other.vectors, strict=True):
        yield name, _cosine(mine, theirs)
    words = [_covered(frozenset(a.title_words), b.found, square=True) for a, b in _both(one, other)]
    yield "headline words found", min(words)
    pairs = [_covered(a.title_pairs, b.found) for a, b in _both(one, other)]
    yield "headline pairs found", min(pairs)
    yield "headline pairs found in one", max(pairs)


def _both(one: Gist, other: Gist) -> tuple[tuple[Gist, Gist], tuple[Gist, Gist]]:
    return (one, other), (other, one)


def _covered(wanted: frozenset[str], there: frozenset[str], *, square: bool = False) -> float:
    """The share of the terms, weighed by rarity, that is there."""
    weighed = [(rarity(term) ** (2 if square else 1), term in there) for term in sorted(wanted)]
    whole = sum(weight for weight, _ in weighed)
    return sum(weight for weight, found in weighed if found) / whole if whole else 0.0


def _share(one: frozenset[str], other: frozenset[str], kind: str) -> tuple[float, float]:
    """How much rarity two sets share, and what part that is of the poorer one."""
    poorer = min(sum(rarity(f"{kind} {term}") for term in terms) for terms in (sorted(one), sorted(other)))
    shared = sum(rarity(f"{kind} {term}") for term in sorted(one & other))
    return shared, shared / poorer if poorer else 0.0


def _apart(one: frozenset[str], other: frozenset[str]) -> float:
    """The part of the poorer set that the other has not; nothing where one has fewer than two."""
    fewer = min(len(one), len(other))
    return 1 - len(one & other) / fewer if fewer > 1 else 0.0


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def _said(one: Gist, other: Gist, why: list[str]) -> str:
    """The strongest reasons in words, with what is shared."""
    parts = []
    for name in why:
        if name in ("names", "shared names"):
            rare = sorted(one.rare_names & other.rare_names, key=lambda term: (-len(term), term))
            parts.append("names " + ", ".join(rare[:3]) if rare else "names")
        elif name in ("numbers", "shared numbers"):
            parts.append("numbers " + ", ".join(sorted(one.numbers & other.numbers)[:3]))
        elif name in ("parties", "shared parties"):
            parts.append("parties " + ", ".join(sorted(one.partners & other.partners)[:3]))
        elif name == "day":
            parts.append("day " + ", ".join(f"{day}/{month}" for month, day in sorted(one.days & other.days)[:2]))
        else:
            parts.append(name)
    return "; ".join(dict.fromkeys(parts))
