"""Builders of what an archive keeps, for the tests of storage."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from storage.archive import Archive
from storage.keys import words_digest
from storage.records import (
    Capture,
    CaptureKind,
    Change,
    ChangeKind,
    Document,
    Member,
    Page,
    Revision,
    Role,
    Story,
    StoryView,
    Verdict,
)
from storage.store import Store

HANOI = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=HANOI)


def make_capture(number: int = 1, **more: Any) -> Capture:
    url = f"https://a.vn/bai-{number}.html"
    given = {
        "source": "a_vn",
        "kind": CaptureKind.ARTICLE,
        "address": url,
        "key": url,
        "requested_url": url,
        "final_url": url,
        "status": 200,
        "fetched_at": NOW + timedelta(minutes=number),
    }
    return Capture(**{**given, **more})


def make_document(title: str = "Bộ trưởng Y tế tiếp Đại sứ Nga", **more: Any) -> Document:
    given = {"title": title, "paragraphs": ("Hai bên trao đổi về hợp tác.",), "language": "vi", "reader": "t/1"}
    return Document(**{"confidence": 0.9, **given, **more})


def make_page(archive: Archive, number: int = 1, document: Document | None = None, **more: Any) -> Page:
    """A stored page with one revision, from one settled capture."""
    capture = archive.captures.add(
        make_capture(number, **({"source": more["source"]} if "source" in more else {})), b"x"
    )
    assert capture.id is not None
    archive.captures.settle(capture.id, Change(kind=ChangeKind.NEW), NOW)
    given = {"source": capture.source, "key": capture.key, "address": capture.address}
    seen = {"first_seen_at": capture.fetched_at, "last_seen_at": capture.fetched_at}
    page = archive.pages.save(Page(**{**given, **seen, **more}))
    assert page.id is not None
    document = document or make_document()
    archive.pages.add_revision(make_revision(page.id, capture.id, document))
    archive.search.index(page.id, document)
    return page


def make_revision(page_id: int, capture_id: int, document: Document, number: int = 1, **more: Any) -> Revision:
    given = {"page_id": page_id, "capture_id": capture_id, "number": number, "document": document}
    said = {"digest": words_digest(document), "change": Change(kind=ChangeKind.NEW), "seen_at": NOW}
    return Revision(**{**given, **said, **more})


def make_verdict(story_id: int, **more: Any) -> Verdict:
    given = {"relevant": True, "score": 0.9, "partners": ("RU",), "themes": ("vaccine",), "act": "meeting"}
    made = {"lexicon_version": "1", "weights_version": "1", "story_id": story_id, "judged_at": NOW}
    return Verdict(**{**given, **made, **more})


def make_story(
    archive: Archive, number: int = 1, *, entered: bool = True, verdict: dict[str, Any] | None = None, **more: Any
) -> Story:
    """A stored story of one page, with a verdict, entered `number` minutes after NOW."""
    page = make_page(archive, number, **more)
    assert page.id is not None
    at = NOW + timedelta(minutes=number)
    member = Member(page_id=page.id, role=Role.ORIGINAL, why="first seen here")
    story = archive.stories.create(
        Story(uid=f"story{number}", first_seen_at=at, link_page_id=page.id, members=(member,), updated_at=at)
    )
    assert story.id is not None
    archive.stories.add_verdict(make_verdict(story.id, **(verdict or {})))
    if entered:
        story = replace(story, entered_at=at)
        archive.stories.save(story)
    return story


def uids(views: list[StoryView]) -> list[str]:
    return [view.story.uid for view in views]


def make_searched(store: Store) -> Store:
    titles = [
        "Bộ trưởng Y tế tiếp Đại sứ Nga",  # 1
        "Bo truong Y te tiep dai su Nga",  # 2: written without diacritics
        "Đài Loan tặng vắc-xin COVID-19",  # 3
        "Hoà bình và sức khoẻ",  # 4
        "Ministère de la Santé: coopération",  # 5
    ]
    with store.write() as archive:
        for number, title in enumerate(titles, 1):
            relevant = number != 5
            document = make_document(title, paragraphs=(), lead=None)
            make_story(archive, number, document=document, entered=relevant, verdict={"relevant": relevant})
    return store
