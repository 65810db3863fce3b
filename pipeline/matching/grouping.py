"""Texts grouped as the archive would group them, in memory and all at once. Pure.

Pairs are compared where they share a key, strongest first; two groups are joined where their texts are near on the
whole. So the order in which texts come changes nothing but which of them a group is named by: its first.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.matching.copies import is_template, same_text
from pipeline.matching.likeness import margin
from pipeline.matching.match import COMPARED, Text

HOLDERS = 60
"""Texts that share one key, from which on it says too little to compare them."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """A text's groups by the number of their first text: of the same text, of the same event, and why."""

    copies: int
    story: int
    why: str


def group(texts: Sequence[Text]) -> list[Grouped]:
    """The groups of each text, in their order."""
    copies, stories = _Sets(len(texts)), _Sets(len(texts))
    why = ["no other text like it"] * len(texts)
    events: list[tuple[float, int, int, str]] = []
    for one, other in sorted(_pairs(texts)):
        _, same = same_text(texts[one].wording, texts[other].wording)
        if same:
            copies.join(one, other)
            stories.join(one, other)
            why[other] = same
            continue
        above, reason = margin(texts[one].gist, texts[other].gist)
        if above >= 0 and not is_template(texts[one].wording, texts[other].wording):
            events.append((-above, one, other, reason))
    margins = {(one, other): -value for value, one, other, _ in events}
    for _, one, other, reason in sorted(events):
        if stories.of(one) != stories.of(other) and _near(texts, stories, one, other, margins):
            stories.join(one, other)
            why[other] = f"the same event: {reason}"
    return [Grouped(copies.of(number), stories.of(number), why[number]) for number in range(len(texts))]


def _pairs(texts: Sequence[Text]) -> set[tuple[int, int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for key in set(text.keys):
            holders[key].append(number)
    return {pair for found in holders.values() if len(found) <= HOLDERS for pair in combinations(found, 2)}


def _near(texts: Sequence[Text], stories: "_Sets", one: int, other: int, known: dict[tuple[int, int], float]) -> bool:
    """Whether two groups are near on the whole: the mean over their nearest pairs."""
    values = []
    for mine in stories.members(one):
        for theirs in stories.members(other):
            pair = (min(mine, theirs), max(mine, theirs))
            if pair not in known:
                known[pair] = margin(texts[pair[0]].gist, texts[pair[1]].gist)[0]
            values.append(known[pair])
    nearest = sorted(values, reverse=True)[: COMPARED * COMPARED]
    return sum(nearest) / len(nearest) >= 0


class _Sets:
    """Disjoint sets of numbers, each named by its smallest."""

    def __init__(self, size: int) -> None:
        self._first = list(range(size))
        self._members = [[number] for number in range(size)]

    def of(self, number: int) -> int:
        return self._first[number]

    def members(self, number: int) -> list[int]:
        return self._members[self._first[number]]

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self._first[one], self._first[other]))
        if first == second:
            return
        for number in self._members[second]:
            self._first[number] = first
        self._members[first] = sorted(self._members[first] + self._members[second])
        self._members[second] = []
