"""Builders of stories for the tests of feeds: every word of them is ours."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.site import Site
from storage.archive import Archive
from storage.records import (
    Capture,
    CaptureKind,
    Change,
    ChangeKind,
    Document,
    Evidence,
    Member,
    Page,
    Precision,
    Publisher,
    Revision,
    Role,
    Story,
    StoryView,
    Telling,
    Timestamp,
    Verdict,
)
from storage.store import Store

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SITE = Site(url="https://news.example.org", authority="news.example.org")

MINISTRY = Publisher(
    slug="moh_gov_vn",
    name="Cổng thông tin điện tử Bộ Y tế",
    name_en="Ministry of Health portal",
    kind="ministry",
    country="VN",
    language="vi",
    home="https://moh.gov.vn/",
)
AGENCY = Publisher(
    slug="en_vietnamplus_vn",
    name="VietnamPlus",
    name_en="VietnamPlus (English)",
    kind="agency",
    country="VN",
    language="en",
    home="https://en.vietnamplus.vn/",
)


def make_document(**changes: Any) -> Document:
    values: dict[str, Any] = {
        "title": "Bộ trưởng Bộ Y tế tiếp Đại sứ Na Uy",
        "lead": "Hai bên thống nhất mở rộng đào tạo bác sĩ gia đình. Chương trình bắt đầu từ năm sau.",
        "paragraphs": (
            "Chiều 20/11, tại Hà Nội, Bộ trưởng Bộ Y tế đã có buổi tiếp Đại sứ Na Uy tại Việt Nam.",
            "Đại sứ cho biết Na Uy sẵn sàng nhận 40 bác sĩ trẻ sang học tập tại Bergen.",
        ),
        "published": Timestamp(at=NOW - timedelta(hours=2), precision=Precision.MINUTE, zone_assumed=True),
        "language": "vi",
        "reader": "generic",
        "confidence": 0.9,
    }
    return Document(**(values | changes))


def make_verdict(**changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "relevant": True,
        "score": 0.9312,
        "evidence": (
            Evidence(phrase="tiếp Đại sứ Na Uy", place="title", kind="act", weight=2.1),
            Evidence(phrase="đào tạo bác sĩ", place="lead", kind="theme", weight=1.2),
            Evidence(phrase="khai trương siêu thị", place="paragraph 9", kind="against", weight=-1.0),
        ),
        "partners": ("NO",),
        "themes": ("training",),
        "act": "meeting",
        "gloss": "Meeting with Norway on training",
        "lexicon_version": "3",
        "weights_version": "7",
    }
    return Verdict(**(values | changes))


def make_telling(
    number: int = 1,
    *,
    document: Document | None = None,
    publisher: Publisher = MINISTRY,
    role: Role = Role.ORIGINAL,
    address: str | None = None,
    seen_at: datetime = NOW,
    revision: int = 1,
) -> Telling:
    address = address or f"{publisher.home}tin/bai-{number}.html"
    page = Page(source=publisher.slug, key=address, address=address, first_seen_at=NOW, last_seen_at=NOW, id=number)
    first = Revision(
        page_id=number,
        number=1,
        document=document or make_document(),
        digest="0" * 64,
        change=Change(kind=ChangeKind.NEW),
        seen_at=min(seen_at, NOW),
        capture_id=number,
    )
    latest = first
    if revision > 1:
        latest = Revision(
            page_id=number,
            number=revision,
            document=document or make_document(),
            digest="1" * 64,
            change=Change(kind=ChangeKind.EDITED, parts=("text",)),
            seen_at=seen_at,
            capture_id=number + 1000,
        )
    return Telling(page=page, member=Member(page_id=number, role=role), publisher=publisher, first=first, latest=latest)


def make_view(
    number: int = 1,
    *,
    link: Telling | None = None,
    others: Sequence[Telling] = (),
    verdict: Verdict | None = None,
    late: bool = False,
    withdrawn_at: datetime | None = None,
) -> StoryView:
    told = link or make_telling(number)
    story = Story(
        uid=f"{number:020x}",
        first_seen_at=NOW,
        link_page_id=number,
        entered_at=NOW,
        late=late,
        updated_at=NOW,
        withdrawn_at=withdrawn_at,
        id=number,
    )
    return StoryView(story=story, verdict=verdict or make_verdict(), link=told, others=tuple(others))


def make_views() -> list[StoryView]:
    """Five stories: plain, edited and told by others, undated, late and with a person's judgement, in French."""
    edited = make_telling(2, document=make_document(title="Việt Nam – Nhật Bản ký thỏa thuận về vắc xin"), revision=3,
                          seen_at=NOW + timedelta(hours=5))  # fmt: skip
    english = make_telling(
        12,
        publisher=AGENCY,
        role=Role.EDITION,
        seen_at=NOW + timedelta(hours=1),
        document=make_document(
            title="Vietnam, Japan sign vaccine agreement", lead="The deal was signed in Hanoi.", language="en"
        ),
    )
    undated = make_telling(3, document=make_document(title="Tiếp nhận 200 máy thở", lead=None, published=None))
    day = Timestamp(at=NOW - timedelta(days=30), precision=Precision.DAY, zone_assumed=False)
    late = make_telling(4, document=make_document(title="Đoàn bác sĩ Cuba khám bệnh tại Quảng Trị", published=day))
    french = make_telling(
        5,
        publisher=AGENCY,
        document=make_document(
            title="L’hôpital de Huê et Lyon renforcent leur coopération",
            lead="Une convention de cinq ans a été signée.",
            paragraphs=(),
            language="fr",
            byline="Thu Hà",
            agency="VNA",
            published=Timestamp(at=NOW - timedelta(hours=9), precision=Precision.SECOND, zone_assumed=False),
        ),
    )
    person = make_verdict(decided_by="Lan", partners=("CU",), act="mission", gloss="", score=1.0)
    return [
        make_view(1),
        make_view(
            2,
            link=edited,
            others=(english,),
            verdict=make_verdict(partners=("JP", "WHO"), act="agreement", gloss="Agreement with Japan and WHO"),
        ),
        make_view(3, link=undated, verdict=make_verdict(partners=("UNICEF",), act="donation", themes=(), gloss="")),
        make_view(4, link=late, verdict=person, late=True),
        make_view(5, link=french, verdict=make_verdict(partners=("FR",), act=None, gloss="")),
    ]


def make_store(directory: Path, views: Sequence[StoryView] = ()) -> Store:
    """An archive on SQLite with these stories in it; their ids become the archive's own."""
    store = Store.open(f"sqlite:///{directory / 'archive.db'}")
    store.migrate()
    with store.write() as archive:
        for view in views:
            keep(archive, view)
    return store


def keep(archive: Archive, view: StoryView) -> Story:
    """Put a story with its pages and verdict into an archive."""
    members = []
    for telling in (view.link, *view.others):
        page = archive.pages.save(replace(telling.page, id=None))
        assert page.id is not None
        archive.publishers.save(telling.publisher)
        for number in range(1, telling.latest.number + 1):
            capture = archive.captures.add(
                Capture(
                    source=page.source,
                    kind=CaptureKind.ARTICLE,
                    address=page.address,
                    key=page.key,
                    requested_url=page.address,
                    final_url=page.address,
                    status=200,
                    fetched_at=telling.first.seen_at if number == 1 else telling.latest.seen_at,
                ),
                b"<p>" + page.address.encode() + str(number).encode(),
            )
            assert capture.id is not None
            said = telling.first if number == 1 else replace(telling.latest, number=number)
            archive.pages.add_revision(
                replace(said, page_id=page.id, digest=f"{page.id:032x}{number:032x}", capture_id=capture.id)
            )
        archive.search.index(page.id, telling.latest.document)
        members.append(replace(telling.member, page_id=page.id))
    story = archive.stories.create(
        replace(view.story, id=None, link_page_id=members[0].page_id, members=tuple(members))
    )
    judged_at = view.verdict.judged_at or view.story.updated_at
    archive.stories.add_verdict(replace(view.verdict, story_id=story.id, judged_at=judged_at))
    return story
