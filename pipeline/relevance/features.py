"""From hits to features: what stands where, how near to what.

A text is judged sentence by sentence. The headline is one sentence; the first three sentences of the lead are the
opening; everything after is body. In each, the parts of a cooperation story are looked for: a health subject, a
foreign party, an act of cooperation. Features say how strong each part is, how near the parts stand, which
relations hold between them, which other topics are there, and what is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log1p
from typing import NamedTuple

from pipeline.relevance.matcher import Hit, Scan

LEAD_SENTENCES = 3
NEAR = 8  # words: at this distance nearness has fallen to one half
BORNE = 0.3  # the weight of a country that only qualifies a person or a product
GIVING = frozenset({"donation", "mission", "training", "project", "agreement"})


@dataclass(slots=True)
class Passage:
    """One scanned part of a text, the name of its place (`title`, `lead`, `paragraph 2`, `caption 1`), its sentences."""

    place: str
    scan: Scan
    sentences: list["Sentence"] = field(init=False)

    def __post_init__(self) -> None:
        self.sentences = _sentences(self)


class Mention(NamedTuple):
    """A hit with the passage it stands in, for evidence."""

    passage: Passage
    hit: Hit


class Feature(NamedTuple):
    """A feature's name, its value, and the mentions it rests on."""

    name: str
    value: float
    mentions: tuple[Mention, ...] = ()


@dataclass(slots=True)
class Sentence:
    """The hits of one sentence by their part in a cooperation story, with the weight of each."""

    passage: Passage
    health: list[tuple[float, Hit]] = field(default_factory=list)
    foreign: list[tuple[float, Hit]] = field(default_factory=list)
    act: list[tuple[float, Hit]] = field(default_factory=list)
    home: list[Hit] = field(default_factory=list)
    against: list[Hit] = field(default_factory=list)
    false: list[Hit] = field(default_factory=list)

    @property
    def countries(self) -> set[str]:
        """Codes of foreign countries named (agencies of a state count as their country)."""
        return {
            hit.group.value if hit.group.kind == "country" else hit.group.country or hit.group.value
            for weight, hit in self.foreign
            if hit.group.kind in ("country", "organisation") and not hit.group.weak and weight > BORNE
        }


def _sentences(passage: Passage) -> list[Sentence]:
    """Sort the hits of a passage into its sentences (a headline is one); sentences without any hit are left out."""
    found: dict[int, Sentence] = {}
    hits = passage.scan.hits
    whole = passage.place == "title"
    for number, hit in enumerate(hits):
        place = 0 if whole else hit.sentence
        sentence = found.get(place)
        if sentence is None:
            sentence = found[place] = Sentence(passage)
        group = hit.group
        kind = group.kind
        if kind == "health":
            sentence.health.append((group.strength / 2, hit))
        elif kind == "country":
            if group.value == "VN":
                sentence.home.append(hit)
            elif bearer := _bearer(hits, number):
                sentence.foreign.append((BORNE, hit))
                sentence.against.append(bearer)
            else:
                sentence.foreign.append((1.0, hit))
        elif kind == "act":
            sentence.act.append((group.strength / 2, hit))
        elif kind == "organisation":
            sentence.foreign.append((0.4 if group.weak else 1.0, hit))
        elif kind == "party":
            sentence.foreign.append((group.strength, hit))
        elif kind == "home":
            if not (group.value == "office" and _of_foreign_state(hits, number)):
                sentence.home.append(hit)
        elif kind == "against":
            sentence.against.append(hit)
        elif kind == "false":
            sentence.false.append(hit)
        if group.health:
            sentence.health.append((group.health / 2, hit))
    return list(found.values())


def _of_foreign_state(hits: Sequence[Hit], number: int) -> bool:
    """Whether an office is followed at once by a foreign country: "Bộ Y tế Nga" is not the home ministry."""
    office = hits[number]
    for hit in hits[number + 1 : number + 4]:
        if hit.start <= office.start:
            continue
        return hit.group.kind == "country" and hit.group.value != "VN" and hit.start <= office.end + 1
    return False


def _bearer(hits: Sequence[Hit], number: int) -> Hit | None:
    """The person or product beside a country's name that only carries it: "bệnh nhân Lào", "Korean tourists"."""
    hit = hits[number]
    for other in (hits[number - 1] if number else None, hits[number + 1] if number + 1 < len(hits) else None):
        if other and other.group.kind == "bearer" and (hit.start - other.end == 1 or other.start - hit.end == 1):
            if other.start > hit.start and hit.group.file.startswith("vi-"):
                continue  # in Vietnamese the noun comes first
            return other
    return None


def features(
    title: Passage, lead: Passage | None, body: Iterable[Passage], captions: Iterable[Passage]
) -> list[Feature]:
    """All features that are not zero."""
    head = title.sentences
    first: list[Sentence] = []
    rest: list[Sentence] = []
    if lead is not None:
        for sentence in lead.sentences:
            (first if _number(sentence) < LEAD_SENTENCES else rest).append(sentence)
    for passage in body:
        rest.extend(passage.sentences)
    pictured = [sentence for passage in captions for sentence in passage.sentences]
    opening = head + first
    return [
        feature
        for feature in (
            *_parts("title", head),
            *_parts("lead", first),
            *_parts("body", rest),
            *_nearness("title", head),
            *_nearness("lead", first),
            *_nearness("body", rest),
            *_relations("opening", opening),
            *_relations("body", rest),
            *_across(head, first),
            *_amounts(opening + rest),
            *_against(head, first, rest),
            *_captions(pictured),
            *_missing(opening, rest),
        )
        if feature.value
    ]


def _number(sentence: Sentence) -> int:
    for some in (sentence.health, sentence.foreign, sentence.act):
        if some:
            return some[0][1].sentence
    some_hits = sentence.home or sentence.against or sentence.false
    return some_hits[0].sentence if some_hits else 0


def _best(found: Sequence[Sentence], part: str) -> tuple[float, tuple[Mention, ...]]:
    weight = 0.0
    best: tuple[Mention, ...] = ()
    for sentence in found:
        for some, hit in getattr(sentence, part):
            if some > weight:
                weight = some
                best = (Mention(sentence.passage, hit),)
    return weight, best


def _parts(where: str, found: Sequence[Sentence]) -> Iterable[Feature]:
    for part in ("health", "foreign", "act"):
        weight, mentions = _best(found, part)
        yield Feature(f"{where}: {part}", weight, mentions)


def _nearness(where: str, found: Sequence[Sentence]) -> Iterable[Feature]:
    """The best sentence that has all three parts, and the best pairs."""
    whole = Feature("", 0.0)
    for sentence in found:
        for act_weight, act in sentence.act:
            health = _nearest(sentence.health, act)
            foreign = _nearest(sentence.foreign, act)
            if health is None or foreign is None:
                continue
            apart = max(_gap(act, health[1]), _gap(act, foreign[1]))
            value = act_weight * health[0] * foreign[0] * 2 / (1 + max(1.0, apart / NEAR))
            if value > whole.value:
                mentions = tuple(Mention(sentence.passage, hit) for hit in (act, health[1], foreign[1]))
                whole = Feature("", value, mentions)
    yield Feature(f"{where}: health, foreign party and act in one sentence", whole.value, whole.mentions)


def _gap(one: Hit, other: Hit) -> float:
    """Words between two hits."""
    return max(0, max(one.start, other.start) - min(one.end, other.end)) / 2


def _nearest(some: Sequence[tuple[float, Hit]], to: Hit) -> tuple[float, Hit] | None:
    best = None
    value = 0.0
    for weight, hit in some:
        here = weight / (1 + _gap(hit, to) / NEAR)
        if here > value:
            value = here
            best = (weight, hit)
    return best


def _relations(where: str, found: Sequence[Sentence]) -> Iterable[Feature]:
    """Relations between neighbours: an act with, to or from a foreign party; a foreign party that gives; an envoy of a
    country; an act whose object is health; two countries named as a pair."""
    best: dict[str, tuple[float, tuple[Mention, ...]]] = {}

    def offer(name: str, value: float, sentence: Sentence, *hits: Hit) -> None:
        if value > best.get(name, (0.0, ()))[0]:
            best[name] = value, tuple(Mention(sentence.passage, hit) for hit in hits)

    for sentence in found:
        named = [(w, hit) for w, hit in sentence.foreign if hit.group.kind in ("country", "organisation")]
        for weight, act in sentence.act:
            for some, hit in named:
                if act.end <= hit.start <= act.end + 9:
                    offer("act with a foreign party", weight * some, sentence, act, hit)
                elif hit.end <= act.start <= hit.end + 9 and act.group.value in GIVING:
                    offer("a foreign party gives", weight * some, sentence, hit, act)
            for some, hit in sentence.health:
                if act.end <= hit.start <= act.end + 7 or hit is act:
                    offer("act in health", weight * some, sentence, act, hit)
        for _, party in sentence.foreign:
            if party.group.kind == "party" and party.group.strength >= 0.4:
                for _, hit in named:
                    if _gap(party, hit) <= 1:
                        offer("envoy or delegation of a country", 1.0, sentence, party, hit)
        for some, hit in sentence.health:
            for _, other in named:
                if hit.end <= other.start <= hit.end + 1:
                    offer("health people or offices of a country", some, sentence, hit, other)
        sides = [hit for _, hit in named] + [hit for hit in sentence.home if hit.group.kind == "country"]
        sides.sort(key=lambda hit: hit.start)
        for one, other in zip(sides, sides[1:], strict=False):
            if one.group.value != other.group.value and other.start - one.end <= 3:
                offer("two parties as a pair", 1.0, sentence, one, other)
    for name, (value, mentions) in best.items():
        yield Feature(f"{where}: {name}", value, mentions)


def _across(head: Sequence[Sentence], first: Sequence[Sentence]) -> Iterable[Feature]:
    """The three parts anywhere in headline and lead, and whether two parties are named there."""
    opening = [*head, *first]
    parts = [_best(opening, part) for part in ("health", "foreign", "act")]
    value = parts[0][0] * parts[1][0] * parts[2][0]
    yield Feature(
        "opening: all three parts", value, tuple(m for _, mentions in parts for m in mentions) if value else ()
    )
    countries = set().union(*(sentence.countries for sentence in opening)) if opening else set()
    home = any(sentence.home for sentence in opening)
    states = sum(len(code) == 2 and code.isupper() for code in countries) + home
    if states and len(countries) + home >= 2 and countries:
        yield Feature("opening: two parties", 1.0)


def _amounts(found: Sequence[Sentence]) -> Iterable[Feature]:
    """How much of the text speaks of each part: its share of the sentences that say anything."""
    if not found:
        return
    complete = sum(
        1
        for s in found
        if any(w >= 0.75 for w, _ in s.health)
        and any(w >= 0.6 for w, _ in s.foreign)
        and any(w >= 0.75 for w, _ in s.act)
    )
    yield Feature("text: sentences with all three parts", log1p(complete) / 2)
    foreign = sum(1 for s in found if any(w >= 0.6 for w, _ in s.foreign))
    health = sum(1 for s in found if any(w >= 0.75 for w, _ in s.health))
    yield Feature("text: share of health", health / len(found))
    yield Feature("text: share of foreign parties", foreign / len(found))


def _against(head: Sequence[Sentence], first: Sequence[Sentence], rest: Sequence[Sentence]) -> Iterable[Feature]:
    topics: dict[str, tuple[float, tuple[Mention, ...]]] = {}
    body = max(1, len(rest))
    for weight, found in ((1.0, head), (0.5, first), (1.0 / body, rest)):
        for sentence in found:
            for hit in sentence.against:
                value, mentions = topics.get(hit.group.value, (0.0, ()))
                topics[hit.group.value] = value + weight, (*mentions, Mention(sentence.passage, hit))
    for topic, (value, mentions) in topics.items():
        yield Feature(f"against: {topic}", min(2.0, value), mentions[:4])


def _captions(found: Sequence[Sentence]) -> Iterable[Feature]:
    weight, mentions = _best(found, "foreign")
    yield Feature("caption: foreign party", weight, mentions)


def _missing(opening: Sequence[Sentence], rest: Sequence[Sentence]) -> Iterable[Feature]:
    """What headline and lead do not have."""
    foreign = _best(opening, "foreign")[0]
    if foreign < 0.5:
        yield Feature("missing: no foreign party in headline or lead", 1.0)
        if _best(rest, "foreign")[0] < 0.5:
            yield Feature("missing: no foreign party at all", 1.0)
    if _best(opening, "health")[0] < 0.7:
        yield Feature("missing: no health subject in headline or lead", 1.0)
    if _best(opening, "act")[0] < 0.7:
        yield Feature("missing: no act of cooperation in headline or lead", 1.0)
    countries = set().union(*(s.countries for s in opening)) if opening else set()
    if len(countries) == 1 and not any(s.home for s in opening):
        yield Feature("missing: one foreign country alone, no second party", 1.0)
    false = tuple(Mention(s.passage, hit) for s in opening for hit in s.false)
    if false and not countries:
        yield Feature("false partner: only a name that looks foreign", 1.0, false[:3])
    if len(countries) > 4:
        yield Feature("missing: many countries, none in particular", 1.0)
