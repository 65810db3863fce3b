from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.changes import CONFIRM_AFTER, FLAP_WINDOW, applied, compare, missing, unreadable
from storage.keys import words_digest
from storage.records import Change, ChangeKind, Document, NotArticle, Page, PageState, Rejection, Revision

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TEXT = ("Đoàn công tác của Bộ Y tế đã làm việc với đại sứ quán.", "Hai bên trao đổi về đào tạo bác sĩ.")


def make_page(**changes: object) -> Page:
    page = Page(id=1, source="s", key="k", address="https://example.org/a", first_seen_at=T0, last_seen_at=T0)
    return replace(page, **changes)


def make_document(title: str = "Tiếp đại sứ", paragraphs: tuple[str, ...] = TEXT, **changes: object) -> Document:
    return replace(Document(title=title, paragraphs=paragraphs, reader="r", confidence=0.9), **changes)


def make_revisions(*documents: Document, every: timedelta = timedelta(days=1)) -> list[Revision]:
    return [
        Revision(
            page_id=1,
            number=number,
            document=document,
            digest=words_digest(document),
            change=Change(kind=ChangeKind.NEW),
            seen_at=T0 + every * (number - 1),
            capture_id=number,
        )
        for number, document in enumerate(documents, 1)
    ]


def change(revisions: list[Revision], document: Document, at: datetime, page: Page | None = None) -> Change:
    return compare(revisions, page or make_page(), document, words_digest(document), at)


def test_the_first_document_is_new() -> None:
    assert change([], make_document(), T0).kind is ChangeKind.NEW


def test_the_same_words_with_other_spacing_and_tone_placement_are_unchanged() -> None:
    old = make_document(paragraphs=("Đồ hoà nhạc và thuỷ lợi.",))
    new = make_document(paragraphs=("Đồ  hòa nhạc\u00a0và thủy lợi.",))
    assert change(make_revisions(old), new, T0).kind is ChangeKind.UNCHANGED


@pytest.mark.parametrize(
    ("edit", "parts"),
    [
        ({"title": "Tiếp tân đại sứ"}, ("title",)),
        ({"lead": "Một lời dẫn mới."}, ("lead",)),
        ({"paragraphs": (*TEXT, "Thêm một đoạn.")}, ("text",)),
        ({"title": "Khác", "paragraphs": TEXT[:1]}, ("title", "text")),
    ],
)
def test_an_edit_says_which_parts_changed(edit: dict[str, object], parts: tuple[str, ...]) -> None:
    found = change(make_revisions(make_document()), make_document(**edit), T0)
    assert (found.kind, found.parts) == (ChangeKind.EDITED, parts)


def test_a_page_that_flaps_between_two_copies_is_not_edited_every_hour() -> None:
    one, two = make_document(), make_document(title="Khác")
    revisions = make_revisions(one, two)
    soon = revisions[-1].seen_at + FLAP_WINDOW / 2
    late = revisions[-1].seen_at + FLAP_WINDOW * 2
    assert change(revisions, one, soon).kind is ChangeKind.UNCHANGED
    assert change(revisions, one, late).kind is ChangeKind.EDITED


def test_a_half_empty_page_is_broken_and_not_an_edit() -> None:
    emptied = make_document(paragraphs=("Đang tải",), confidence=0.2, doubts=("very short",))
    assert change(make_revisions(make_document()), emptied, T0).kind is ChangeKind.UNREADABLE
    shortened = make_document(paragraphs=("Đính chính: bài đã rút.",), confidence=0.9)
    assert change(make_revisions(make_document()), shortened, T0).kind is ChangeKind.EDITED


def test_a_page_is_gone_only_when_it_is_missing_a_day_later_too() -> None:
    live = make_page()
    assert missing(live, 404, T0).kind is ChangeKind.SUSPECTED_GONE
    suspected = make_page(state=PageState.SUSPECTED_GONE, missing_since=T0)
    assert missing(suspected, 404, T0 + CONFIRM_AFTER / 2).kind is ChangeKind.UNCHANGED
    assert missing(suspected, 410, T0 + CONFIRM_AFTER).kind is ChangeKind.GONE
    assert missing(make_page(state=PageState.GONE), 404, T0).kind is ChangeKind.UNCHANGED
    assert missing(None, 404, T0).kind is ChangeKind.SETTLED


def test_a_page_that_comes_back_is_restored() -> None:
    page = make_page(state=PageState.GONE, missing_since=T0)
    assert change(make_revisions(make_document()), make_document(), T0, page).kind is ChangeKind.RESTORED
    other = change(make_revisions(make_document()), make_document(title="Khác"), T0, page)
    assert (other.kind, other.parts) == (ChangeKind.RESTORED, ("title",))


def test_a_block_page_is_no_removal() -> None:
    found = unreadable(Rejection(cause=NotArticle.LOGIN, detail="asks for a password"))
    assert found.kind is ChangeKind.UNREADABLE
    assert "asks for a password" in found.reason


def test_what_a_change_makes_of_the_page() -> None:
    page = make_page()
    suspected = applied(page, Change(kind=ChangeKind.SUSPECTED_GONE), T0)
    assert (suspected.state, suspected.missing_since) == (PageState.SUSPECTED_GONE, T0)
    gone = applied(suspected, Change(kind=ChangeKind.GONE), T0 + timedelta(days=2))
    assert (gone.state, gone.missing_since) == (PageState.GONE, T0)
    assert applied(gone, Change(kind=ChangeKind.UNCHANGED), T0 + timedelta(days=3)) == gone
    block_page = applied(suspected, Change(kind=ChangeKind.UNREADABLE), T0 + timedelta(days=1))
    assert block_page.state is PageState.SUSPECTED_GONE  # an answer that is no article proves nothing
    back = applied(gone, Change(kind=ChangeKind.RESTORED), T0 + timedelta(days=4))
    assert (back.state, back.missing_since, back.last_seen_at) == (PageState.LIVE, None, T0 + timedelta(days=4))
    assert applied(back, Change(kind=ChangeKind.UNCHANGED), T0).last_seen_at == back.last_seen_at
