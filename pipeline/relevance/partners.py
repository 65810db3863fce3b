"""With whom: which of the countries and organisations named are parties of the story."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.relevance.features import Passage, Sentence

ENOUGH = 2.0  # what one mention in the headline beside an act or a health word is worth, or a little less


def partners(title: Passage, lead: Passage | None, body: Sequence[Passage]) -> tuple[str, ...]:
    """ISO 3166 codes and organisation ids, the most prominent first. Viet Nam is never named.

    A party counts for standing in the headline, in the lead, beside an act, a health word or an envoy; one that only
    passes by in the body does not reach the mark.
    """
    counts: dict[str, float] = defaultdict(float)
    for weight, passages in ((2.0, [title]), (1.2, [lead] if lead else []), (0.35, body)):
        for passage in passages:
            for sentence in passage.sentences:
                if sentence.foreign:
                    for party, worth in _parties(sentence):
                        counts[party] += weight * worth
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(party for party, worth in ranked if worth >= ENOUGH)


def _parties(sentence: Sentence) -> list[tuple[str, float]]:
    worth = 0.5 + 0.6 * bool(sentence.act) + 0.6 * bool(sentence.health)
    envoys = [hit for _, hit in sentence.foreign if hit.group.kind == "party" and hit.group.value == "envoy"]
    found: dict[str, float] = {}
    for _, hit in sentence.foreign:
        group = hit.group
        beside = 0.8 if any(abs(envoy.end - hit.start) <= 3 for envoy in envoys) else 0.0
        if group.kind == "country":
            found[group.value] = max(found.get(group.value, 0.0), worth + beside)
        elif group.kind == "organisation":
            if not group.weak and group.value != "NGO":
                found[group.value] = max(found.get(group.value, 0.0), worth + 0.3)
            if group.country:
                found[group.country] = max(found.get(group.country, 0.0), worth)
    return list(found.items())
