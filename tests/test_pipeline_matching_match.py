from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.matching.copies import Wording, same_text, sketch
from pipeline.matching.grouping import group
from pipeline.matching.match import Candidate, Match, text_of
from pipeline.matching.match import match as match_text
from pipeline.matching.roles import Claim, first_publisher
from storage.records import Document, Role

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
AGENCY = (
    "Ngày 6/3, Đại sứ Việt Nam đã có buổi làm việc với hội bác sĩ tại thủ đô và đánh giá cao đóng góp của hội.",
    "Hội đã vận động nhiều bệnh viện trao tặng máy siêu âm và giường bệnh cho các tỉnh miền núi phía Bắc.",
    "Hai bên thống nhất mở thêm hai khoá đào tạo điều dưỡng và một chương trình trao đổi bác sĩ nội trú.",
)
OTHER = (
    "Sáng nay, Sở Y tế tỉnh khai trương trung tâm cấp cứu mới với mười xe cứu thương và ba mươi nhân viên.",
    "Trung tâm trực suốt ngày đêm, nhận cuộc gọi của người dân ở tất cả các huyện trong tỉnh.",
)


def make_document(*paragraphs: str, title: str = "Tin", lead: str | None = None) -> Document:
    return Document(title=title, lead=lead, paragraphs=paragraphs, reader="r", confidence=1)


def make_candidate(document: Document, page_id: int = 7) -> Candidate:
    return Candidate(page_id=page_id, story_id=70 + page_id, text=text_of(document))


def match(document: Document, candidates: list[Candidate]) -> Match | None:
    return match_text(text_of(document), candidates)


def test_a_copy_with_another_headline_and_lead_is_the_same_story() -> None:
    copy = make_document(*AGENCY, title="Cầu nối y tế", lead="Một lời dẫn khác hẳn của toà soạn.")
    found = match(copy, [make_candidate(make_document(*OTHER), 1), make_candidate(make_document(*AGENCY), 2)])
    assert found is not None
    assert (found.page_id, found.story_id, found.role) == (2, 72, Role.COPY)
    assert "same text" in found.why


def test_other_tone_placement_and_spacing_do_not_hide_a_copy() -> None:
    respelt = tuple(p.replace("khoá", "khóa").replace(" ", "  ") for p in AGENCY)
    assert match(make_document(*respelt), [make_candidate(make_document(*AGENCY))]) is not None


def test_a_shortened_copy_is_recognised() -> None:
    found = match(make_document(AGENCY[0]), [make_candidate(make_document(*AGENCY))])
    assert found is not None
    assert "shortened" in found.why


def test_the_same_headline_over_half_of_the_text_is_a_copy_and_over_another_text_is_not() -> None:
    original = make_document(*AGENCY, title="Cầu nối “y tế” hai nước")
    cut = make_document(AGENCY[0], AGENCY[1][:60], *OTHER[:1], title='Cầu nối "y tế" hai nước')
    assert match(cut, [make_candidate(original)]) is not None
    assert match(make_document(*cut.paragraphs, title="Khác"), [make_candidate(original)]) is None
    assert match(make_document(*OTHER, title=original.title), [make_candidate(original)]) is None


@pytest.mark.parametrize("text", [OTHER, ("Ảnh minh hoạ.",), ()])
def test_another_text_begins_a_story_of_its_own(text: tuple[str, ...]) -> None:
    assert match(make_document(*text), [make_candidate(make_document(*AGENCY))]) is None


def test_two_empty_documents_are_no_copies() -> None:
    found = match(make_document(), [make_candidate(make_document())])
    assert found is None or found.role is None


def test_the_sketches_of_copies_meet() -> None:
    whole, cut = (sketch(Wording(document=make_document(*text)).runs) for text in (AGENCY, AGENCY[:2]))
    assert len(set(whole) & set(cut)) >= 10
    assert not set(whole) & set(sketch(Wording(document=make_document(*OTHER)).runs))


def test_grouping_does_what_the_archive_does() -> None:
    texts = [make_document(*AGENCY), make_document(*OTHER), make_document(*AGENCY, title="Khác")]
    assert [(g.copies, g.story) for g in group([text_of(text) for text in texts])] == [(0, 0), (1, 1), (0, 0)]


@given(st.lists(st.text(max_size=80), max_size=6), st.lists(st.text(max_size=80), max_size=6))
def test_likeness_is_symmetric_and_between_0_and_1(one: list[str], other: list[str]) -> None:
    first, second = Wording(document=make_document(*one)), Wording(document=make_document(*other))
    assert same_text(first, second) == same_text(second, first)
    assert 0 <= same_text(first, second)[0] <= 1


def make_claim(page_id: int, hours: int, *, credits: bool = False, agency: bool = False) -> Claim:
    at = T0 + timedelta(hours=hours)
    return Claim(page_id=page_id, published_at=at, first_seen_at=at, credits_agency=credits, is_agency=agency)


def test_readers_are_sent_to_the_agency_even_when_a_copy_says_it_was_earlier() -> None:
    assert first_publisher([make_claim(1, 0, credits=True), make_claim(2, 3, credits=True, agency=True)]) == 2


def test_otherwise_to_the_earliest() -> None:
    assert first_publisher([make_claim(1, 5), make_claim(2, 3), make_claim(3, 4)]) == 2
    with pytest.raises(ValueError, match="without pages"):
        first_publisher([])
