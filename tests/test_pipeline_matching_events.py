"""Events: two papers on one signing are one story; what only looks alike is not."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from pipeline.matching.copies import Wording, contradictions, is_digest, is_template, same_text
from pipeline.matching.gist import gist_of
from pipeline.matching.grouping import group
from pipeline.matching.likeness import features, margin
from pipeline.matching.match import Candidate, Text, match, text_of
from pipeline.matching.roles import Claim, arranged
from pipeline.matching.rows import document_of
from pipeline.matching.training.pairs import read_rows
from pipeline.relevance import judge_text
from storage.records import Document, Member, Precision, Role, Timestamp

T0 = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


def make_text(title: str, *paragraphs: str, language: str = "vi", days: float = 0) -> Text:
    at = Timestamp(at=T0 + timedelta(days=days), precision=Precision.MINUTE, zone_assumed=True)
    document = Document(
        title=title, paragraphs=paragraphs, language=language, published=at, reader="given", confidence=1
    )
    return text_of(document, judge_text(title, "\n".join(paragraphs), language))


MINISTRY = make_text(
    "Bộ Y tế và Tập đoàn Hanmaru ký kết xây dựng trung tâm xạ trị tại Cần Thơ",
    "Chiều 12/3, tại Hà Nội, Thứ trưởng Bộ Y tế Lê Quang Đăng và ông Park Joon-seo, Tổng Giám đốc Tập đoàn Hanmaru "
    "(Hàn Quốc), đã ký biên bản ghi nhớ về xây dựng trung tâm xạ trị 150 giường tại Cần Thơ.",
    "Dự án có tổng vốn 24 triệu USD, dự kiến khởi công năm 2027. Phía Hàn Quốc sẽ đào tạo 60 kỹ thuật viên.",
)
PAPER = make_text(
    "Cần Thơ sắp có trung tâm xạ trị do doanh nghiệp Hàn Quốc đầu tư",
    "Một trung tâm xạ trị quy mô 150 giường, vốn 24 triệu USD, sẽ được Tập đoàn Hanmaru của Hàn Quốc cùng Bộ Y tế xây "
    "dựng ở Cần Thơ, theo thỏa thuận ký ngày 12/3.",
    "Ông Park Joon-seo nói trung tâm sẽ phục vụ bệnh nhân ung thư cả vùng đồng bằng sông Cửu Long.",
    days=0.5,
)
ENGLISH = make_text(
    "Hanmaru of Korea to build radiotherapy centre in Can Tho",
    "The Ministry of Health and South Korea's Hanmaru group signed a memorandum of understanding in Hanoi on March 12 "
    "to build a 150-bed radiotherapy centre in Can Tho worth 24 million USD.",
    "Deputy Minister Le Quang Dang and Hanmaru's Park Joon-seo witnessed the signing. Korea will train 60 technicians.",
    language="en",
    days=1,
)
AUDIENCE = make_text(
    "Thứ trưởng Lê Quang Đăng tiếp Đại sứ Na Uy",
    "Sáng 13/3, Thứ trưởng Bộ Y tế Lê Quang Đăng đã tiếp Đại sứ Na Uy tại Việt Nam, bàn về y tế số và 3 dự án mới.",
    days=1,
)
OTHER_AUDIENCE = make_text(
    "Thứ trưởng Lê Quang Đăng tiếp Đại sứ Ba Lan",
    "Sáng 13/3, Thứ trưởng Bộ Y tế Lê Quang Đăng đã tiếp Đại sứ Ba Lan tại Việt Nam, bàn về đào tạo và 2 dự án mới.",
    days=1,
)
A_YEAR_LATER = make_text(
    "Bộ Y tế và Tập đoàn Hanmaru khởi công bệnh viện mắt tại Đà Lạt",
    "Ngày 20/4, tại Đà Lạt, Tập đoàn Hanmaru (Hàn Quốc) khởi công bệnh viện mắt 80 giường, vốn 9 triệu USD.",
    days=404,
)


def test_two_papers_and_an_edition_tell_one_event_whatever_comes_first() -> None:
    texts = {"ministry": MINISTRY, "paper": PAPER, "english": ENGLISH, "audience": AUDIENCE, "later": A_YEAR_LATER}
    for order in permutations(texts):
        found = group([texts[name] for name in order])
        together = {name: [order[other] for other, g in enumerate(found) if g.story == found[place].story]
                    for place, name in enumerate(order)}  # fmt: skip
        assert sorted(together["paper"]) == ["english", "ministry", "paper"]
        assert together["audience"] == ["audience"]
        assert together["later"] == ["later"]


def test_other_audiences_of_one_minister_are_other_events() -> None:
    assert margin(AUDIENCE.gist, OTHER_AUDIENCE.gist)[0] < 0
    assert not same_text(AUDIENCE.wording, OTHER_AUDIENCE.wording)[1]


def test_a_telling_says_why_and_an_edition_is_one() -> None:
    candidates = [Candidate(page_id=1, story_id=10, text=MINISTRY), Candidate(page_id=2, story_id=20, text=AUDIENCE)]
    telling, edition = match(PAPER, candidates), match(ENGLISH, candidates)
    assert telling is not None
    assert edition is not None
    assert (telling.story_id, telling.role) == (10, Role.TELLING)
    assert telling.why.startswith("the same event: ")
    assert (edition.story_id, edition.role) == (10, Role.EDITION)
    assert match(PAPER, candidates[::-1]) == telling


def test_likeness_does_not_depend_on_the_order() -> None:
    for one, other in permutations((MINISTRY, PAPER, ENGLISH, AUDIENCE, A_YEAR_LATER), 2):
        assert features(one.gist, other.gist) == pytest.approx(features(other.gist, one.gist))


BULLETIN = (
    "Trong 24 giờ qua, thành phố ghi nhận 120 ca sốt xuất huyết, trong đó quận Bình Tân có 34 ca và quận 8 có 21 ca. "
    "Ngành y tế khuyến cáo người dân diệt lăng quăng, ngủ màn và đến cơ sở y tế khi có dấu hiệu sốt cao liên tục. "
    "Các đội cơ động đã phun hóa chất tại 15 ổ dịch và sẽ tiếp tục giám sát trong tuần tới ở những nơi nguy cơ cao."
)


def test_a_bulletin_of_another_day_is_no_copy_however_alike() -> None:
    changed = BULLETIN.replace("120", "97").replace("34", "41").replace("Bình Tân", "Gò Vấp").replace("15 ổ", "9 ổ")
    one = make_text("Sốt xuất huyết tại thành phố", BULLETIN).wording
    other = make_text("Sốt xuất huyết tại thành phố", changed, days=1).wording
    assert contradictions(one, other) >= 3
    assert same_text(one, other)[1] == ""


def test_the_same_text_in_other_typography_is_a_copy() -> None:
    one = make_text("Sốt xuất huyết tại thành phố", BULLETIN).wording
    other = make_text("Thành phố: sốt xuất huyết", BULLETIN.replace("; ", " – ").replace("hóa", "hoá"), days=1).wording
    assert same_text(one, other)[1].startswith("same text")


CEREMONY = (
    "Sáng 5/6, tại xã Tân Lập, Hội Chữ thập đỏ phối hợp với tổ chức Hạt Giống trao 150 phần quà và khám bệnh miễn phí "
    "cho 300 người dân. Mỗi phần quà gồm thuốc bổ, dụng cụ y tế và nhu yếu phẩm trị giá 500 nghìn đồng. "
    "Đại diện hội cho biết chương trình nhằm chia sẻ khó khăn với người dân vùng cao và sẽ tiếp tục."
)


def test_one_wording_filled_in_for_another_place_is_another_event() -> None:
    other = CEREMONY.replace("5/6", "7/6").replace("Tân Lập", "Bản Qua").replace("150", "130").replace("300", "260")
    one = make_text("Trao quà và khám bệnh cho người dân Tân Lập", CEREMONY)
    two = make_text("Trao quà và khám bệnh cho người dân Bản Qua", other, days=2)
    assert is_template(one.wording, two.wording)
    assert not same_text(one.wording, two.wording)[1]
    assert match(two, [Candidate(page_id=1, story_id=10, text=one)]) is None
    assert [found.story for found in group([one, two])] == [0, 1]
    assert not is_template(MINISTRY.wording, PAPER.wording)


BLURB = "Mời bạn đón đọc những thông tin sức khỏe mới nhất trong ngày cùng lời khuyên của bác sĩ trên chuyên trang."


@pytest.mark.parametrize(
    ("one", "other", "days", "copy"),
    [
        ("Bản tin sáng: Ăn gì khi cảm? | Ngủ sớm", "Bản tin sáng: Đau lưng | Đi bộ", 1, False),
        ("Bản tin sáng 1/3: cà phê", "Bản tin sáng 9/3: rau xanh", 8, False),
        ("Người bắc cầu, bài 1: trong phòng mổ", "Người bắc cầu, bài 2: mười năm sau", 1, False),
        ("Uống trà thế nào cho tốt", "Vì sao không nên thức khuya", 0, False),
        ("Nước lũ cuốn trôi kho thuốc", "Kho thuốc bệnh viện bị nước lũ cuốn", 0, True),
    ],
)
def test_a_short_text_under_another_headline_is_a_blurb_unless_the_headline_says_the_same(
    one: str, other: str, days: int, copy: bool
) -> None:
    found = same_text(make_text(one, BLURB).wording, make_text(other, BLURB, days=days).wording)
    assert bool(found[1]) is copy


def test_several_headlines_in_one_are_a_digest() -> None:
    assert is_digest("Điểm tin: Thêm bệnh viện; Mưa lớn ở miền Trung")
    assert is_digest("Điểm tin y tế thế giới ngày 15/12")
    assert not is_digest("Bộ Y tế: ba giải pháp cho y tế cơ sở")


@pytest.mark.parametrize(
    ("text", "days", "numbers"),
    [
        ("Ngày 12/3/2026 trao 2,3 triệu liều", {(3, 12)}, {"2300000"}),
        ("On 12 March it gave 2.3 million doses", {(3, 12)}, {"2300000"}),
        ("March 12, 2026: 1,700 beds and 45 nurses", {(3, 12)}, {"1700", "45"}),
        ("3月12日，150张床位", {(3, 12)}, {"150"}),
        ("năm 2025, 1.700 giường", set(), {"1700"}),
    ],
)
def test_days_and_numbers_are_read_in_any_writing(text: str, days: set[tuple[int, int]], numbers: set[str]) -> None:
    gist = gist_of(Document(title=text, reader="r", confidence=1))
    assert (gist.days, gist.numbers) == (days, numbers)


def make_claim(page_id: int, hours: float, language: str = "vi") -> Claim:
    at = T0 + timedelta(hours=hours)
    return Claim(
        page_id=page_id, published_at=at, first_seen_at=at, credits_agency=False, is_agency=False, language=language
    )


def test_roles_follow_who_published_first_and_not_who_was_seen_first() -> None:
    members = (
        Member(page_id=1, role=Role.ORIGINAL, why="first seen here"),
        Member(page_id=2, role=Role.COPY, taken_from=1, why="same text"),
        Member(page_id=3, role=Role.EDITION, taken_from=1, why="the same event"),
        Member(page_id=4, role=Role.COPY, taken_from=3, why="same text"),
    )
    claims = [make_claim(1, 30), make_claim(2, 2), make_claim(3, 9, "en"), make_claim(4, 5, "en")]
    found = {member.page_id: (member.role, member.taken_from) for member in arranged(members, claims)}
    assert found == {
        1: (Role.COPY, 2),
        2: (Role.ORIGINAL, None),
        3: (Role.COPY, 4),
        4: (Role.EDITION, None),
    }
    again = arranged(arranged(members, claims), claims)
    assert again == arranged(members, claims)


def test_hostile_texts_are_compared_soon() -> None:
    endless = Wording(document=Document(title="x", paragraphs=("1 " * 100_000,), reader="r", confidence=1))
    other = Wording(document=Document(title="x", paragraphs=("2 " * 100_000,), reader="r", confidence=1))
    assert contradictions(endless, other) <= 1


def test_floors_under_the_pairs_of_our_own_wording() -> None:
    """Not exact: the pairs were written without sight of the rules, and some are still wrong."""
    joined: dict[str, list[bool]] = {}
    for row in read_rows(Path(__file__).parent / "pairs" / "blind1.jsonl"):
        texts = [text_of(document_of(each), judge_text(each["title"], each["text"], each["lang"]))
                 for each in (row["a"], row["b"])]  # fmt: skip
        one, other = group(texts)
        joined.setdefault(row["relation"], []).append(one.story == other.story)
    assert all(joined["copy"])
    assert sum(joined["template"]) <= 1
    assert not any(joined["update"])
