"""With whom: which of the countries and organisations named are parties of the story."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.relevance.features import SILENT, Passage, Sentence

ENOUGH = 1.3  # about what one mention in the lead beside an act or a health word is worth
BEST_OF_FEW = 0.3  # where nobody reaches that, the most prominent ones from here on are named
FIRST = 2  # paragraphs after the lead that often bring the list of who takes part


def partners(title: Passage, lead: Passage | None, body: Sequence[Passage]) -> tuple[str, ...]:
    """ISO 3166 codes and organisation ids, the most prominent first. Viet Nam is never named.

    A party counts for standing in the headline, in the lead, beside an act, a health word or an envoy; one that only
    passes by in the body does not reach the mark.
    """
    counts: dict[str, float] = defaultdict(float)
    parts = ((2.0, [title]), (1.2, [lead] if lead else []), (0.7, body[:FIRST]), (0.35, body[FIRST:]))
    for weight, passages in parts:
        for passage in passages:
            for sentence in passage.sentences:
                if sentence.foreign:
                    for party, worth in _parties(sentence):
                        counts[party] += weight * worth
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    named = tuple(party for party, worth in ranked if worth >= ENOUGH)
    return named or tuple(party for party, worth in ranked[:3] if worth >= BEST_OF_FEW)


def with_silent(named: tuple[str, ...], language: str, *, home: bool) -> tuple[str, ...]:
    """The partners with the country that an article need not name since it is its own: a hospital's gift to Cambodia in
    a Korean page. `home` says that Viet Nam is named. Only languages of one country have one."""
    own = SILENT.get(language)
    countries = [party for party in named if len(party) == 2 and party.isupper()]
    if own is None or own in named or len(countries) + home != 1 or (home and named):
        return named
    return (*named, own)


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
                found[group.country] = max(found.get(group.country, 0.0), worth + 0.3)
    return list(found.items())
