"""A story as an entry of a feed: what stands in it, when it says it happened, and why it is there. Pure.

    published   the article's own date, or the moment we first saw it where it names none; never after `updated`
    updated     when the words of the page we link to last became other words, as far as we saw
    id          a tag: address made of the story's uid, which never changes; not of the text, nor of the address

Does not render: an Entry holds clean text, ready to be escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from feeds.clean_text import (
    NAME_LENGTH,
    PHRASE_LENGTH,
    SENTENCE_LENGTH,
    TERM_LENGTH,
    TITLE_LENGTH,
    clean,
    plain,
    safe_url,
    shorten,
)
from feeds.labels import KINDS, ROLES, language_tag, words
from feeds.site import Site
from storage.partners import is_country, partner_name
from storage.records import Document, Evidence, Precision, Publisher, StoryView, Telling, Verdict

SUMMARY_LENGTH = 480
EVIDENCE_SHOWN = 6
FULL_TEXT_LENGTH = 60_000
PLAUSIBLE_FROM = 1995  # an earlier year on a news page is a clock that was never set
UNTITLED = "(untitled)"

Content = Literal["lead", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of a vocabulary with its label for readers: (`partner`, `RU`, `Russia`)."""

    kind: str
    term: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a story is in the feeds. `sentence` says it in one line; `evidence` is the strongest first."""

    sentence: str
    act: Term | None
    partners: tuple[Term, ...]
    themes: tuple[Term, ...]
    evidence: tuple[Evidence, ...]
    score: float
    decided_by: str
    lexicon_version: str
    weights_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The publisher of a page as an entry names it."""

    slug: str
    name: str
    name_en: str
    kind: str
    country: str
    language: str | None
    home: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another page that tells the story: its address, its title and what it is to the story."""

    url: str
    title: str
    language: str | None
    origin: Origin
    role: str
    published: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One story, ready for a feed. `link` is absolute; `paragraphs` are filled only where the whole text is wanted."""

    id: str
    uid: str
    title: str
    link: str
    page: str  # the story's page on our site
    summary: str
    paragraphs: tuple[str, ...]
    language: str | None
    published: datetime
    published_precision: Precision | None  # None: the page names no date
    updated: datetime
    revision: int
    author: str | None
    agency: str | None
    origin: Origin
    reason: Reason
    others: tuple[Other, ...]
    late: bool

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every category of the entry: partners, act, themes, and whether it came late."""
        reason = self.reason
        late = (Term(kind="status", term="late", label="added later"),) if self.late else ()
        return (*reason.partners, *((reason.act,) if reason.act else ()), *reason.themes, *late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A story that has left the feeds (RFC 6721): its id, since when, and where its page is."""

    id: str
    at: datetime
    page: str
    why: str


@lru_cache(maxsize=4096)  # a story stands in several feeds, each in three formats
def make_entry(view: StoryView, site: Site, content: Content = "lead") -> Entry:
    """The entry of a story. Raises nothing for any text, however hostile."""
    document, page = view.link.latest.document, site.story_url(view.story.uid)
    updated = _second(view.link.latest.seen_at)
    published, precision = _published(view.link)
    return Entry(
        id=site.tag(f"story/{view.story.uid}"),
        uid=view.story.uid,
        title=title(document),
        link=safe_url(view.link.page.address) or page,
        page=page,
        summary=summary(document),
        paragraphs=_bounded(document.paragraphs) if content == "full" else (),
        language=_language(view.link),
        published=min(published, updated),
        published_precision=precision,
        updated=updated,
        revision=view.link.latest.number,
        author=plain(document.byline, NAME_LENGTH) or None if document.byline else None,
        agency=plain(document.agency, NAME_LENGTH) or None if document.agency else None,
        origin=make_origin(view.link.publisher),
        reason=make_reason(view.verdict),
        others=_others(view.others, page),
        late=view.story.late,
    )


def make_tombstone(view: StoryView, site: Site) -> Tombstone:
    """The tombstone of a withdrawn story. Raises ValueError for a story that is not withdrawn."""
    if view.story.withdrawn_at is None:
        raise ValueError(f"story {view.story.uid} is not withdrawn")
    by = view.verdict.decided_by
    return Tombstone(
        id=site.tag(f"story/{view.story.uid}"),
        at=_second(view.story.withdrawn_at),
        page=site.story_url(view.story.uid),
        why="judged again: not international health cooperation"
        + (f" (by {plain(by, TERM_LENGTH)})" if by != "model" else ""),
    )


def make_reason(verdict: Verdict) -> Reason:
    """The reason in words and in terms; evidence against the story is left out of what feeds show."""
    partners = tuple(
        Term(kind="partner", term=clean(code), label=plain(partner_name(clean(code)), NAME_LENGTH))
        for code in sorted(set(verdict.partners), key=lambda code: (not is_country(code), code))
        if clean(code)
    )
    themes = tuple(
        Term(kind="theme", term=clean(theme), label=plain(words(theme), TERM_LENGTH))
        for theme in dict.fromkeys(verdict.themes)
        if clean(theme)
    )
    act = None
    if verdict.act and clean(verdict.act):
        act = Term(kind="act", term=clean(verdict.act), label=plain(words(verdict.act), TERM_LENGTH))
    return Reason(
        sentence=plain(verdict.gloss, SENTENCE_LENGTH) or _sentence(act, partners, themes),
        act=act,
        partners=partners,
        themes=themes,
        evidence=_evidence(verdict.evidence),
        score=round(verdict.score, 3),
        decided_by=plain(verdict.decided_by, TERM_LENGTH),
        lexicon_version=clean(verdict.lexicon_version),
        weights_version=clean(verdict.weights_version),
    )


def make_origin(publisher: Publisher) -> Origin:
    """The publisher as an entry names it."""
    return Origin(
        slug=publisher.slug,
        name=plain(publisher.name, NAME_LENGTH) or publisher.slug,
        name_en=plain(publisher.name_en, NAME_LENGTH) or plain(publisher.name, NAME_LENGTH) or publisher.slug,
        kind=KINDS.get(publisher.kind, plain(publisher.kind, TERM_LENGTH)),
        country=publisher.country,
        language=language_tag(publisher.language),
        home=safe_url(publisher.home),
    )


def title(document: Document) -> str:
    """The document's title as plain text, never empty."""
    return plain(document.title, TITLE_LENGTH) or UNTITLED


def summary(document: Document) -> str:
    """The article's lead, else its first paragraph, up to a sentence that ends within the summary's length."""
    texts = (document.lead or "", *document.paragraphs)
    first = next((text for text in (plain(t[: SUMMARY_LENGTH * 8]) for t in texts) if text), "")
    return shorten(first, SUMMARY_LENGTH)


def fit_to_show(one: Evidence, length: int = SENTENCE_LENGTH) -> Evidence:
    """The evidence as plain text, its phrase at most `length` characters long; the weight as it is."""
    return Evidence(
        phrase=plain(one.phrase, length),
        place=plain(one.place, TERM_LENGTH),
        kind=plain(words(one.kind), TERM_LENGTH),
        weight=one.weight,
    )


def score_in_words(reason: Reason) -> str:
    """`93 % likely, as the model judges` or `decided by NAME`."""
    if reason.decided_by == "model":
        return f"{share_in_words(reason.score)} likely, as the model judges"
    return f"decided by {reason.decided_by}"


def share_in_words(score: float) -> str:
    """`93 %`. A score is an estimate: what rounds to none or to all is not certain."""
    if score < 0.01:
        return "less than 1 %"
    return "over 99 %" if score > 0.99 else f"{score * 100:.0f} %"


def _sentence(act: Term | None, partners: Sequence[Term], themes: Sequence[Term]) -> str:
    said = act.label.capitalize() if act else "Cooperation"
    with_whom = f" with {', '.join(p.label for p in partners)}" if partners else ""
    about = f" on {', '.join(t.label for t in themes)}" if themes else ""
    return said + with_whom + about


def _evidence(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    strongest = sorted((e for e in evidence if e.weight > 0), key=lambda e: (-e.weight, e.place, e.phrase))
    shown: dict[str, Evidence] = {}
    for one in strongest:
        fit = fit_to_show(one, PHRASE_LENGTH)
        if fit.phrase:
            shown.setdefault(fit.phrase.casefold(), replace(fit, weight=round(fit.weight, 2)))
    return tuple(shown.values())[:EVIDENCE_SHOWN]


def _others(tellings: Iterable[Telling], page: str) -> tuple[Other, ...]:
    others = [
        Other(
            url=safe_url(telling.page.address) or page,
            title=title(telling.latest.document),
            language=_language(telling),
            origin=make_origin(telling.publisher),
            role=ROLES.get(telling.member.role, telling.member.role),
            published=min(_published(telling)[0], _second(telling.latest.seen_at)),
            why=plain(telling.member.why, SENTENCE_LENGTH),
        )
        for telling in tellings
    ]
    return tuple(sorted(others, key=lambda other: (other.published, other.origin.slug, other.url)))


def _published(telling: Telling) -> tuple[datetime, Precision | None]:
    stated = telling.latest.document.published or telling.first.document.published
    if stated is None or stated.at.year < PLAUSIBLE_FROM:
        return _second(telling.first.seen_at), None
    return _second(stated.at), stated.precision


def _language(telling: Telling) -> str | None:
    return language_tag(telling.latest.document.language) or language_tag(telling.publisher.language)


def _bounded(paragraphs: Sequence[str]) -> tuple[str, ...]:
    kept, length = [], 0
    for paragraph in map(plain, paragraphs):
        length += len(paragraph)
        if length > FULL_TEXT_LENGTH:
            kept.append("…")
            break
        if paragraph:
            kept.append(paragraph)
    return tuple(kept)


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
