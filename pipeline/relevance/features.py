"""From hits to features: what stands where, how near to what.

A text is judged sentence by sentence. The headline is one sentence; the first three sentences of the lead are the
opening; everything after is body. In each, the parts of a cooperation story are looked for: a health subject, a
foreign party, an act of cooperation. Features say how strong each part is, how near the parts stand, which
relations hold between them, which other topics are there, and what is missing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log1p
from typing import NamedTuple

from pipeline.relevance.lexicon import Group
from pipeline.relevance.matcher import Hit, Scan
from pipeline.relevance.text import is_digest

LEAD_SENTENCES = 3
NEAR = 8  # words: at this distance nearness has fallen to one half
PARTS = ("health", "foreign", "act")
# Languages of one country: what happens there is told without naming it.
SILENT = {"ko": "KR", "ja": "JP", "th": "TH", "lo": "LA", "km": "KH", "id": "ID", "it": "IT", "cs": "CZ", "pl": "PL"}
THERE = 0.6  # what a country counts that is only the place where something is
WELL_KNOWN = frozenset({"vi", "en"})
WEAK = 4  # what the strength of an everyday verb is divided by; of a strong act: 2
REACH = 6  # words between a person and the word that says the nationality
NATIONALITY = ("người ", "quốc tịch ", "gốc ")
EVENT = re.compile(r"\s(?:(?:19|20)\d\d|awards?|prizes?|games|cup|championships?)\b", re.IGNORECASE)
AWARD = ("giải thưởng ", "giải ", "cúp ", "cup ", "huy chương ", "đại hội ", "thế vận hội ")
TEAM = "team"  # acts that only people of medicine can do: the others who come are patients
WORKFORCE = "workforce and training"
TEAMS = frozenset({"foreign expert", "delegation", "mission"})
COMING_PATIENT = Group(file="features", id="coming-patient", kind="against", value="medical tourism, foreign patient")
GIVING = frozenset({"donation", "mission", "training", "project", "agreement"})


@dataclass(slots=True)
class Passage:
    """One scanned part of a text, its place (`title`, `lead`, `paragraph 2`, `caption 1`), language and sentences."""

    place: str
    scan: Scan
    language: str = ""
    sentences: list["Sentence"] = field(init=False)

    def __post_init__(self) -> None:
        self.sentences = _sentences(self)


class Mention(NamedTuple):
    """A hit with the passage it stands in, for evidence. `part` says that it counts for something besides its own
    kind: the health in the name of a hospital or an office."""

    passage: Passage
    hit: Hit
    part: str = ""

    @property
    def kind(self) -> str:
        """What the mention counts as, in words: `act: donation`, `health: office`."""
        group = self.hit.group
        return f"{self.part or group.kind}: {group.value}"


class Feature(NamedTuple):
    """A feature's name, its value, and the mentions it rests on."""

    name: str
    value: float
    mentions: tuple[Mention, ...] = ()


class Sentence:
    """The hits of one sentence by their part in a cooperation story, with the weight of each. `countries` are the codes
    of the foreign countries named (agencies of a state count as their country) and ids of organisations."""

    __slots__ = ("act", "against", "countries", "false", "foreign", "health", "home", "number", "passage")

    def __init__(self, passage: Passage, number: int) -> None:
        self.passage = passage
        self.number = number
        self.health: list[tuple[float, Hit]] = []
        self.foreign: list[tuple[float, Hit]] = []
        self.act: list[tuple[float, Hit]] = []
        self.home: list[Hit] = []
        self.against: list[Hit] = []
        self.false: list[Hit] = []
        self.countries: set[str] = set()


def _sentences(passage: Passage) -> list[Sentence]:
    """Sort the hits of a passage into its sentences (a headline is one); sentences without any hit are left out."""
    found: dict[int, Sentence] = {}
    hits = passage.scan.hits
    whole = passage.place == "title"
    base = passage.scan.base
    for number, hit in enumerate(hits):
        place = 0 if whole else hit.sentence - base
        sentence = found.get(place)
        if sentence is None:
            sentence = found[place] = Sentence(passage, place)
        group = hit.group
        kind = group.kind
        if kind == "health":
            sentence.health.append((group.strength / 2, hit))
        elif kind == "country":
            if group.value == "VN":
                sentence.home.append(hit)
            elif person := _nationality(passage, hits, number):
                sentence.foreign.append((person.group.strength, hit))
                sentence.against.append(person)
            elif bearer := _bearer(hits, number):
                sentence.foreign.append((bearer.group.strength, hit))
                sentence.against.append(bearer)
                if bearer.group.strength > 0.5:
                    sentence.countries.add(group.value)
            else:
                sentence.foreign.append((THERE if _located(passage, hit) else 1.0, hit))
                sentence.countries.add(group.value)
                if group.second:  # "Pháp - Việt": both sides in one name
                    sentence.home.append(hit)
        elif kind == "act":
            if group.country == "VN":  # "đến Việt Nam mổ": the place is in the act
                sentence.home.append(hit)
            if group.subject == TEAM and not _team_before(hits, number):
                sentence.against.append(hit._replace(group=COMING_PATIENT))
                continue
            sentence.act.append((_weight_of_act(group), hit))
        elif kind == "organisation":
            if _is_event(passage.scan.text, hit):
                continue
            sentence.foreign.append((0.4 if group.weak else 1.0, hit))
            if not group.weak:
                sentence.countries.add(group.country or group.value)
        elif kind == "party":
            sentence.foreign.append((group.strength, hit))
        elif kind == "home":
            if group.value not in ("office", "named unit") or not _of_foreign_state(hits, number):
                sentence.home.append(hit)
        elif kind == "against":
            sentence.against.append(hit)
        elif kind == "false":
            sentence.false.append(hit)
            if group.value in ("hospital", "school"):
                sentence.home.append(hit)
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


def _is_event(text: str, hit: Hit) -> bool:
    """Whether an organisation's name is that of an event or a prize: "APEC 2027" takes place, and is no party."""
    return bool(EVENT.match(text, hit.last)) or text[max(0, hit.first - 12) : hit.first].lower().endswith(AWARD)


def _weight_of_act(group: Group) -> float:
    """An everyday verb (help, visit, join: strength 1 or less) never carries a story alone."""
    return group.strength / 2 if group.strength > 1 else group.strength / WEAK


def _team_before(hits: Sequence[Hit], number: int) -> bool:
    """Whether somebody who works in medicine is named before an act in its sentence.

    Who comes to operate is a surgeon, who comes to be operated on is a patient.
    """
    act = hits[number]
    return any(
        hit.sentence == act.sentence
        and ((hit.group.kind == "health" and hit.group.value == WORKFORCE) or hit.group.value in TEAMS)
        for hit in hits[:number]
    )


def _nationality(passage: Passage, hits: Sequence[Hit], number: int) -> Hit | None:
    """The person of whom a country's name only says where he or she is from: "cô gái 19 tuổi người Anh"."""
    hit = hits[number]
    if not passage.scan.text[: hit.first].endswith(NATIONALITY):
        return None
    for other in reversed(hits[max(0, number - 4) : number]):
        if hit.start - other.end > 2 * REACH or other.sentence != hit.sentence:
            return None
        if other.group.kind == "bearer" and other.group.value == "person of a country":
            return other
    return None


def _bearer(hits: Sequence[Hit], number: int) -> Hit | None:
    """The person or product beside a country's name that only carries it: "bệnh nhân Lào", "Korean tourists"."""
    hit = hits[number]
    for other in (hits[number - 1] if number else None, hits[number + 1] if number + 1 < len(hits) else None):
        if other and other.group.kind == "bearer" and (hit.start - other.end == 1 or other.start - hit.end == 1):
            if other.start > hit.start and hit.group.file.startswith("vi-"):
                continue  # in Vietnamese the noun comes first
            return other
    return None


Best = dict[str, tuple[float, tuple[Mention, ...]]]


def features(
    title: Passage, lead: Passage | None, body: Sequence[Passage], captions: Sequence[Passage]
) -> list[Feature]:
    """All features that are not zero."""
    head = title.sentences
    first, rest = _lead_and_rest(lead, body)
    opening = head + first
    best = {"title": _best(head), "lead": _best(first), "body": _best(rest)}
    title_together = _together("title", head)
    best["opening"] = {part: max(best["title"][part], best["lead"][part], key=_weight) for part in PARTS}
    found = [Feature(f"{where}: {part}", *best[where][part]) for where in ("title", "lead", "body") for part in PARTS]
    found += [
        title_together,
        _together("lead", first),
        _together("body", rest),
        _meeting("title", head),
        _meeting("lead", first),
        *_relations(opening),
        *_across(opening, best["opening"], title.language),
        *_amounts(opening + rest),
        *_through(opening + rest),
        *_against(head, first, rest, clear=title_together.value >= CLEAR),
        *_missing(opening, best["opening"], best["body"], title.language),
        *_alone(opening, rest, title.language),
        *_without_health(opening, body),
        Feature("language: one of which fewer words are known", float(title.language not in WELL_KNOWN)),
        Feature(DIGEST, float(is_digest(*_texts(title, lead)))),
        Feature("caption: foreign party", *_best([s for passage in captions for s in passage.sentences])["foreign"]),
    ]
    return [feature for feature in found if feature.value]


def _texts(title: Passage, lead: Passage | None) -> tuple[str, str]:
    """The words of headline and lead: a scan's text may hold what stands around it."""
    whole = title.scan.text.split("\n", 2)
    return whole[0], whole[1] if lead and len(whole) > 1 else ""


def _lead_and_rest(lead: Passage | None, body: Sequence[Passage]) -> tuple[list[Sentence], list[Sentence]]:
    """The first sentences of the lead, and everything after them. A lead of one sentence is filled from the body."""
    first: list[Sentence] = []
    rest: list[Sentence] = []
    taken = 0
    for passage in ([lead] if lead else []) + list(body):
        for sentence in passage.sentences:
            (first if taken + sentence.number < LEAD_SENTENCES else rest).append(sentence)
        taken += passage.scan.sentences
    return first, rest


def _mention(sentence: Sentence, hit: Hit, part: str) -> Mention:
    return Mention(sentence.passage, hit, part if part == "health" and hit.group.kind != "health" else "")


def _weight(found: tuple[float, tuple[Mention, ...]]) -> float:
    return found[0]


def _best(found: Iterable[Sentence]) -> Best:
    """The strongest mention of each part."""
    best: Best = dict.fromkeys(PARTS, (0.0, ()))
    for sentence in found:
        for part, some in (("health", sentence.health), ("foreign", sentence.foreign), ("act", sentence.act)):
            for weight, hit in some:
                if weight > best[part][0]:
                    best[part] = weight, (_mention(sentence, hit, part),)
    return best


def _together(where: str, found: Sequence[Sentence]) -> Feature:
    """The best sentence that has all three parts: how strong they are and how near each other."""
    best = 0.0
    mentions: tuple[Mention, ...] = ()
    for sentence in found:
        if not sentence.health or not sentence.foreign:
            continue
        for weight, act in sentence.act:
            health = _nearest(sentence.health, act)
            foreign = _nearest(sentence.foreign, act)
            apart = max(_gap(act, health[1]), _gap(act, foreign[1]))
            value = 2 * weight * health[0] * foreign[0] / (1 + max(1.0, apart / NEAR))
            if value > best:
                best = value
                mentions = (
                    Mention(sentence.passage, act),
                    _mention(sentence, health[1], "health"),
                    Mention(sentence.passage, foreign[1]),
                )
    return Feature(f"{where}: health, foreign party and act in one sentence", best, mentions)


def _meeting(where: str, found: Sequence[Sentence]) -> Feature:
    """The best sentence in which a foreign party, the home side and health stand together, whatever they do."""
    best = 0.0
    mentions: tuple[Mention, ...] = ()
    for sentence in found:
        if not sentence.health or not sentence.foreign or not sentence.home:
            continue
        for weight, hit in sentence.foreign:
            health = _nearest(sentence.health, hit)
            home = min(_gap(hit, other) for other in sentence.home)
            value = weight * health[0] / (1 + max(1.0, max(home, _gap(hit, health[1])) / NEAR)) * 2
            if value > best:
                best = value
                mentions = (Mention(sentence.passage, hit), _mention(sentence, health[1], "health"))
    return Feature(f"{where}: health, foreign party and home side in one sentence", best, mentions)


def _gap(one: Hit, other: Hit) -> float:
    """Words between two hits."""
    return max(0, max(one.start, other.start) - min(one.end, other.end)) / 2


def _nearest(some: Sequence[tuple[float, Hit]], to: Hit) -> tuple[float, Hit]:
    """The mention that counts most at its distance; `some` is not empty."""
    return max(some, key=lambda pair: pair[0] / (1 + _gap(pair[1], to) / NEAR))


def _relations(opening: Sequence[Sentence]) -> Iterable[Feature]:
    """Relations between neighbours: an act with, to or from a foreign party; a foreign party that gives; an envoy of a
    country; an act whose object is health; two countries named as a pair."""
    best: dict[str, tuple[float, tuple[Mention, ...]]] = {}

    def offer(name: str, value: float, sentence: Sentence, *hits: Hit) -> None:
        if value > best.get(name, (0.0, ()))[0]:
            best[name] = value, tuple(Mention(sentence.passage, hit) for hit in hits)

    for sentence in opening:
        if not sentence.foreign and not sentence.act:
            continue
        named = [(w, hit) for w, hit in sentence.foreign if hit.group.kind in ("country", "organisation")]
        for weight, act in sentence.act:
            for some, hit in named:
                if act.end <= hit.start <= act.end + 9:
                    offer("act with a foreign party", weight * some, sentence, act, hit)
                    if act.group.by and hit.start <= act.end + 5:
                        offer("a foreign party gives", 0.9 * some, sentence, act, hit)
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
                if hit.end <= other.start <= hit.end + 1 or (
                    other.end <= hit.start <= other.end + 1 and not other.group.file.startswith("vi-")
                ):
                    offer("health people or offices of a country", some, sentence, hit, other)
        for _, expert in sentence.foreign:
            if expert.group.value != "expert":
                continue
            for some, hit in named:
                if hit.start > expert.end and _somewhere(sentence, expert, hit):
                    continue  # "bác sĩ ở Mỹ" lives there, "bác sĩ Mỹ" is of it
                if 0 <= hit.start - expert.end <= 5 or 0 <= expert.start - hit.end <= 2:
                    offer("experts of a country", some, sentence, expert, hit)
                    if sentence.home:
                        offer("experts of a country beside the home side", some, sentence, expert, hit)
        sides = [hit for _, hit in named] + [hit for hit in sentence.home if hit.group.kind == "country"]
        sides.sort(key=lambda hit: hit.start)
        for one, other in pairwise(sides):
            if one.group.value != other.group.value and other.start - one.end <= 3:
                offer("two parties as a pair", 1.0, sentence, one, other)
    for name, (value, mentions) in best.items():
        yield Feature(f"opening: {name}", value, mentions)


def _somewhere(sentence: Sentence, one: Hit, other: Hit) -> bool:
    """Whether a word for being at a place stands between two hits."""
    between = sentence.passage.scan.text[one.last : other.first]
    return any(f"{word} " in between for word in WHERE)


def _across(opening: Sequence[Sentence], best: Best, language: str) -> Iterable[Feature]:
    """The three parts anywhere in headline and lead, and whether two parties are named there."""
    value = best["health"][0] * best["foreign"][0] * best["act"][0]
    if value:
        yield Feature("opening: all three parts", value, tuple(m for part in PARTS for m in best[part][1]))
    countries = _countries(opening)
    home = any(sentence.home for sentence in opening) or _silent(countries, language)
    if home and countries:
        yield Feature("opening: health, foreign party and home side", best["health"][0] * best["foreign"][0])
    elif len(countries) > 1:
        yield Feature("opening: health and two foreign parties", best["health"][0] * best["foreign"][0])
    states = sum(len(code) == 2 and code.isupper() for code in countries) + home
    if countries and states and len(countries) + home >= 2:
        yield Feature("opening: two parties", 1.0)


def _silent(countries: Iterable[str], language: str) -> bool:
    """Whether the country of a language that only one has is a party although nobody names it: foreign ones are."""
    own = SILENT.get(language)
    return own is not None and own not in countries and any(len(code) == 2 and code.isupper() for code in countries)


def _countries(found: Iterable[Sentence]) -> set[str]:
    return {country for sentence in found for country in sentence.countries}


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


def _through(found: Sequence[Sentence]) -> Iterable[Feature]:
    """How far one foreign party runs through a text, and how often it meets the home side in matters of health."""
    if len(found) < 3:
        return
    counts: dict[str, int] = {}
    for sentence in found:
        for party in sentence.countries:
            counts[party] = counts.get(party, 0) + 1
    if counts:
        yield Feature("text: share of the foremost foreign party", max(counts.values()) / len(found))
    both = sum(1 for s in found if s.home and s.countries and any(w >= 0.75 for w, _ in s.health))
    yield Feature("text: sentences with foreign party, home side and health", log1p(both) / 2)


CLEAR = 0.5  # a headline with a clear act between clear parties in health
OVERRULED = 0.4  # what topics that count against still count beside such a headline


def _against(
    head: Sequence[Sentence], first: Sequence[Sentence], rest: Sequence[Sentence], *, clear: bool
) -> Iterable[Feature]:
    share = OVERRULED if clear else 1.0
    topics: dict[str, tuple[float, tuple[Mention, ...]]] = {}
    body = max(1, len(rest))
    for weight, found in ((1.0, head), (0.5, first), (1.0 / body, rest)):
        for sentence in found:
            for hit in sentence.against:
                value, mentions = topics.get(hit.group.value, (0.0, ()))
                topics[hit.group.value] = value + weight, (*mentions, Mention(sentence.passage, hit))
    headline = {
        hit.group.value: Mention(s.passage, hit) for s in head for hit in s.against if hit.group.kind == "against"
    }
    if headline:
        yield Feature("against: another topic in the headline", share, tuple(headline.values()))
    for topic, (value, mentions) in topics.items():
        yield Feature(f"against: {topic}", share * min(2.0, value), mentions[:4])


def _missing(opening: Sequence[Sentence], best: Best, body: Best, language: str) -> Iterable[Feature]:
    """What headline and lead do not have."""
    if best["foreign"][0] < 0.5:
        yield Feature("missing: no foreign party in headline or lead", 1.0)
        if body["foreign"][0] < 0.5:
            yield Feature("missing: no foreign party at all", 1.0)
    if best["health"][0] < 0.7:
        yield Feature("missing: no health subject in headline or lead", 1.0)
    if best["act"][0] < 0.7:
        yield Feature("missing: no act of cooperation in headline or lead", 1.0)
    countries = _countries(opening)
    if len(countries) == 1 and not any(s.home for s in opening) and not _silent(countries, language):
        yield Feature("missing: one foreign country alone, no second party", 1.0)
    false = tuple(Mention(s.passage, hit) for s in opening for hit in s.false)
    if false and not countries:
        yield Feature("false partner: only a name that looks foreign", 1.0, false[:3])
    if len(countries) > 4:
        yield Feature("missing: many countries, none in particular", 1.0)


FIRST_PARAGRAPHS = 4


def _alone(opening: Sequence[Sentence], rest: Sequence[Sentence], language: str) -> Iterable[Feature]:
    """Whether all who are named belong to one foreign country: then it is that country's own affair.

    A second party is another country, an organisation, the home side (also by its provinces, hospitals and people), or
    a word that says there is one: an envoy, two sides, foreign experts or donors, a group of countries. Places in that
    country ("ở Seoul") and words for its own affairs ("nước này", "công đoàn") say it more plainly, and that a ministry
    is theirs.
    """
    found = [*opening, *rest]
    home = {hit.group.value for s in found for hit in s.home}
    if home - {"office"} or _silent(_countries(found), language):
        return
    hits = [hit for s in found for weight, hit in s.foreign if weight > 0.3]
    groups = [hit.group for hit in hits if not hit.group.weak]
    if any(group.kind == "organisation" and not group.seat for group in groups):
        return  # an organisation works in a country even where none is named
    if len({group.seat or group.value for group in groups if group.kind in ("country", "organisation")}) != 1:
        return
    if any(hit.group.second for hit in hits) or any(hit.group.second for s in found for _, hit in s.act):
        return
    own = any(hit.group.file in PLACES and _located(s.passage, hit) for s in found for _, hit in s.foreign) or any(
        hit.group.value == OWN_AFFAIRS for s in found for hit in s.against
    )
    if home and not own:
        return  # "Bộ Y tế" without a country is ours, unless the text is at home elsewhere
    yield Feature(ALONE, 1.0)
    if own:
        yield Feature(ONE_COUNTRY, 1.0)


def _located(passage: Passage, hit: Hit) -> bool:
    """Whether something is said to be in a foreign country or place: "ở Bắc Kinh", "in Seattle"."""
    return passage.scan.text[max(0, hit.first - 12) : hit.first].rstrip().endswith(WHERE)


ALONE = "missing: nobody but one foreign country in the whole text"
WHERE = (" ở", " tại", " in", " at", " thành phố", " bang", " tỉnh")
PLACES = frozenset({"foreign-places.toml", "cldr-cities.toml"})
OWN_AFFAIRS = "domestic news of another country"
ONE_COUNTRY = "missing: actor and place belong to one foreign country"
DIGEST = "missing: one subject, this is a digest of several news"
NO_HEALTH = "missing: no health subject in headline, lead or first paragraphs"


def _without_health(opening: Sequence[Sentence], body: Sequence[Passage]) -> Iterable[Feature]:
    """Whether health is named neither in headline and lead nor in the first paragraphs."""
    first = [s for passage in body[:FIRST_PARAGRAPHS] for s in passage.sentences]
    if not any(weight >= 0.5 for s in (*opening, *first) for weight, _ in s.health):
        yield Feature(NO_HEALTH, 1.0)
