"""Reading and judging the archive again with today's code: what would differ, and carrying it out."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.changes import changed_parts
from pipeline.priors import NEWSPAPER, Priors
from pipeline.process import Reader, append, judge_story, read_capture, verdict_on
from pipeline.reading.read import read
from pipeline.reading_worker import Overrun
from spiders.source import Source
from storage.keys import words_digest
from storage.records import Capture, Change, ChangeKind, Document, Page, Rejection, Story, Verdict
from storage.store import Store

log = logging.getLogger(__name__)

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOtherwise:
    """A page whose newest capture today's readers read in other words than the archive has."""

    page: Page
    capture: Capture
    document: Document
    parts: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """The difference as a row of a listing command."""
        return {"page": self.page.address, "what": ", ".join(self.parts), "title": self.document.title}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedOtherwise:
    """A story on which today's judge disagrees with the verdict in force."""

    story: Story
    title: str
    now: Verdict
    then: Verdict

    def row(self) -> dict[str, Any]:
        """The difference as a row of a listing command."""

        def words(verdict: Verdict) -> str:
            return f"{'in' if verdict.relevant else 'out'} {verdict.score:.2f}"

        return {
            "story": self.story.uid,
            "now": words(self.now),
            "would_be": words(self.then),
            "title": self.title,
            "gloss": self.then.gloss,
        }


def read_otherwise(
    store: Store, sources: Mapping[str, Source], only: str | None = None, *, reader: Reader = read
) -> Iterator[ReadOtherwise]:
    """The pages that today's code reads differently, by their newest stored capture with a body.

    A page that takes too much to read is logged and left as it is.
    """
    for page in _pages(store, only):
        assert page.id is not None
        with store.read() as archive:
            captures = [c for c in archive.captures.of_page(page.key, page.source) if c.status == 200 and c.body_digest]
            latest = archive.pages.latest_revision(page.id)
        if not captures:
            continue
        newest = max(captures, key=lambda capture: (capture.fetched_at, capture.id or 0))
        try:
            outcome = read_capture(store, newest, sources.get(page.source), reader).outcome
        except Overrun as overrun:
            log.warning("%s: %s", page.address, overrun)
            continue
        if isinstance(outcome, Rejection) or (latest is not None and words_digest(outcome) == latest.digest):
            continue
        parts = changed_parts(latest.document, outcome) if latest is not None else ("readable now",)
        yield ReadOtherwise(page=page, capture=newest, document=outcome, parts=parts)


def apply_reading(store: Store, differences: Iterable[ReadOtherwise], priors: Priors = NEWSPAPER) -> None:
    """Append what today's code reads as a revision of its page, each in a transaction of its own."""
    for difference in differences:
        change = Change(
            kind=ChangeKind.EDITED, parts=difference.parts, reason=f"read again by {difference.document.reader}"
        )
        assert difference.page.id is not None
        with store.write() as archive:
            latest = archive.pages.latest_revision(difference.page.id)
            append(archive, difference.capture, difference.page, difference.document, change, latest, priors)


def judged_otherwise(store: Store, priors: Priors = NEWSPAPER) -> Iterator[JudgedOtherwise]:
    """The stories that would enter or leave the feeds by today's judge; a person's label is kept."""
    after = 0
    while True:
        with store.read() as archive:
            stories = archive.stories.all(BATCH, after_id=after)
            for story in stories:
                assert story.id is not None
                after = story.id
                now = archive.stories.verdict(story.id)
                revision = archive.pages.latest_revision(story.link_page_id)
                labels = archive.stories.labels(story.id)
                if now is None or revision is None:
                    continue
                first = archive.pages.get(story.link_page_id)
                prior = priors.of(first.source if first else "")
                then = verdict_on(revision.document, labels[-1] if labels else None, prior)
                if then.relevant != now.relevant:
                    yield JudgedOtherwise(story=story, title=revision.document.title, now=now, then=then)
        if len(stories) < BATCH:
            return


def apply_judging(
    store: Store, differences: Iterable[JudgedOtherwise], at: datetime, priors: Priors = NEWSPAPER
) -> None:
    """Let stories enter (at the place of their own time, marked late) and leave the feeds; `at` is the judgement's."""
    for difference in differences:
        assert difference.story.id is not None
        with store.write() as archive:
            judge_story(archive, difference.story.id, at, late=True, priors=priors)


def _pages(store: Store, only: str | None) -> Iterator[Page]:
    after = 0
    while True:
        with store.read() as archive:
            pages = archive.pages.all(BATCH, after_id=after, source=only)
        for page in pages:
            assert page.id is not None
            after = page.id
            yield page
        if len(pages) < BATCH:
            return
