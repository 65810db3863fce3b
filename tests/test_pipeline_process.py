"""What captures do to the archive, step by step, on a real store."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import pipeline.process
from pipeline.priors import Priors
from pipeline.process import MOST_OVERRUNS, MOST_TRIES, Reader, judge_story, process_pending
from pipeline.reading.read import RawPage, Reading, read
from pipeline.reading_worker import Overrun, Stopped
from pipeline.replay import apply_judging, apply_reading, judged_otherwise, read_otherwise
from pipeline.service.cadence import MISSING_RECHECK
from spiders.source import load_sources
from storage.errors import DiskFull
from storage.records import Capture, CaptureKind, ChangeKind, Label, PageState, StoryView, Verdict
from storage.store import Store
from storage.story_filter import StoryFilter

SOURCES = load_sources()
T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

TEXT = (
    "Chiều 2/3, tại Hà Nội, Thứ trưởng Bộ Y tế đã tiếp Đại sứ Nhật Bản tại Việt Nam và trao đổi về hợp tác y tế.",
    "Hai bên thống nhất mở rộng chương trình đào tạo bác sĩ, điều dưỡng và cùng nghiên cứu vắc xin trong ba năm tới.",
    "Đại sứ cho biết Chính phủ Nhật Bản sẽ viện trợ không hoàn lại thiết bị y tế cho hai bệnh viện ở miền núi.",
    "Thứ trưởng cảm ơn sự giúp đỡ của Chính phủ và nhân dân Nhật Bản dành cho ngành y tế Việt Nam trong nhiều năm qua.",
)
OTHER = (
    "Sáng nay, Sở Xây dựng tỉnh khởi công tuyến đường ven biển dài hai mươi cây số nối ba huyện phía nam của tỉnh.",
    "Dự án dùng vốn ngân sách tỉnh, dự kiến hoàn thành sau hai năm và rút ngắn một nửa thời gian đi lại của người dân.",
    "Đại diện nhà thầu cho biết đã tập kết đủ máy móc và nhân lực để làm việc liên tục trong suốt mùa khô năm nay.",
)


def make_body(title: str, paragraphs: Sequence[str], lead: str = "", signature: str = "", at: datetime = T0) -> bytes:
    """An article page in the layout of the ePi family, with a box of related links in it."""
    related = (
        '<div class="article-relate"><article class="story"><h2><a href="/x-post1.vnp">Khác</a></h2></article></div>'
    )
    return f"""<html><head><title>{title} | Y tế | Vietnam+ (VietnamPlus)</title></head><body>
<h1 class="article__title cms-title">{title}</h1>
<div class="article__meta"><time class="time" datetime="{at.isoformat()}">x</time></div>
<h2 class="article__sapo cms-desc">{lead}</h2>
<div class="article__body zce-content-body cms-body" itemprop="articleBody">
{"".join(f"<p>{p}</p>" for p in paragraphs)}{related}<div class="article__source">{signature}</div></div>
</body></html>""".encode()


def add(
    store: Store,
    number: int = 1,
    *,
    at: datetime = T0,
    status: int = 200,
    body: bytes | None = None,
    source: str = "vietnamplus_vn",
) -> Capture:
    address = {
        "vietnamplus_vn": f"https://www.vietnamplus.vn/tin-post{100000 + number}.vnp",
        "nhandan_vn": f"https://nhandan.vn/tin-post{100000 + number}.html",
    }[source]
    capture = Capture(
        source=source,
        kind=CaptureKind.ARTICLE,
        address=address,
        key=SOURCES[source].key(address),
        requested_url=address,
        final_url=address,
        status=status,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        fetched_at=at,
    )
    with store.write() as archive:
        return archive.captures.add(capture, body)


def process(store: Store, reader: Reader = read) -> dict[ChangeKind, int]:
    tally = process_pending(store, SOURCES, reader=reader)
    assert tally.failed == 0
    return tally.changes


def views(store: Store) -> list[StoryView]:
    with store.read() as archive:
        return archive.stories.views(StoryFilter(), 50)


MEETING = make_body("Thứ trưởng Bộ Y tế tiếp Đại sứ Nhật Bản", TEXT, lead="Hai nước mở rộng hợp tác y tế.")


def test_an_article_becomes_page_revision_story_and_verdict(store: Store) -> None:
    capture = add(store, body=MEETING)
    assert process(store) == {ChangeKind.NEW: 1}
    (view,) = views(store)
    assert view.link.latest.document.paragraphs == TEXT
    assert view.verdict.partners == ("JP",)
    assert view.verdict.gloss.endswith(" · 2 Mar 2026")
    assert view.story.entered_at == T0
    assert view.link.first.capture_id == capture.id
    with store.read() as archive:
        assert archive.search.search("thu truong bo y te", 5)[0].page_id == view.link.page.id
        assert archive.memory.load("vietnamplus_vn").pages == 1


def test_processing_again_changes_nothing(store: Store) -> None:
    add(store, body=MEETING)
    process(store)
    before = views(store)
    assert process(store) == {}
    assert views(store) == before


def test_an_edit_is_a_second_revision_of_the_same_story(store: Store) -> None:
    add(store, body=MEETING)
    process(store)
    add(store, at=T0 + 4 * HOUR, body=make_body("Thứ trưởng Bộ Y tế tiếp tân Đại sứ Nhật Bản", TEXT))
    assert process(store) == {ChangeKind.EDITED: 1}
    (view,) = views(store)
    assert view.link.latest.number == 2
    assert "title" in view.link.latest.change.parts
    assert view.story.entered_at == T0


def test_other_furniture_is_no_edit(store: Store) -> None:
    add(store, body=MEETING)
    add(store, at=T0 + HOUR, body=MEETING.replace("Khác".encode(), "Đại sứ quán tặng vắc xin".encode()))
    assert process(store) == {ChangeKind.NEW: 1, ChangeKind.UNCHANGED: 1}


def test_not_modified_and_server_errors_say_nothing_new(store: Store) -> None:
    add(store, body=MEETING)
    add(store, at=T0 + HOUR, status=304)
    add(store, at=T0 + 2 * HOUR, status=503)
    assert process(store) == {ChangeKind.NEW: 1, ChangeKind.UNCHANGED: 1, ChangeKind.SETTLED: 1}
    (view,) = views(store)
    assert view.link.page.last_seen_at == T0 + HOUR


def test_a_page_is_suspected_confirmed_and_restored(store: Store) -> None:
    add(store, body=MEETING)
    process(store)

    def state() -> PageState:
        with store.read() as archive:
            page = archive.pages.find(
                "vietnamplus_vn", SOURCES["vietnamplus_vn"].key("https://www.vietnamplus.vn/a-post100001.vnp")
            )
            assert page is not None
            return page.state

    add(store, at=T0 + HOUR, status=404)
    assert process(store) == {ChangeKind.SUSPECTED_GONE: 1}
    assert state() is PageState.SUSPECTED_GONE
    add(store, at=T0 + HOUR + MISSING_RECHECK, status=410)
    assert process(store) == {ChangeKind.GONE: 1}
    assert state() is PageState.GONE
    add(store, at=T0 + 100 * HOUR, body=MEETING)
    assert process(store) == {ChangeKind.RESTORED: 1}
    assert state() is PageState.LIVE
    assert len(views(store)) == 1


def test_a_page_that_is_no_article_is_kept_as_what_it_is(store: Store) -> None:
    add(store, body=b"<html><body></body></html>")
    assert process(store) == {ChangeKind.UNREADABLE: 1}
    assert views(store) == []
    with store.read() as archive:
        assert archive.pages.known(
            "vietnamplus_vn", [SOURCES["vietnamplus_vn"].key("https://www.vietnamplus.vn/a-post100001.vnp")]
        )


def test_a_copy_joins_the_story_and_the_agency_is_linked(store: Store) -> None:
    copy = make_body("Nhật Bản giúp hai bệnh viện", TEXT, lead="Lời dẫn khác của toà soạn.", signature="Theo TTXVN")
    add(store, 7, source="nhandan_vn", at=T0, body=copy)
    add(
        store,
        1,
        at=T0 + HOUR,
        body=make_body("Thứ trưởng tiếp Đại sứ Nhật Bản", TEXT, signature="(TTXVN/Vietnam+)", at=T0 + HOUR),
    )
    process(store)
    (view,) = views(store)
    assert view.link.page.source == "vietnamplus_vn"
    assert [telling.page.source for telling in view.others] == ["nhandan_vn"]


def test_another_text_is_another_story_and_stays_out_of_the_feeds(store: Store) -> None:
    add(store, 1, body=MEETING)
    add(store, 2, body=make_body("Khởi công tuyến đường ven biển", OTHER))
    process(store)
    assert len(views(store)) == 1
    with store.read() as archive:
        assert len(archive.stories.all(10)) == 2


def test_a_label_overrides_at_once_and_says_so(store: Store) -> None:
    add(store, body=MEETING)
    process(store)
    (view,) = views(store)
    assert view.story.id is not None
    with store.write() as archive:
        archive.stories.label(Label(story_id=view.story.id, relevant=False, why="only a toast", by="An", at=T0 + HOUR))
        judge_story(archive, view.story.id, T0 + HOUR, late=True)
    assert views(store) == []
    with store.read() as archive:
        left = archive.stories.view(view.story.id)
    assert left is not None
    assert left.story.withdrawn_at == T0 + HOUR
    assert left.verdict.decided_by == "An"
    assert left.verdict.evidence[0].phrase == "only a toast"
    add(store, at=T0 + 4 * HOUR, body=make_body("Thứ trưởng tiếp Đại sứ Nhật Bản lần nữa", TEXT))
    process(store)  # an edit does not undo what a person has said
    assert views(store) == []


def test_what_is_rare_at_a_source_needs_plainer_words_there(store: Store) -> None:
    add(store, body=MEETING)
    everywhere = Priors(share=0.003, by_source={"elsewhere": 0.000_001})
    here = Priors(share=0.003, by_source={"vietnamplus_vn": 0.000_000_001})
    process_pending(store, SOURCES, priors=here)
    assert views(store) == []
    (difference,) = judged_otherwise(store, everywhere)
    assert difference.then.score > difference.now.score
    apply_judging(store, [difference], datetime.now(UTC), everywhere)
    assert len(views(store)) == 1


def test_judging_again_lets_old_stories_in_at_their_own_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_is_relevant(**_: object) -> Verdict:
        return Verdict(relevant=False, score=0.1, lexicon_version="old", weights_version="old")

    add(store, body=MEETING)
    with monkeypatch.context() as patched:
        patched.setattr(pipeline.process, "judge", nothing_is_relevant)
        process(store)
    assert views(store) == []
    (difference,) = judged_otherwise(store)
    assert difference.row()["now"] == "out 0.10"
    apply_judging(store, [difference], datetime.now(UTC))
    (view,) = views(store)
    assert (view.story.entered_at, view.story.late) == (T0, True)
    assert list(judged_otherwise(store)) == []


def test_reading_again_appends_what_a_better_reader_finds(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    add(store, body=MEETING)
    clipped = make_body("Thứ trưởng Bộ Y tế tiếp Đại sứ Nhật Bản", TEXT[:2])
    process(store, reader=lambda page, **known: read(RawPage(url=page.url, body=clipped), **known))
    (difference,) = read_otherwise(store, SOURCES)
    assert "text" in difference.parts
    apply_reading(store, [difference])
    (view,) = views(store)
    assert view.link.latest.document.paragraphs == TEXT
    assert list(read_otherwise(store, SOURCES)) == []


def test_a_bug_in_one_capture_is_loud_and_stops_no_other(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    add(store, 1, body=b"poison")
    add(store, 2, body=MEETING)
    tally = process_pending(store, SOURCES, reader=poisoned_by(RuntimeError("a bug of ours")))
    assert (tally.failed, tally.processed) == (1, 1)
    assert "a bug of ours" in caplog.text
    with store.read() as archive:
        assert archive.captures.count_unprocessed() == 1
    assert process_pending(store, SOURCES).processed == 1  # mended: nothing was lost


def poisoned_by(error: Exception) -> Reader:
    """A reader that a page beginning with `poison` makes raise that error."""

    def reader(page: RawPage, **known: Any) -> Reading:
        if page.body.startswith(b"poison"):
            raise error
        return read(page, **known)

    return reader


@pytest.mark.parametrize("error", [Overrun("reading it takes too long"), RuntimeError("a bug of ours")])
def test_a_poison_page_is_settled_as_unreadable_after_so_many_tries(store: Store, error: Exception) -> None:
    poison = add(store, 1, body=b"poison")
    for _ in range(MOST_TRIES - 1):
        assert process_pending(store, SOURCES, reader=poisoned_by(error)).processed == 0
    tally = process_pending(store, SOURCES, reader=poisoned_by(error))
    assert tally.changes == {ChangeKind.UNREADABLE: 1}
    assert process_pending(store, SOURCES).processed == 0
    with store.read() as archive:
        change = archive.captures.last_change(poison.key, poison.source)
    assert change is not None
    assert str(error) in change.reason
    assert f"tried {MOST_TRIES} times" in change.reason


def test_later_captures_of_a_page_wait_for_one_that_is_not_settled(store: Store) -> None:
    add(store, 1, body=b"poison of the first day")
    add(store, 1, at=T0 + HOUR, body=MEETING)
    add(store, 2, at=T0 + HOUR, body=make_body("Khởi công tuyến đường ven biển", OTHER))
    overrun = poisoned_by(Overrun("reading it takes too long"))
    tally = process_pending(store, SOURCES, reader=overrun)
    assert (tally.changes, tally.waiting) == ({ChangeKind.NEW: 1}, 1)
    process_pending(store, SOURCES, reader=overrun)
    assert process_pending(store, SOURCES, reader=overrun).changes == {ChangeKind.UNREADABLE: 1, ChangeKind.NEW: 1}


def test_a_source_of_poison_holds_up_no_other(store: Store) -> None:
    for number in range(MOST_OVERRUNS + 5):
        add(store, number, body=b"poison %d" % number)
    add(store, 99, body=MEETING, source="nhandan_vn")
    tally = process_pending(store, SOURCES, reader=poisoned_by(Overrun("reading it takes too long")))
    assert (tally.overrun, tally.waiting) == (MOST_OVERRUNS, 5)
    assert len(views(store)) == 1


def test_a_stop_while_a_page_is_read_is_no_try(store: Store) -> None:
    add(store, 1, body=b"poison")
    add(store, 2, body=MEETING)
    for _ in range(MOST_TRIES + 1):
        assert process_pending(store, SOURCES, reader=poisoned_by(Stopped())).processed == 0
    assert sum(process(store).values()) == 2


def test_an_archive_that_cannot_be_used_ends_the_processing_at_the_first_capture(store: Store) -> None:
    for number in range(3):
        add(store, number, body=MEETING)
    asked = []

    def reader(page: RawPage, **known: Any) -> Reading:
        asked.append(page.url)
        raise DiskFull("no room is left on the disk")

    with pytest.raises(DiskFull):
        process_pending(store, SOURCES, reader=reader)
    assert len(asked) == 1
