"""Which story a page tells: the document and the pages that may tell the same go in, a decision with its reason out.

Two pages tell one story when they carry the same text: an agency story republished with another headline, lead
and captions is a *copy*. Texts are compared as sets of five-word runs over words folded for comparison; the
limits were found by reading pairs of real news: at a Jaccard index of 0.7 and more pairs are copies once the
furniture is gone, and a containment of 0.87 and more marks a shortened copy. Under the same headline half of the
shorter text is enough: what differs is captions, teasers and where a copy was cut. Does not join other tellings of
an event nor translations. Pure.
"""

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.folding import fold_tones
from storage.records import Document, Role

RUN = 5
SAME_TEXT = 0.7
SHORTENED = 0.87
SAME_HEADLINE = 0.5
FEWEST_RUNS = 12  # a text shorter than this says too little to be recognised in another

SKETCH = 32
"""How many of a text's runs stand for it when candidates are looked up: the 32 with the smallest hashes (a
bottom-k sketch, Broder 1997). Texts that share most of their runs share most of these, also where one is cut."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A page already in a story, with what it says; `runs` may carry its five-word runs when they are at hand."""

    page_id: int
    story_id: int
    document: Document
    runs: frozenset[tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The page that tells the same story, in which role the new page stands to it, and why."""

    page_id: int
    story_id: int
    role: Role
    why: str


def match(document: Document, candidates: Iterable[Candidate]) -> Match | None:
    """The best of the candidates when one carries the same text; None when the document begins a story of its own."""
    own, headline = text_runs(document), _headline(document)
    best: tuple[float, Match] | None = None
    for candidate in candidates:
        theirs = candidate.runs if candidate.runs is not None else text_runs(candidate.document)
        likeness, why = same_text(own, theirs, same_headline=headline == _headline(candidate.document))
        if why and (best is None or likeness > best[0]):
            found = Match(page_id=candidate.page_id, story_id=candidate.story_id, role=Role.COPY, why=why)
            best = (likeness, found)
    return best[1] if best else None


def same_text(
    one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]], *, same_headline: bool = False
) -> tuple[float, str]:
    """How alike two texts are (0…1), and in words why they are the same text; no words when they are not."""
    smaller = min(len(one), len(other))
    if smaller == 0:
        return 0.0, ""
    shared = len(one & other)
    jaccard = shared / (len(one) + len(other) - shared)
    if jaccard >= SAME_TEXT:
        return jaccard, f"same text: {jaccard:.0%} of five-word runs shared"
    containment = shared / smaller
    if containment >= SHORTENED and smaller >= FEWEST_RUNS:
        return containment, f"shortened copy: {containment:.0%} of the shorter text stands in the longer"
    if same_headline and containment >= SAME_HEADLINE and smaller >= FEWEST_RUNS:
        return containment, f"same headline, and {containment:.0%} of the shorter text stands in the other"
    return jaccard, ""


def _headline(document: Document) -> tuple[str, ...]:
    """A headline's words folded for comparison; quotation marks and other signs do not count."""
    return tuple(_WORD.findall(fold_tones(document.title).lower()))


def text_runs(document: Document) -> frozenset[tuple[str, ...]]:
    """The five-word runs of a document's paragraphs (its lead where it has no more), folded for comparison.

    The headline is left out: republishers change it. So is the lead of a longer article.
    """
    text = document.paragraphs or tuple(filter(None, (document.lead,)))
    words = _WORD.findall(fold_tones(" ".join(text)).lower())
    if len(words) < RUN:
        return frozenset([tuple(words)]) if words else frozenset()
    return frozenset(zip(*(words[i:] for i in range(RUN)), strict=False))


def sketch(runs: frozenset[tuple[str, ...]]) -> tuple[str, ...]:
    """The keys under which a text is looked up: the hashes (16 hex digits) of a fixed sample of its runs."""
    hashes = (hashlib.blake2b(" ".join(run).encode(), digest_size=8).hexdigest() for run in runs)
    return tuple(heapq.nsmallest(SKETCH, hashes))


class Grouping:
    """Groups texts as the archive would, in memory: each text joins the first one it is a copy of."""

    def __init__(self) -> None:
        self._candidates: list[Candidate] = []
        self._by_key: dict[str, list[int]] = {}
        self._ids: list[str] = []
        self._found: dict[str, tuple[str, str, str]] = {}

    def add(self, id: str, document: Document) -> None:
        """Place a document among those added before it."""
        runs = text_runs(document)
        keys = sketch(runs)
        shared = Counter(index for key in keys for index in self._by_key.get(key, ()))
        matched = match(document, [self._candidates[index] for index, _ in shared.most_common(20)])
        number = len(self._ids)
        story = matched.story_id if matched else number
        self._ids.append(id)
        self._candidates.append(Candidate(page_id=number, story_id=story, document=document, runs=runs))
        for key in keys:
            self._by_key.setdefault(key, []).append(number)
        first = self._ids[story]
        self._found[id] = (first, first, matched.why if matched else "no other text like it")

    def of(self, id: str) -> tuple[str, str, str]:
        """The first of the copies, the first of the story, and why; raises KeyError for an id never added."""
        return self._found[id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What speaks for a page being the first publisher of a story's text."""

    page_id: int
    published_at: datetime | None
    first_seen_at: datetime
    credits_agency: bool  # its signature names an agency
    is_agency: bool  # its publisher is one


def first_publisher(claims: Sequence[Claim]) -> int:
    """The page to send readers to: an agency's own before one that credits an agency, then the earliest published.

    Raises ValueError without claims.
    """
    if not claims:
        raise ValueError("a story without pages has no first publisher")

    def rank(claim: Claim) -> tuple[bool, datetime, int]:
        republished = claim.credits_agency and not claim.is_agency
        return republished, claim.published_at or claim.first_seen_at, claim.page_id

    return min(claims, key=rank).page_id
