"""The judgement: passages → features → score, evidence, partners, themes and act."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.priors import PRIOR
from pipeline.relevance import weights as trained
from pipeline.relevance import wording
from pipeline.relevance.features import Feature, Passage, features
from pipeline.relevance.gloss import gloss_of
from pipeline.relevance.lexicon import load
from pipeline.relevance.matcher import matcher, normalised
from pipeline.relevance.partners import partners, with_silent
from pipeline.relevance.subject import subject
from pipeline.relevance.text import UNKNOWN, paragraphs_of, reading_language
from storage.records import NO_LANGUAGE, Evidence, Verdict

THRESHOLD = 1 / 4  # a missed story costs a reader as much as three wrong entries (docs/relevance.md)
MOST_EVIDENCE = 14  # phrases a verdict keeps; what is missing is said besides
UNDECIDED = 9.0  # log-odds: from there on no words can change the verdict, and the second opinion is not asked
FAR = 0.005  # below this score the words of the second opinion are not looked up: nothing hung on them
MOST_WORDS = 6  # phrases shown of the second opinion
WORDS = "words as in such stories"
MOST_PARAGRAPHS = 60  # a bound for texts of very short lines
MOST_CAPTIONS = 20  # a bound for picture galleries
MOST_CHARACTERS = 800  # of lead and paragraphs: further on nothing was measured to be gained


def judge(
    *,
    title: str,
    lead: str | None = None,
    paragraphs: Sequence[str] = (),
    captions: Sequence[str] = (),
    language: str | None = None,
    prior: float = PRIOR,
) -> Verdict:
    """Judge an article as it was read: no menus, no related items. `language` is a hint (ISO 639-1); `prior` is the
    share of relevant items where it comes from (0 < prior < 1).

    The verdict has no story and no time: the caller adds them. Never raises for any text.
    """
    read = passages(title=title, lead=lead, paragraphs=paragraphs, captions=captions, language=language)
    if read[0].language == UNKNOWN:
        return _not_judged(language)
    return _verdict(*read, title, (lead or "", *paragraphs), prior)


def judge_text(title: str, text: str, language: str | None = None, prior: float = PRIOR) -> Verdict:
    """Judge a headline and a plain text whose paragraphs are its lines; the first is taken as the lead."""
    lines = paragraphs_of(text)
    return judge(title=title, lead=lines[0] if lines else None, paragraphs=lines[1:], language=language, prior=prior)


def _not_judged(language: str | None) -> Verdict:
    """What is said of a text in a language that is not read: no score is worth anything."""
    said = Evidence(phrase=language or "", place="text", kind=NO_LANGUAGE, weight=0.0)
    return Verdict(
        relevant=False,
        score=0.0,
        evidence=(said,),
        lexicon_version=load().version,
        weights_version=trained.load().version,
    )


def worded(title: str, lines: Sequence[str]) -> wording.Counts:
    """The words of headline and beginning of the text as the second opinion counts them."""
    text = ""
    for line in lines:
        if len(text) > wording.MOST_CHARACTERS:
            break
        text += line[: wording.MOST_CHARACTERS] + "\n"
    return wording.phrases(normalised(title), normalised(text))


Read = tuple[Passage, Passage | None, list[Passage], list[Passage]]


def passages(
    *, title: str, lead: str | None, paragraphs: Sequence[str], captions: Sequence[str], language: str | None
) -> Read:
    """The scanned parts of an article: title, lead, paragraphs, captions."""
    texts = [normalised(title)]
    left = MOST_CHARACTERS
    for paragraph in ((lead,) if lead else ()) + tuple(paragraphs):
        if left <= 0 or len(texts) > MOST_PARAGRAPHS:
            break
        texts.append(normalised(_beginning(paragraph, left)))
        left -= len(paragraph)
    body_end = len(texts)
    texts += [normalised(caption) for caption in captions[:MOST_CAPTIONS]]
    first = lead or next(iter(paragraphs), "")
    read = reading_language(f"{title} {first}", language)
    scans = matcher(read).scans(texts)
    head = Passage("title", scans[0], read)
    opening = Passage("lead", scans[1], read) if lead else None
    body = [Passage(f"paragraph {n}", scan, read) for n, scan in enumerate(scans[1 + bool(lead) : body_end], 1)]
    if not lead and body:  # a ministry's page has no lead: its first paragraph says what the story is about
        opening, body = body[0], body[1:]
    pictured = [Passage(f"caption {n}", scan, read) for n, scan in enumerate(scans[body_end:], 1)]
    return head, opening, body, pictured


def _beginning(text: str, most: int) -> str:
    """A text's first characters, to the end of a word."""
    if len(text) <= most:
        return text
    cut = text.find(" ", most)
    return text if cut < 0 or cut > most + 40 else text[:cut]


def _verdict(
    title: Passage,
    lead: Passage | None,
    body: list[Passage],
    captions: list[Passage],
    headline: str,
    lines: Sequence[str],
    prior: float,
) -> Verdict:
    found = features(title, lead, body, captions)
    weights, second = trained.load(), wording.load()
    words: wording.Counts = {}
    log_odds = weights.log_odds(found, 0.0, prior)
    if abs(log_odds) < UNDECIDED:
        words = worded(headline, lines)
        log_odds = weights.log_odds(found, second.margin(words), prior)
    score = round(trained.probability(log_odds), 4)
    relevant = score >= THRESHOLD
    stated = _evidence(found, weights)
    if score >= FAR:
        stated += _as_in_such_stories(words, weights, second)
    home = any(sentence.home for passage in (title, *([lead] if lead else []), *body) for sentence in passage.sentences)
    named = with_silent(partners(title, lead, body), title.language, home=home)
    act, themes = subject(title, lead, body)
    return Verdict(
        relevant=relevant,
        score=score,
        evidence=_ranked(stated),
        partners=named,
        themes=themes,
        act=act,
        gloss=gloss_of(act, named, themes),
        lexicon_version=load().version,
        weights_version=weights.version,
    )


def _ranked(some: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(some, key=lambda evidence: -abs(evidence.weight)))


def _evidence(found: Sequence[Feature], weights: trained.Weights) -> list[Evidence]:
    """What counts, the weightiest first: a feature's weight is shared by the phrases it rests on. What is missing is
    said also where it has no weight of its own."""
    counted: dict[tuple[str, str, str], float] = defaultdict(float)
    missing = []
    for name, value, mentions in found:
        weight = weights.weights.get(name, 0.0) * value * weights.first
        if name.startswith("missing"):
            missing.append(Evidence(phrase="", place="text", kind=name, weight=round(weight, 3)))
        elif mentions:
            for mention in mentions:
                phrase = mention.passage.scan.phrase(mention.hit)
                counted[phrase, mention.passage.place, mention.kind] += weight / len(mentions)
        else:
            counted["", "text", name] += weight
    ranked = sorted(counted.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    stated = [
        Evidence(phrase=phrase, place=place, kind=kind, weight=round(weight, 3))
        for (phrase, place, kind), weight in ranked[:MOST_EVIDENCE]
        if abs(weight) >= 0.01
    ]
    return stated + missing


def _as_in_such_stories(words: wording.Counts, weights: trained.Weights, second: wording.Wording) -> list[Evidence]:
    """The words that carried the second opinion."""
    carried = second.carried(words, MOST_WORDS)
    found = [(phrase, round(phrase.weight * weights.second, 3)) for phrase in carried]
    return [
        Evidence(phrase=phrase.text, place=phrase.place, kind=WORDS, weight=weight)
        for phrase, weight in found
        if abs(weight) >= 0.05
    ]
