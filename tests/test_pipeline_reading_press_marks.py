"""Signatures, marks, datelines, captions, and the phrases of furniture."""

import pytest

from pipeline.reading import phrases, press_marks
from pipeline.reading.language import language


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Theo Thu Trang/TTXVN", ("Thu Trang", "TTXVN")),
        ("(TTXVN/Vietnam+)", (None, "TTXVN")),
        ("MINH NGUYÊN (TTXVN/VIETNAM+)", ("MINH NGUYÊN", "TTXVN")),
        ("Hải Yến (theo Reuters)", ("Hải Yến", "Reuters")),
        ("Theo TTXVN", (None, "TTXVN")),
        ("- VNA", (None, "VNA")),
        ("VNA/CVN", (None, "VNA")),
        ("Nguồn: TTXVN", (None, "TTXVN")),
        ("Tin, ảnh: Quốc Bảo", ("Quốc Bảo", None)),
        ("Nguồn:", (None, None)),
        ("Bộ trưởng Bộ Y tế trả lời phóng viên TTXVN về kế hoạch mua vaccine", (None, None)),
        ("Theo kế hoạch, đoàn sẽ làm việc tại ba tỉnh.", (None, None)),
    ],
)
def test_signature(line: str, expected: tuple[str | None, str | None]) -> None:
    assert press_marks.signature(line) == expected


@pytest.mark.parametrize(
    ("lead", "rest"),
    [
        ("SKĐS - Sáng nay đoàn đã tới nơi.", "Sáng nay đoàn đã tới nơi."),
        ("VOV.VN - Sáng nay đoàn đã tới nơi.", "Sáng nay đoàn đã tới nơi."),
        ("(PLVN) - Sáng nay đoàn đã tới nơi.", "Sáng nay đoàn đã tới nơi."),
        ("(GLO)- Sáng nay đoàn đã tới nơi.", "Sáng nay đoàn đã tới nơi."),
        ("WHO - tổ chức của Liên hợp quốc - đã gửi thuốc.", "WHO - tổ chức của Liên hợp quốc - đã gửi thuốc."),
        ("UBND - cơ quan hành chính - đã gửi thuốc đi.", "UBND - cơ quan hành chính - đã gửi thuốc đi."),
        ("Sáng nay - theo kế hoạch - đoàn đã tới.", "Sáng nay - theo kế hoạch - đoàn đã tới."),
        ("TTO - ", "TTO - "),
    ],
)
def test_the_newspapers_mark(lead: str, rest: str) -> None:
    assert press_marks.without_mark(lead) == rest


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("Hanoi (VNA) – The ministry received the delegation.", "VNA"),
        ("Hanoï, 21 juillet (VNA) - Le ministre a reçu la délégation.", "VNA"),
        ("The agency (VNA) said so on Monday.", None),
    ],
)
def test_dateline(text: str, agency: str | None) -> None:
    assert press_marks.dateline_agency(text) == agency


def test_end_marks_leave_the_text_and_the_official_end_stays() -> None:
    assert press_marks.without_end_mark("… trong khu vực./.-VNA") == ("… trong khu vực./.", "VNA")
    assert press_marks.without_end_mark("… en 2028. – AVI") == ("… en 2028.", "AVI")
    assert press_marks.without_end_mark("… trong khu vực./.") == ("… trong khu vực./.", None)


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("Đoàn thăm bệnh viện. (Ảnh: Hải Vân/TTXVN)", True),
        ("Ảnh: Hải Vân", True),
        ("Nurses at work in Hue. (Photo: VNA)", True),
        ("Phát biểu tại buổi lễ, Thứ trưởng cảm ơn đoàn.", False),
        ("Đại sứ cho biết hai nước sẽ ký kết trong năm nay.", False),
    ],
)
def test_captions_by_their_words(text: str, certain: bool) -> None:
    assert (press_marks.caption_evidence(text) >= 4) is certain


def test_credit() -> None:
    assert press_marks.split_credit("Đoàn ở Huế. (Ảnh: Hải Vân/TTXVN)") == ("Đoàn ở Huế.", "Hải Vân/TTXVN")
    assert press_marks.split_credit("Đoàn ở Huế.") == ("Đoàn ở Huế.", None)


@pytest.mark.parametrize(("line", "once"), [("Một tin Một tin", "Một tin"), ("Một tin Hai tin", None), ("a a", None)])
def test_a_line_said_twice(line: str, once: str | None) -> None:
    assert press_marks.doubled(line) == once


@pytest.mark.parametrize(
    "heading",
    [
        "Tin liên quan",
        "Các tin bài khác",
        "ĐỌC NHIỀU",
        "Bài viết cùng chủ đề",
        "Related articles",
        "You may also like",
        "Voir plus",
        "More from Health",
        "Thăm dò ý kiến",
        "相关新闻",
        "Читайте также",
    ],
)
def test_headings_of_side_lists(heading: str) -> None:
    assert phrases.is_side_heading(heading)


@pytest.mark.parametrize(
    "heading",
    ["Tin vui cho người bệnh thận", "Nguồn vaccine của Cuba", "What comes next", "Chia sẻ kinh nghiệm phòng dịch"],
)
def test_headings_of_articles(heading: str) -> None:
    assert not phrases.is_side_heading(heading)


@pytest.mark.parametrize(
    "line",
    [
        "Xem thêm",
        ">> Đoàn bác sĩ tới Huế",
        "Mời độc giả xem thêm: đoàn bác sĩ",
        "Chia sẻ",
        "By Jane Doe",
        "aa",
        "Trang chủ",
        "29/08/2024 | 14:10",
        "Published 3 May 2024",
        "Read more: another story",
        "Advertisement",
        "Từ khóa: y tế, Lào",
    ],
)
def test_scraps(line: str) -> None:
    assert phrases.is_scrap(line)


@pytest.mark.parametrize(
    "line",
    [
        "By the end of the year, all wards will be open.",
        "Bình luận về kết quả, ông cho rằng cần thêm thời gian.",
        "Loading the trucks took the whole night.",
        "AP hospitals will receive the first doses.",
        "Trang chủ trương mua thêm.",
    ],
)
def test_sentences_are_no_scraps(line: str) -> None:
    assert not phrases.is_scrap(line)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bộ Y tế tiếp đoàn chuyên gia và trao đổi về đào tạo điều dưỡng.", "vi"),
        ("The ministry received a delegation of nurses and discussed the training of midwives in the north.", "en"),
        ("Le ministère a reçu une délégation d’infirmières pour discuter de la formation dans les provinces.", "fr"),
        ("El ministerio recibió a una delegación de enfermeras para hablar de la formación en las provincias.", "es"),
        ("Министерство приняло делегацию медсестёр и обсудило подготовку кадров.", "ru"),
        ("卫生部接待了护士代表团，讨论了北部省份助产士的培训问题。", "zh"),
        ("保健省は看護師の代表団を迎え、研修について話し合いました。", "ja"),
        ("보건부는 간호사 대표단을 만나 교육에 대해 논의했습니다.", "ko"),
        ("ກະຊວງສາທາລະນະສຸກໄດ້ຕ້ອນຮັບຄະນະຜູ້ແທນພະຍາບານ", "lo"),
        ("12345", None),
    ],
)
def test_language_of_a_text(text: str, code: str | None) -> None:
    assert language(text) == code
