"""Which story a page tells: the text and the pages that may tell the same go in, a decision with its reason out.

A page joins a story as a *copy* (it carries the same text), as a *telling* (the same event in its own words) or as an
*edition* (the same event in another language). Copies are told by their words (`copies`), events by what they share
and what contradicts (`likeness`). To join a story a page must be near its pages on the whole and not to one of them
alone, so that a chain of likenesses never ties two events together. Where the evidence is thin the page begins a story
of its own and the nearest one is *related*. Pure.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.matching.copies import Wording, is_template, same_text, sketch
from pipeline.matching.gist import Gist, gist_of
from pipeline.matching.likeness import kind_of, margin
from storage.records import Document, Role, Verdict

COMPARED = 6
"""Pages of one story that a new page is held against, those most alike first."""

RELATED = -1.5
"""How far below the mark (in log-odds) two texts are still linked as related."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A document as it is matched: its wording and its gist."""

    wording: Wording
    gist: Gist

    @property
    def keys(self) -> tuple[str, ...]:
        """What pages that may tell the same are looked up by: 16 hex digits each."""
        return sketch(self.wording.runs) + tuple(
            hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8, person=b"event").hexdigest()
            for term in self.gist.keys
        )


@lru_cache(maxsize=1024)  # one event's pages come in together, and each is held against the others
def text_of(document: Document, verdict: Verdict | None = None) -> Text:
    """A document for matching; its verdict names parties, themes and act."""
    return Text(wording=Wording(document=document), gist=gist_of(document, verdict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A page already in a story, with what it says."""

    page_id: int
    story_id: int
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The page that tells the same story, in which role the new page stands to it, and why.

    `related` is set instead of a role where the two are only near: then the page is in no story yet.
    """

    page_id: int
    story_id: int
    role: Role | None
    why: str


@dataclass(slots=True)
class _Near:
    """What a story has for a new page: the best of its pages and how near they are on the whole."""

    best: tuple[float, Candidate, str] | None = None
    margins: list[float] = field(default_factory=list)


def match(text: Text, candidates: Iterable[Candidate]) -> Match | None:
    """The story that the text tells, or a related one; None where no candidate is near.

    Does not depend on the order of the candidates.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.page_id)
    copy = _copy(text, ordered)
    return copy if copy is not None else _event(text, ordered)


def _copy(text: Text, candidates: Sequence[Candidate]) -> Match | None:
    best: tuple[float, Match] | None = None
    for candidate in candidates:
        likeness, why = same_text(text.wording, candidate.text.wording)
        if why and (best is None or likeness > best[0]):
            found = Match(page_id=candidate.page_id, story_id=candidate.story_id, role=Role.COPY, why=why)
            best = (likeness, found)
    return best[1] if best else None


def _event(text: Text, candidates: Sequence[Candidate]) -> Match | None:
    near: dict[int, _Near] = defaultdict(_Near)
    for candidate in candidates:
        if is_template(text.wording, candidate.text.wording):
            continue
        above, why = margin(text.gist, candidate.text.gist)
        story = near[candidate.story_id]
        story.margins.append(above)
        if story.best is None or above > story.best[0]:
            story.best = (above, candidate, why)
    ranked = sorted(near.items(), key=lambda item: (-_whole(item[1]), item[0]))
    for _, story in ranked[:1]:
        assert story.best is not None
        above, candidate, why = story.best
        if _whole(story) >= 0:
            role = Role.TELLING if kind_of(text.gist, candidate.text.gist) == "telling" else Role.EDITION
            said = f"the same event: {why}"
            return Match(page_id=candidate.page_id, story_id=candidate.story_id, role=role, why=said)
        if above >= RELATED:
            return Match(page_id=candidate.page_id, story_id=candidate.story_id, role=None, why=f"related: {why}")
    return None


def _whole(story: _Near) -> float:
    """How near a story is on the whole: the mean over its nearest pages."""
    nearest = sorted(story.margins, reverse=True)[:COMPARED]
    return sum(nearest) / len(nearest)
