"""Kinds of news that a newspaper prints beside health and foreigners: none of them is a story."""

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.relevance import explain, judge, judge_text
from pipeline.relevance.judging import passages
from pipeline.relevance.text import is_digest
from pipeline.relevance.training.collisions import suspects
from pipeline.relevance.training.rows import Row, read_rows

HERE = Path(__file__).parent
TRAPS = [json.loads(line) for line in (HERE / "traps.jsonl").read_text(encoding="utf-8").splitlines()]


def test_there_are_traps_of_many_kinds() -> None:
    assert len(TRAPS) >= 60
    assert len(Counter(trap["kind"] for trap in TRAPS)) >= 15


@pytest.mark.parametrize("trap", TRAPS, ids=[f"{trap['id']}-{trap['kind']}" for trap in TRAPS])
def test_a_trap_is_not_taken(trap: dict[str, str]) -> None:
    verdict = judge_text(trap["title"], trap["text"], trap["lang"])
    assert not verdict.relevant, explain(verdict)


def terms_of(title: str, language: str = "vi") -> set[str]:
    """What the lexicon sees in a headline: `kind:value`."""
    head, *_ = passages(title=title, lead=None, paragraphs=(), captions=(), language=language)
    return {f"{hit.group.kind}:{hit.group.value}" for hit in head.scan.hits}


@pytest.mark.parametrize(
    ("title", "unseen"),
    [
        ("Phố đèn lung linh ở Đà Nẵng", "health:chronic disease and prevention"),
        ("Quán Cù Lao mở cửa ở Cần Thơ", "country:LA"),
        ("Lao màng phổi ở người trẻ", "country:LA"),
        ("Thai nhi 25 tuần được cứu", "country:TH"),
        ("Mở rộng hoạt động kinh doanh ở Huế", "health:chronic disease and prevention"),
        ("Nhóm của Tuan-Anh Nguyen công bố kết quả", "country:GB"),
        ("Người dân xã Đông Hưng vui mừng", "country:CN"),
    ],
)
def test_a_word_in_another_sense_is_not_seen(title: str, unseen: str) -> None:
    assert unseen not in terms_of(title)


@pytest.mark.parametrize(
    ("title", "seen"),
    [
        ("Đường dây Singapore - Anh về vắc xin", "country:GB"),
        ("Hội nghị y tế Việt - Anh", "country:GB"),
        ("Đoàn bác sĩ thành phố Đông Hưng sang Móng Cái", "country:CN"),
        ("Lao PDR receives vaccines", "country:LA"),
        ("Phẫu thuật động kinh cho trẻ em", "health:chronic disease and prevention"),
    ],
)
def test_the_same_word_in_its_sense_is_seen(title: str, seen: str) -> None:
    assert seen in terms_of(title, "en" if title.isascii() else "vi")


def test_who_comes_to_operate_is_a_surgeon_and_who_comes_to_be_operated_on_a_patient() -> None:
    surgeon = judge(title="Bác sĩ Canada sang Việt Nam phẫu thuật cho trẻ em dị tật", language="vi")
    patient = judge(title="Từ Canada sang Việt Nam phẫu thuật ung thư", language="vi")
    assert surgeon.relevant
    assert not patient.relevant
    assert any(e.kind == "against: medical tourism, foreign patient" for e in patient.evidence)


def test_an_everyday_verb_carries_no_story_alone() -> None:
    for verb in ("giúp", "gặp", "cùng", "nhờ", "chuyển", "hướng dẫn"):
        assert not judge(title=f"Nữ điều dưỡng {verb} cụ ông người Nhật", language="vi").relevant
    assert judge(title="Bệnh viện tỉnh ký thỏa thuận hợp tác với Nhật Bản", language="vi").relevant


def test_an_event_with_its_year_or_a_prize_is_no_party() -> None:
    for title in ("Bàn giao xe cấp cứu phục vụ APEC 2027", "Bác sĩ nhận giải thưởng ASEAN về y tế"):
        assert judge(title=title, language="vi").partners == ()
    assert judge(title="ASEAN hỗ trợ Lào vắc xin sởi", language="vi").partners == ("ASEAN", "LA")


@pytest.mark.parametrize(
    ("title", "lead", "so"),
    [
        ("Điểm tin 8h: Thêm bệnh viện; Mỹ ký thỏa thuận", "", True),
        ("Tin tức sáng 21-4: Quốc hội thảo luận", "", True),
        ("Bộ Y tế họp báo | Mỹ viện trợ cho Ukraine | Giá vàng tăng mạnh", "", True),
        ("Morning digest: three hospitals open", "", True),
        ("Cấp cứu 115 | Sức khỏe", "", False),
        ("Nhật Bản tặng vắc xin cho Lào; lễ trao diễn ra tại Viêng Chăn", "", False),
        ("Bản tin của WHO được dịch sang tiếng Việt", "", True),
        ("Tin vui cho bệnh nhân ung thư", "", False),
    ],
)
def test_a_digest_is_told_by_its_headline(title: str, lead: str, so: bool) -> None:
    assert is_digest(title, lead) is so


def test_a_digest_is_no_story_and_says_so() -> None:
    title = "Điểm tin trưa: Nhật Bản tặng Bệnh viện Bạch Mai máy xạ trị; giá xăng giảm; mưa lớn ở Huế"
    verdict = judge(title=title, language="vi")
    assert not verdict.relevant
    assert "Missing: one subject, this is a digest of several news" in " ".join(explain(verdict))
    assert judge(title="Nhật Bản tặng Bệnh viện Bạch Mai máy xạ trị", language="vi").relevant


def test_topics_that_count_against_do_not_overrule_a_headline_that_says_it_all() -> None:
    plain = judge(title="Nhật Bản ký thỏa thuận hợp tác y tế với Việt Nam", language="vi")
    against = judge(
        title="Nhật Bản ký thỏa thuận hợp tác y tế với Việt Nam, thêm thiết bị cho người bị tai nạn", language="vi"
    )
    assert plain.relevant
    assert against.relevant


def test_no_term_of_the_lexicon_stands_across_two_words_of_the_labelled_set() -> None:
    rows = [row for file in sorted((HERE / "labelled").glob("*.jsonl")) for row in read_rows(file)]
    found = suspects([row for row in rows if row.label == "negative"])
    assert [s for s in found if s.odd.startswith("across") and s.count > 1] == []


def test_the_tool_finds_a_term_across_two_words() -> None:
    texts = ["Mở rộng hoạt động kinh doanh", "Giấy phép hoạt động", "Đăng ký kinh doanh", "Ngành kinh doanh xe"] * 3
    rows = [Row(id=str(n), title=text, text="", language="vi", label="negative") for n, text in enumerate(texts)]
    assert [s.term for s in suspects(rows) if s.odd.startswith("across")] == []  # the shipped lexicon hides it
    odd = [
        Row(id="x", title=f"Khai trương dịch tả lại {n}", text="", language="vi", label="negative") for n in range(9)
    ]
    assert any(s.odd == "inside: trương dịch tả" for s in suspects(odd))
