"""Text dumps: pages without tags, read by their own evidence."""

# ruff: noqa: E501 - the sentences of articles are as long as they are

from collections.abc import Callable
from datetime import datetime

import pytest

from pipeline.reading.read import as_json, block_digest, read_text
from storage.records import Document, NotArticle, Rejection, SiteMemory

TITLE = "Thứ trưởng Bộ Y tế tiếp đoàn chuyên gia phục hồi chức năng Phần Lan"
TEXT = (
    "Sáng 14/3, tại Hà Nội, Thứ trưởng Bộ Y tế đã tiếp đoàn mười hai chuyên gia phục hồi chức năng của Phần Lan đang thăm Việt Nam.",
    "Theo trưởng đoàn Aino Virtanen, mô hình chăm sóc tại nhà đã giúp giảm gần một nửa số ngày nằm viện của người cao tuổi.",
    "Thứ trưởng hoan nghênh đề xuất mở hai lớp đào tạo kỹ thuật viên ở Đà Nẵng, và giao các đơn vị trình kế hoạch trong tháng tư.",
    "Hai bên thống nhất gặp lại vào mùa thu để xem xét kết quả của giai đoạn đầu./.",
)
CAPTION = "Thứ trưởng Bộ Y tế tặng quà lưu niệm cho trưởng đoàn Phần Lan."
ASIDE = (
    "Khánh thành trung tâm lọc máu ở Cà Mau",
    "Bộ Y tế họp giao ban trực tuyến về phòng chống sốt xuất huyết",
    "Đoàn bác sĩ Hàn Quốc khám bệnh cho người dân đảo Phú Quý",
)


def ministry(*, slot: str = "\u00a0") -> str:
    """A ministry's page: date under the headline, captions as paragraphs, then titles with dates."""
    side = "\n\n".join(f"{title}\n\nThứ Sáu, ngày {day:02}/03/2025 0{day}:40" for day, title in enumerate(ASIDE, 1))
    return "\n\n".join(
        [
            TITLE,
            "14/03/2025 | 15:20 PM",
            f"{slot}|{slot}",
            f"{TITLE}.",
            TEXT[0],
            slot,
            CAPTION,
            *TEXT[1:],
            slot,
            "Xuất bản thông tin Xuất bản thông tin",
            side,
            "Thăm dò ý kiến",
        ]
    )


def magazine() -> str:
    """A magazine's page: breadcrumb and date first, lead apart, related links said twice, cards after the end."""
    cards = "\n".join(
        f"{title}\n\n{title}\n\nMột câu tóm tắt đủ dài của bài khác, nói về y tế và hữu nghị." for title in ASIDE
    )
    return "\n".join(
        [
            "Trang chủ Đối ngoại - Hữu nghị Y tế",
            "15:20 | 14/03/2025 GMT+7",
            "",
            TITLE,
            "",
            "aa",
            "Đoàn chuyên gia Phần Lan sẽ ở lại Việt Nam ba tuần để khảo sát và tập huấn cho kỹ thuật viên.",
            f"{ASIDE[0]} {ASIDE[0]}",
            f"{TITLE} | Xã hội | Tin Mẫu (TinMau)",
            "Đoàn Phần Lan thăm bệnh viện. (Ảnh: Hải Vân/Tin Mẫu)",
            "",
            *"\n\n".join(TEXT).split("\n"),
            "",
            f"{ASIDE[1]} {ASIDE[1]}",
            "Theo Hải Vân/TTXVN",
            "Nguồn:",
            "",
            "Tin bài liên quan",
            "",
            cards,
            "Đọc nhiều",
            "infographic cach rua tay dung cach cho tre",
            "Xin chờ trong giây lát...",
            "Phiên bản di động",
        ]
    )


def document(text: str, memory: SiteMemory | None = None) -> Document:
    outcome = read_text(text, memory=memory).outcome
    assert isinstance(outcome, Document), outcome
    return outcome


def published(found: Document) -> datetime:
    assert found.published is not None
    return found.published.at


def test_a_ministrys_page() -> None:
    found = document(ministry())
    assert (found.title, found.lead, found.paragraphs) == (TITLE, None, TEXT)
    assert found.captions == (f"{TITLE}.", CAPTION)
    assert published(found).isoformat() == "2025-03-14T15:20:00+07:00"
    assert found.published is not None
    assert found.published.zone_assumed
    assert (found.byline, found.agency, found.language, found.reader) == (None, None, "vi", "text dump")


def test_a_magazines_page() -> None:
    found = document(magazine())
    assert (found.title, found.paragraphs) == (TITLE, TEXT)
    assert found.lead is not None
    assert found.lead.startswith("Đoàn chuyên gia Phần Lan sẽ ở lại")
    assert found.captions == ("Đoàn Phần Lan thăm bệnh viện. (Ảnh: Hải Vân/Tin Mẫu)",)
    assert published(found).isoformat() == "2025-03-14T15:20:00+07:00"
    assert found.published is not None
    assert not found.published.zone_assumed
    assert (found.byline, found.agency) == ("Hải Vân", "TTXVN")


@pytest.mark.parametrize("dump", [ministry, magazine])
def test_nothing_of_the_site_leaks(dump: Callable[[], str]) -> None:
    said = str(as_json(document(dump())))
    leaked = [
        line for line in (*ASIDE, "Xuất bản thông tin", "Trang chủ", "Thăm dò", "infographic", "Nguồn:") if line in said
    ]
    assert leaked == []


def test_without_a_picture_slot_a_short_sentence_stays_in_the_text() -> None:
    text = "\n\n".join([TITLE, "14/03/2025 15:20", TEXT[0], "Chuyến thăm kéo dài ba tuần.", *TEXT[1:]])
    assert "Chuyến thăm kéo dài ba tuần." in document(text).paragraphs


def test_an_unknown_site_in_english_without_any_end_mark() -> None:
    text = """Home › World › Health
Nurses from Malawi train in Lisbon under new programme
Published: 3 May 2024
By Joana Prates
Forty nurses from Malawi have begun a year of training at two hospitals in Lisbon, the ministry said on Friday.
The programme, paid for by a foundation, covers neonatal care and the running of small district hospitals.
"We will go home with skills that our wards have been missing," said Grace Phiri, who leads the first group.
Read more
Related articles
Storm closes schools along the coast
12 May 2024
Ferry strike enters its second week
11 May 2024
Tourism figures rise again
10 May 2024
"""
    found = document(text)
    assert found.title == "Nurses from Malawi train in Lisbon under new programme"
    assert len(found.paragraphs) == 3
    assert published(found).date().isoformat() == "2024-05-03"
    assert found.language == "en"
    assert "Storm" not in str(found)


def test_a_long_menu_before_the_article_does_not_hide_it() -> None:
    menu = [f"Chuyên mục số {number}" for number in range(60)]
    notice = "Trang này dùng cookie để phục vụ bạn tốt hơn, và bạn có thể tắt chúng trong phần cài đặt của trình duyệt."
    text = "\n\n".join([notice, *menu, TITLE, "14/03/2025 15:20", "Hải Vân", *TEXT, "Xem nhiều", *ASIDE, *menu])
    found = document(text)
    assert (found.title, found.paragraphs) == (TITLE, TEXT)
    assert published(found).day == 14


def test_an_inline_list_of_related_stories_does_not_end_the_article() -> None:
    text = "\n\n".join([TITLE, "14/03/2025 15:20", *TEXT[:2], "Tin liên quan", *ASIDE[:2], *TEXT[2:]])
    assert document(text).paragraphs == TEXT


def test_lines_the_memory_knows_are_left_out() -> None:
    slogan = "Báo Mẫu đồng hành cùng bạn đọc trên mọi miền đất nước, từ biển đảo tới vùng cao."
    text = "\n\n".join([TITLE, "14/03/2025 15:20", TEXT[0], slogan, *TEXT[1:]])
    memory = SiteMemory(source="x", pages=5, blocks={block_digest(slogan): 4})
    assert slogan in document(text).paragraphs
    assert document(text, memory).paragraphs == TEXT


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", NotArticle.EMPTY),
        ("\n\n \u00a0\n", NotArticle.EMPTY),
        ("404 Not Found\nTrang bạn tìm không tồn tại", NotArticle.ERROR),
        ("Just a moment...\nChecking your browser", NotArticle.LOGIN),
        ("\n".join(f"{title}\n0{n}/03/2025 08:00" for n in range(1, 5) for title in ASIDE), NotArticle.LISTING),
    ],
)
def test_what_is_no_article_is_refused(text: str, cause: NotArticle) -> None:
    outcome = read_text(text).outcome
    assert isinstance(outcome, Rejection)
    assert outcome.cause is cause
