"""The nouns of Healthwire: what the rooms hand to each other and what the archive keeps.

Every record is a frozen, slotted, keyword-only dataclass of the standard library. A datetime in a record is
aware; a naive one is refused when the record is made. `id` is None until the archive has stored the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aware:
    """Refuses naive datetimes in any field of a record."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, datetime) and value.utcoffset() is None:
                raise ValueError(f"{type(self).__name__}.{field.name}: a datetime without a time zone: {value!r}")


# ── Capture: one response at one moment ────────────────────────────────────────────────────────────────────


class CaptureKind(StrEnum):
    """What was asked for: an article, or a place that lists articles."""

    ARTICLE = "article"
    LISTING = "listing"  # anything that lists articles: an HTML listing, a feed, a sitemap, a JSON list


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What the listing that led to a page said about it: evidence for the reader, never the truth."""

    title: str | None = None
    published_at: datetime | None = None
    section: str | None = None
    listing_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(_Aware):
    """One response at one moment. The body is kept apart, compressed, under its digest.

    `address` is the page a person would open and `key` its canonical form; they differ from `requested_url`
    where a page is fetched through an API. `body_digest` is None when the response had no body (304, 404
    without text). `headers` keep the order and case in which they came.
    """

    source: str
    kind: CaptureKind
    address: str
    key: str
    requested_url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body_digest: str | None = None
    fetched_at: datetime
    hint: Hint | None = None
    visit_id: int | None = None
    id: int | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case; None where it is missing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


# ── Page: one address we follow ────────────────────────────────────────────────────────────────────────────


class PageState(StrEnum):
    """Whether a page is there: one missing answer makes it suspected, a later one gone; any article makes it live."""

    LIVE = "live"
    SUSPECTED_GONE = "suspected-gone"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(_Aware):
    """One address we follow. `next_check_at` None means: never look again on our own account."""

    source: str
    key: str
    address: str
    state: PageState = PageState.LIVE
    first_seen_at: datetime
    last_seen_at: datetime
    missing_since: datetime | None = None
    next_check_at: datetime | None = None
    story_id: int | None = None
    id: int | None = None


# ── Document: what a page said ─────────────────────────────────────────────────────────────────────────────


class Precision(StrEnum):
    """How exactly a page states a moment."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp(_Aware):
    """A moment as a page states it: how exactly, and whether its zone is ours (True) or the page's (False)."""

    at: datetime
    precision: Precision
    zone_assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An article's leading picture by its absolute address; `credit` is the photographer or agency it names."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a page said, its furniture left out. Captions stand apart from the text.

    `reader` names the code that read it (`epi/2023`, `generic`, `text dump`); `confidence` is 0…1 and
    `doubts` say in words what lowers it.
    """

    title: str
    lead: str | None = None
    paragraphs: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    published: Timestamp | None = None
    modified: Timestamp | None = None
    byline: str | None = None
    agency: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    canonical_url: str | None = None
    image: Image | None = None
    reader: str
    confidence: float
    doubts: tuple[str, ...] = ()


class NotArticle(StrEnum):
    """Why a page that answered is not an article."""

    EMPTY = "empty"
    LISTING = "listing page"
    ERROR = "error page"
    LOGIN = "login or block page"
    SHELL = "page without text until scripts run"
    MEDIA = "video or picture page"
    BROKEN = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A page that is not an article: its cause, and what was seen."""

    cause: NotArticle
    detail: str


# ── Revision: the n-th distinct Document of a Page ─────────────────────────────────────────────────────────


class ChangeKind(StrEnum):
    """What a capture meant for its page."""

    NEW = "new"
    EDITED = "edited"
    UNCHANGED = "unchanged"
    SUSPECTED_GONE = "suspected gone"
    GONE = "gone"
    RESTORED = "restored"
    UNREADABLE = "unreadable"  # the page answered, but not with an article
    SETTLED = "settled"  # nothing to compare: a listing, or a failure that says nothing of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a capture did to its page. `parts` name what an edit touched (title, lead, text …)."""

    kind: ChangeKind
    parts: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision(_Aware):
    """What a page said from `seen_at` (the moment of its capture) until the next revision; never overwritten."""

    page_id: int
    number: int  # from 1
    document: Document
    digest: str  # over the words, not the markup: storage.keys.words_digest
    change: Change
    seen_at: datetime
    capture_id: int
    id: int | None = None


# ── Verdict: relevant or not, and why ──────────────────────────────────────────────────────────────────────


NO_LANGUAGE = "missing: a language the judge knows"
"""The kind of evidence that says a text was not judged; its phrase is the language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason for or against: the phrase as it stands in the text, where, what it is, what it counts.

    `place` is `title`, `lead`, `caption n` or `paragraph n` (from 1); `weight` is in log-odds, negative
    where it counts against.
    """

    phrase: str
    place: str
    kind: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(_Aware):
    """Is it international health cooperation, with whom, about what, and why.

    `score` is a probability. `partners` are ISO 3166-1 alpha-2 codes and organisation ids (`WHO`, `JICA`).
    `gloss` is one English line made of act, partners and themes. `decided_by` is `model` or the person whose
    label overrides it.
    """

    relevant: bool
    score: float
    evidence: tuple[Evidence, ...] = ()
    partners: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    act: str | None = None
    gloss: str = ""
    lexicon_version: str
    weights_version: str
    decided_by: str = "model"
    story_id: int | None = None
    judged_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(_Aware):
    """A person's judgement of a story; the newest one overrides the model."""

    story_id: int
    relevant: bool
    why: str
    by: str
    at: datetime
    id: int | None = None


# ── Story: one event, told by one or more Pages ────────────────────────────────────────────────────────────


class Role(StrEnum):
    """What a page is to its story. Only `original` and `copy` are given so far."""

    ORIGINAL = "original"  # the first publisher as far as we know
    COPY = "copy"  # the same text, republished
    TELLING = "telling"  # the same event in other words
    EDITION = "edition"  # the same story in another language


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A page's place in a story: its role, the page it was taken from, and why we think so."""

    page_id: int
    role: Role
    taken_from: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story(_Aware):
    """One event. `id` and `uid` never change; `link_page_id` is the page we send readers to.

    `entered_at` is when the story first became relevant, None while it never was; `late` marks a story that
    entered by a later judgement and not as news; `withdrawn_at` is set while it is not relevant any more.
    """

    uid: str
    first_seen_at: datetime
    link_page_id: int
    members: tuple[Member, ...] = ()
    entered_at: datetime | None = None
    late: bool = False
    updated_at: datetime
    withdrawn_at: datetime | None = None
    id: int | None = None


# ── Visit: one visit to a source ───────────────────────────────────────────────────────────────────────────


class VisitState(StrEnum):
    """How a visit stands, or how it ended."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the process ended before the visit did


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(_Aware):
    """One visit: what it saw, fetched, kept and failed. `problems` are sentences for a person."""

    source: str
    started_at: datetime
    ended_at: datetime | None = None
    state: VisitState = VisitState.RUNNING
    listings: int = 0  # listings that answered
    discovered: int = 0  # article addresses they named
    fetched: int = 0  # article responses with a body
    unchanged: int = 0  # 304 answers
    kept: int = 0  # captures stored
    failed: int = 0  # requests that got no usable answer
    problems: tuple[str, ...] = ()
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState(_Aware):
    """What the archive remembers of a source between visits."""

    slug: str
    next_visit_at: datetime | None = None
    last_visit_at: datetime | None = None
    last_success_at: datetime | None = None
    last_visit_id: int | None = None
    failures: int = 0  # in a row
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """What readers are told of a source: its slug, names, kind, country (ISO 3166), language and home page."""

    slug: str
    name: str  # in the source's own language
    name_en: str
    kind: str  # ministry, agency, newspaper, organisation, embassy
    country: str
    language: str
    home: str


# ── What readers and feeds get to see of a story, read in one go ───────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One page of a story with what it says now."""

    page: Page
    member: Member
    publisher: Publisher
    first: Revision
    latest: Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story with its verdict and its pages; `link` is the telling we send readers to, `others` the rest."""

    story: Story
    verdict: Verdict
    link: Telling
    others: tuple[Telling, ...] = ()


# ── What a page left behind for the reader ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMemory:
    """Blocks of text seen on a source's pages: digest of the block → on how many distinct articles it stood."""

    source: str
    pages: int
    blocks: Mapping[str, int]
