"""The order of the steps, and the transaction around them. Nowhere else.

    for capture in captures that nobody has looked at, oldest first:
        reading = read(its body, by the source's layouts, with the site's memory)     bounded, outside any transaction
        in one transaction:
            settle the capture                       (another process was faster: leave it)
            page     = the page it is of
            change   = compare(the page's revisions, reading)
            revision = append, when the words are new
            story    = match(document, pages that share its sketch) or a new one
            verdict  = judge(what the story's pages say now), unless a person has labelled it
            remember the page's blocks for the site's memory

A crash leaves the whole effect of a capture or none of it; a capture is settled once, so processing again changes
nothing.

What fails with one capture costs that capture only. A page that takes more time or memory than a page may, and a bug of
ours (logged with its traceback), leave it unsettled for the next time; the archive counts the tries, and after the last
one it is settled as unreadable with the cause. Later captures of the same page wait for it, and after a few such pages
the rest of the source's does. What fails with the archive itself (a full disk) ends the processing at once.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from pipeline import changes, entering
from pipeline.matching.match import Candidate, Text, match, text_of
from pipeline.matching.roles import Claim, arranged, first_publisher
from pipeline.priors import NEWSPAPER, Priors
from pipeline.reading.read import RawPage, Reading, read
from pipeline.reading_worker import Overrun, ReadingBroke, Stopped
from pipeline.relevance import gloss, judge
from pipeline.saved_pages import IMPORTED
from pipeline.service.cadence import next_check
from spiders.source import Source
from storage.archive import Archive
from storage.errors import CorruptBody, StorageError
from storage.keys import words_digest
from storage.records import (
    Capture,
    CaptureKind,
    Change,
    ChangeKind,
    Document,
    Evidence,
    Label,
    Member,
    NotArticle,
    Page,
    PageState,
    Rejection,
    Revision,
    Role,
    SiteMemory,
    Story,
    Verdict,
)
from storage.store import Store

log = logging.getLogger(__name__)

CANDIDATES = 12  # pages compared in full with a new one, those that share most of its sketch first

SPEAKING = 6  # pages of a story whose words are judged, the first publisher's first

MOST_TRIES = 3  # to process one capture

MOST_OVERRUNS = 3  # of one source's pages, until its other captures wait for the next processing

_NEW_WORDS = (ChangeKind.NEW, ChangeKind.EDITED, ChangeKind.RESTORED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What processing one capture came to."""

    capture: Capture
    change: Change
    story: Story | None = None
    verdict: Verdict | None = None
    unsure: bool = False  # the reader's confidence falls below what a reading is trusted from
    entered: bool = False  # the story entered the feeds by this capture


TRUSTED = 0.6
"""The reader's confidence below which an article counts as read with doubts."""


class Reader(Protocol):
    """Whatever reads a page: `pipeline.reading.read` itself, or a worker that does so within limits."""

    def __call__(self, page: RawPage, *, source: Source | None = None, memory: SiteMemory | None = None) -> Reading: ...


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many captures came to what.

    `failed` counts tries that a bug of ours ended and is never silent, `overrun` those that took too much, `waiting`
    the captures that were put off because of either, `unsure` articles that the reader doubts.
    """

    changes: dict[ChangeKind, int] = field(default_factory=dict)
    entered: int = 0
    failed: int = 0
    unsure: int = 0
    overrun: int = 0
    waiting: int = 0

    @property
    def processed(self) -> int:
        """How many captures were settled."""
        return sum(self.changes.values())

    def count(self, outcome: Outcome) -> None:
        """Count a capture that was settled."""
        self.unsure += outcome.unsure
        self.changes[outcome.change.kind] = self.changes.get(outcome.change.kind, 0) + 1
        self.entered += outcome.entered


def process_pending(
    store: Store,
    sources: Mapping[str, Source],
    *,
    batch: int = 100,
    reader: Reader = read,
    on_outcome: Callable[[Outcome], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    priors: Priors = NEWSPAPER,
) -> Tally:
    """Process every capture that is not settled, oldest first; `stop` is asked between captures.

    `reader` is whatever reads a page; foreign ones want a `ReadingWorker`. Tells the archive the names of the sources
    first: they stand in feeds and on pages. Raises StorageError when the archive itself cannot be used.
    """
    with store.write() as archive:
        for publisher in (IMPORTED, *(source.publisher() for source in sources.values())):
            archive.publishers.save(publisher)
    tally = Tally()
    held: set[tuple[str, str]] = set()  # pages of which an earlier capture is not settled
    overruns: Counter[str] = Counter()
    after = 0
    while not stop():
        with store.read() as archive:
            captures = archive.captures.unprocessed(batch, after_id=after)
        if not captures:
            break
        for capture in captures:
            if stop():
                break
            after = _id(capture)
            if (capture.source, capture.key) in held or overruns[capture.source] >= MOST_OVERRUNS:
                tally.waiting += 1
                continue
            outcome: Outcome | None
            try:
                outcome = process(store, capture, sources.get(capture.source), reader, priors)
            except Stopped:
                return tally
            except Overrun as overrun:
                log.warning("capture %s (%s): %s", capture.id, capture.address, overrun)
                tally.overrun += 1
                overruns[capture.source] += 1
                outcome = _failed(store, capture, str(overrun), held, priors)
            except Exception as error:
                if isinstance(error, StorageError) and not isinstance(error, CorruptBody):
                    raise  # the next capture would meet the same
                outcome = _failed(store, capture, _logged(capture, error), held, priors)
                tally.failed += 1
            if outcome is not None:
                tally.count(outcome)
                on_outcome(outcome)
    return tally


def _logged(capture: Capture, error: Exception) -> str:
    """Log what ended a capture's processing, a bug of ours with its traceback; gives the cause in words."""
    if isinstance(error, StorageError):
        log.error("capture %s (%s): %s", capture.id, capture.address, error)
        return str(error)
    if isinstance(error, ReadingBroke):
        log.error("capture %s (%s) could not be read:\n%s", capture.id, capture.address, error)
        return f"a bug of ours: {str(error).strip().splitlines()[-1]}"
    log.error("capture %s (%s) could not be processed", capture.id, capture.address, exc_info=error)
    return f"a bug of ours: {type(error).__name__}: {error}"


def _failed(store: Store, capture: Capture, cause: str, held: set[tuple[str, str]], priors: Priors) -> Outcome | None:
    """Count a try that failed. The last one settles the capture and gives what it came to; else its page is held."""
    with store.write() as archive:
        if archive.captures.count_try(_id(capture)) < MOST_TRIES:
            held.add((capture.source, capture.key))
            return None
        rejected = Reading(outcome=Rejection(cause=NotArticle.BROKEN, detail=f"{cause}; tried {MOST_TRIES} times"))
        return _settled(archive, capture, rejected, priors)


def process(
    store: Store, capture: Capture, source: Source | None, reader: Reader = read, priors: Priors = NEWSPAPER
) -> Outcome | None:
    """Process one capture; None when another process has settled it in the meantime.

    A capture of a source that has no file any more is read by the generic reader.
    """
    reading = _read(store, capture, source, reader)
    with store.write() as archive:
        return _settled(archive, capture, reading, priors)


def _settled(archive: Archive, capture: Capture, reading: Reading | None, priors: Priors) -> Outcome | None:
    outcome = _apply(archive, capture, reading, priors)
    if not archive.captures.settle(_id(capture), outcome.change, capture.fetched_at):
        archive.roll_back()
        return None
    return outcome


def read_capture(store: Store, capture: Capture, source: Source | None, reader: Reader = read) -> Reading:
    """Read a stored article capture with today's code and the memory the archive has of its site."""
    assert capture.body_digest is not None
    with store.read() as archive:
        body = archive.captures.body(capture.body_digest)
        memory = archive.memory.load(capture.source)
    page = RawPage(
        url=capture.address,
        body=body,
        content_type=capture.header("content-type"),
        fetched_at=capture.fetched_at,
        hint=capture.hint,
    )
    return reader(page, source=source, memory=memory)


def _read(store: Store, capture: Capture, source: Source | None, reader: Reader) -> Reading | None:
    if capture.kind is not CaptureKind.ARTICLE or capture.status != 200 or capture.body_digest is None:
        return None
    return read_capture(store, capture, source, reader)


def _apply(archive: Archive, capture: Capture, reading: Reading | None, priors: Priors) -> Outcome:
    """Carry out what a capture means for its page; everything here happens in one transaction."""
    if capture.kind is not CaptureKind.ARTICLE:
        return Outcome(capture=capture, change=Change(kind=ChangeKind.SETTLED, reason="a listing"))
    page = archive.pages.find(capture.source, capture.key)
    if capture.status in (404, 410):
        return _without_words(archive, capture, page, changes.missing(page, capture.status, capture.fetched_at))
    if capture.status == 304:
        change = Change(kind=ChangeKind.UNCHANGED, reason="not modified, says the server")
        if page is not None and page.state is not PageState.LIVE:
            change = Change(kind=ChangeKind.RESTORED, reason="answers again, not modified")
        return _without_words(archive, capture, page, change)
    if reading is None:
        change = Change(kind=ChangeKind.SETTLED, reason=f"answered {capture.status}: says nothing of the page")
        return Outcome(capture=capture, change=change)
    if isinstance(reading.outcome, Rejection):
        return _without_words(archive, capture, page or _new_page(capture), changes.unreadable(reading.outcome))
    outcome = _said(archive, capture, page or _new_page(capture), reading, reading.outcome, priors)
    return replace(outcome, unsure=reading.outcome.confidence < TRUSTED)


def _without_words(archive: Archive, capture: Capture, page: Page | None, change: Change) -> Outcome:
    """A page of which the capture brought no new words."""
    if page is not None:
        _keep(archive, page, change, capture.fetched_at)
    return Outcome(capture=capture, change=change)


def _keep(archive: Archive, page: Page, change: Change, at: datetime) -> Page:
    """Keep the page, which the archive was just asked for, as the change leaves it."""
    after = _page_after(page, change, at)
    if page.id is None:
        return archive.pages.add(after)
    if after != page:
        archive.pages.change(after)
    return after


def _page_after(page: Page, change: Change, at: datetime) -> Page:
    page = changes.applied(page, change, at)
    return replace(page, next_check_at=next_check(page, change, at))


def _said(
    archive: Archive, capture: Capture, page: Page, reading: Reading, document: Document, priors: Priors
) -> Outcome:
    """A page that answered with an article."""
    digest = words_digest(document)
    revisions = archive.pages.revisions(page.id) if page.id is not None else []
    change = changes.compare(revisions, page, document, digest, capture.fetched_at)
    archive.memory.remember(capture.source, capture.key, reading.blocks, capture.fetched_at)
    if (revisions and digest == revisions[-1].digest) or change.kind not in _NEW_WORDS:
        return _without_words(archive, capture, page, change)
    page = _keep(archive, page, change, capture.fetched_at)
    return append(archive, capture, page, document, change, revisions[-1] if revisions else None, priors)


def append(
    archive: Archive,
    capture: Capture,
    page: Page,
    document: Document,
    change: Change,
    latest: Revision | None,
    priors: Priors = NEWSPAPER,
) -> Outcome:
    """Append a revision to a page, after its `latest` one, and carry its words on to story, verdict and search."""
    assert page.id is not None
    revision = archive.pages.append_revision(
        Revision(
            page_id=page.id,
            number=latest.number + 1 if latest else 1,
            document=document,
            digest=words_digest(document),
            change=change,
            seen_at=capture.fetched_at,
            capture_id=_id(capture),
        )
    )
    archive.search.index(page.id, document)
    alone = verdict_on(document, None, priors.of(page.source))
    text = text_of(document, alone)
    told = {page.id: (page, revision)}
    if page.story_id is not None:
        archive.stories.index(page.id, text.keys)
        story, verdict, entered = judge_story(archive, page.story_id, capture.fetched_at, told=told, priors=priors)
        return Outcome(capture=capture, change=change, story=story, verdict=verdict, entered=entered)
    matched = match(text, _candidates(archive, text))
    archive.stories.index(page.id, text.keys, first=latest is None)
    if matched is not None and matched.role is not None:
        member = Member(page_id=page.id, role=matched.role, taken_from=matched.page_id, why=matched.why)
        archive.stories.join(matched.story_id, member)
        story, verdict, entered = judge_story(archive, matched.story_id, capture.fetched_at, told=told, priors=priors)
    else:
        new = Story(
            uid=story_uid(page.source, page.key),
            first_seen_at=capture.fetched_at,
            link_page_id=page.id,
            members=(Member(page_id=page.id, role=Role.ORIGINAL, why="first seen here"),),
            updated_at=capture.fetched_at,
        )
        begun = archive.stories.create(new)
        assert begun.id is not None
        if begun == replace(new, id=begun.id):
            story, verdict, entered = _judge_new(archive, begun, alone, document, capture.fetched_at)
        else:  # a story of that name was there
            story, verdict, entered = judge_story(archive, begun.id, capture.fetched_at, told=told, priors=priors)
    return Outcome(capture=capture, change=change, story=story, verdict=verdict, entered=entered)


def _judge_new(
    archive: Archive, story: Story, verdict: Verdict, document: Document, at: datetime
) -> tuple[Story, Verdict, bool]:
    """Let a story that has just begun with its only page enter by that page's verdict."""
    verdict = archive.stories.add_verdict(replace(verdict, story_id=story.id, judged_at=at), first=True)
    published = document.published.at if document.published else None
    changed = entering.decide(story, verdict, story.link_page_id, at, published=published)
    if changed != story:
        archive.stories.save(changed)
    return changed, verdict, entering.has_entered(story, verdict)


def _candidates(archive: Archive, text: Text) -> list[Candidate]:
    return [
        Candidate(page_id=page_id, story_id=story_id, text=text_of(document, verdict))
        for page_id, story_id, document, verdict in archive.stories.sharing(text.keys, CANDIDATES)
    ]


def story_uid(source: str, key: str) -> str:
    """The id of a story that begins with this page, given once and never changed.

    Another archive gives the same id where it captures the same page of the story first; one that a copy reached
    first, as after a visit that was cut short, names the story after the copy.
    """
    return hashlib.sha256(f"{source} {key}".encode()).hexdigest()[:20]


def judge_story(
    archive: Archive,
    story_id: int,
    at: datetime,
    *,
    late: bool = False,
    told: Mapping[int, tuple[Page, Revision]] = MappingProxyType({}),
    priors: Priors = NEWSPAPER,
) -> tuple[Story, Verdict, bool]:
    """Judge a story by what its pages say now, and let it enter or leave the feeds.

    The first publisher's words count; where they are not relevant and another page's are, that page speaks for the
    event: a short notice must not hide what others tell in full.

    `at` is the moment of the capture (or of the new judgement) that asks. With `late` a story that was not
    relevant before enters at the place of its own time and is marked, so that a better judge does not flood
    subscribers with old news. `told` are pages with what they say now, so far as the caller knows them. Gives the
    story, the verdict in force, and whether the story has just entered.
    """
    story = archive.stories.get(story_id)
    assert story is not None
    pages: dict[int, Page | None] = {}
    said: dict[int, Revision | None] = {}
    for member in story.members:
        known = told.get(member.page_id)
        pages[member.page_id] = known[0] if known else archive.pages.get(member.page_id)
        said[member.page_id] = known[1] if known else archive.pages.latest_revision(member.page_id)
    agencies = archive.publishers.agencies()
    claims = [
        Claim(
            page_id=page_id,
            published_at=revision.document.published.at if revision.document.published else None,
            first_seen_at=page.first_seen_at,
            credits_agency=revision.document.agency is not None,
            is_agency=page.source in agencies,
            language=revision.document.language,
        )
        for page_id, page in pages.items()
        if page is not None and (revision := said[page_id]) is not None
    ]
    link = first_publisher(claims)
    for member in set(arranged(story.members, claims)) - set(story.members):
        archive.stories.join(story_id, member)
    before = archive.stories.verdict(story_id)
    labels = archive.stories.labels(story_id)
    spoken = [link, *(claim.page_id for claim in claims if claim.page_id != link)][:SPEAKING]
    sources = {page_id: page.source for page_id, page in pages.items() if page is not None}
    texts = [(said[page_id], priors.of(sources[page_id])) for page_id in spoken]
    verdict = _strongest(texts, labels[-1] if labels else None)
    if before is None or not _same(before, verdict):
        verdict = archive.stories.add_verdict(replace(verdict, story_id=story_id, judged_at=at))
    else:
        verdict = before
    first = said[link]
    published = first.document.published.at if first and first.document.published else None
    changed = entering.decide(story, verdict, link, at, late=late, published=published)
    if changed != story:
        archive.stories.save(changed)
    return changed, verdict, entering.has_entered(story, verdict)


def _strongest(said: Sequence[tuple[Revision | None, float]], label: Label | None) -> Verdict:
    """The verdict on the first text that is relevant; on the likeliest where none is. Each comes with its prior."""
    verdicts = []
    for revision, prior in said:
        assert revision is not None
        verdict = verdict_on(revision.document, label, prior)
        if verdict.relevant or label is not None:
            return verdict
        verdicts.append(verdict)
    return max(verdicts, key=lambda verdict: verdict.score)


def verdict_on(document: Document, label: Label | None, prior: float = NEWSPAPER.share) -> Verdict:
    """The verdict on a document: the model's, unless a person has said otherwise. Its gloss names the day. `prior` is
    the share of relevant items where it comes from."""
    verdict = judge(
        title=document.title,
        lead=document.lead,
        paragraphs=document.paragraphs,
        captions=document.captions,
        language=document.language,
        prior=prior,
    )
    verdict = replace(verdict, gloss=gloss(verdict, document.published.at.date() if document.published else None))
    return verdict if label is None else overridden(verdict, label)


def overridden(verdict: Verdict, label: Label) -> Verdict:
    """A verdict as a person's label has it; the label stands first in the evidence, the model's own behind it."""
    said = Evidence(
        phrase=label.why, place=f"label by {label.by}", kind="label", weight=99.0 if label.relevant else -99.0
    )
    return replace(
        verdict,
        relevant=label.relevant,
        score=1.0 if label.relevant else 0.0,
        evidence=(said, *(e for e in verdict.evidence if e.kind != "label")),
        decided_by=label.by,
    )


def _same(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts say the same, whenever they were given."""
    return replace(one, id=None, story_id=None, judged_at=None) == replace(
        other, id=None, story_id=None, judged_at=None
    )


def _new_page(capture: Capture) -> Page:
    return Page(
        source=capture.source,
        key=capture.key,
        address=capture.address,
        first_seen_at=capture.fetched_at,
        last_seen_at=capture.fetched_at,
    )


def _id(capture: Capture) -> int:
    assert capture.id is not None
    return capture.id
