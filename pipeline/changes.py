"""What a capture did to its page: old revisions, what the page says now and the clock go in, a Change comes out.

A page is compared by the words of its article, never by its markup or its furniture, so a sidebar of today
around an article of four years ago is no change. Pure.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from storage.records import Change, ChangeKind, Document, Page, PageState, Rejection, Revision

FLAP_WINDOW = timedelta(hours=6)
"""A page that shows earlier words again this soon is taken to flap between two copies of itself (caches,
mirrors); words that are still there after the window are an edit like any other."""

CONFIRM_AFTER = timedelta(hours=24)
"""How long a page must have been missing before a second missing answer makes it gone."""

SHRUNK_TO = 0.3
"""A re-read article with less than this share of its words, which its reader doubts, is a broken page first."""


def compare(revisions: Sequence[Revision], page: Page, document: Document, digest: str, at: datetime) -> Change:
    """Compare what a page says now with its revisions (oldest first).

    `digest` is the document's `words_digest`, `at` the time of the capture. Answers NEW, EDITED (with the parts
    that changed), RESTORED, UNREADABLE (a doubtful, mostly empty article) or UNCHANGED. Does not judge whether
    an edit is material to readers.
    """
    if not revisions:
        return Change(kind=ChangeKind.NEW, reason="first seen")
    last = revisions[-1]
    was_missing = page.state is not PageState.LIVE
    if digest == last.digest:
        if was_missing:
            return Change(kind=ChangeKind.RESTORED, reason="back with the same words")
        return Change(kind=ChangeKind.UNCHANGED, reason="same words")
    if _has_shrunk(last.document, document):
        return Change(kind=ChangeKind.UNREADABLE, reason="most of the text is missing; kept the earlier revision")
    parts = changed_parts(last.document, document)
    if was_missing:
        return Change(kind=ChangeKind.RESTORED, parts=parts, reason=f"back with another {', '.join(parts)}")
    earlier = next((r for r in revisions[:-1] if r.digest == digest), None)
    if earlier is not None and at - last.seen_at < FLAP_WINDOW:
        reason = f"shows the words of revision {earlier.number} again within {FLAP_WINDOW}; not taken for an edit yet"
        return Change(kind=ChangeKind.UNCHANGED, reason=reason)
    return Change(kind=ChangeKind.EDITED, parts=parts, reason=f"another {', '.join(parts)}")


def missing(page: Page | None, status: int, at: datetime) -> Change:
    """A page that answered 404 or 410: suspected gone at first, gone when it is still missing a day later."""
    if page is None:
        return Change(kind=ChangeKind.SETTLED, reason=f"never seen and answers {status}")
    if page.state is PageState.GONE:
        return Change(kind=ChangeKind.UNCHANGED, reason="still gone")
    if page.state is PageState.SUSPECTED_GONE and page.missing_since is not None:
        if at - page.missing_since >= CONFIRM_AFTER:
            return Change(kind=ChangeKind.GONE, reason=f"answers {status} since {page.missing_since:%Y-%m-%d %H:%M}Z")
        return Change(kind=ChangeKind.UNCHANGED, reason="still suspected gone")
    return Change(kind=ChangeKind.SUSPECTED_GONE, reason=f"answers {status}")


def applied(page: Page, change: Change, at: datetime) -> Page:
    """The page as it stands after a change that a capture at `at` brought; when to look again is not decided here.

    Whatever answers with an article is live; what answers with something else keeps its state.
    """
    match change.kind:
        case ChangeKind.SUSPECTED_GONE:
            return replace(page, state=PageState.SUSPECTED_GONE, missing_since=at)
        case ChangeKind.GONE:
            return replace(page, state=PageState.GONE)
        case ChangeKind.UNCHANGED if page.state is not PageState.LIVE:
            return page  # still suspected gone, or still gone
        case ChangeKind.UNREADABLE:
            return replace(page, last_seen_at=max(page.last_seen_at, at))
        case _:
            return replace(page, state=PageState.LIVE, missing_since=None, last_seen_at=max(page.last_seen_at, at))


def unreadable(rejection: Rejection) -> Change:
    """A page that answered with something that is no article. A block page or a listing is not a removal."""
    return Change(kind=ChangeKind.UNREADABLE, reason=f"{rejection.cause}: {rejection.detail}")


def changed_parts(old: Document, new: Document) -> tuple[str, ...]:
    """Which parts differ, in the order a reader meets them; `wording` where only the joints moved."""
    parts = []
    if old.title != new.title:
        parts.append("title")
    if (old.lead or "") != (new.lead or ""):
        parts.append("lead")
    if old.paragraphs != new.paragraphs:
        parts.append("text")
    return tuple(parts) or ("wording",)


def _has_shrunk(old: Document, new: Document) -> bool:
    before, now = _length(old), _length(new)
    return new.confidence < 0.5 and before > 0 and now < SHRUNK_TO * before


def _length(document: Document) -> int:
    return len(document.lead or "") + sum(map(len, document.paragraphs))
