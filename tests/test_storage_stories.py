"""Stories, candidates, verdicts, views and filters, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest
from make_archive import NOW, make_document, make_page, make_revision, make_story, make_verdict, uids

from storage.records import (
    Evidence,
    Label,
    Member,
    Page,
    Publisher,
    Role,
    Story,
    StoryView,
)
from storage.store import Store
from storage.stories import PAGES_A_KEY
from storage.story_filter import EVERYTHING, StoryFilter


def test_stories_round_trip(store: Store) -> None:
    evidence = (Evidence(phrase="tiếp Đại sứ", place="title", kind="act", weight=1.25),)
    with store.write() as archive:
        story = make_story(archive)
        assert story.id is not None
        verdict = archive.stories.add_verdict(make_verdict(story.id, evidence=evidence, gloss="meeting with Russia"))
        label = archive.stories.label(Label(story_id=story.id, relevant=False, why="culture", by="lan", at=NOW))
        later = archive.stories.label(Label(story_id=story.id, relevant=True, why="health", by="hà", at=NOW))
    with store.read() as archive:
        assert archive.stories.get(story.id) == story == archive.stories.by_uid("story1")
        assert archive.stories.verdict(story.id) == verdict
        assert archive.stories.labels(story.id) == archive.stories.labels() == [label, later]
        assert archive.stories.labels(99) == []
        assert archive.stories.by_address("http://www.a.vn/bai-1.html?utm_source=x") == story
        assert archive.stories.by_address("nonsense") is None
        assert archive.stories.by_uid("x") is None
        assert archive.stories.get(99) is None
        assert archive.stories.verdict(99) is None
        assert archive.stories.all(9) == [story]


def test_a_story_is_created_once_and_changes_in_place(store: Store) -> None:
    with store.write() as archive:
        story = make_story(archive)
        assert archive.stories.create(replace(story, late=True, id=None)) == story
        page = make_page(archive, 2)
        assert page.id is not None
        assert story.id is not None
        archive.stories.join(story.id, Member(page_id=page.id, role=Role.COPY, taken_from=1, why="same text"))
        joined = archive.stories.get(story.id)
        assert joined is not None
        assert [member.role for member in joined.members] == [Role.ORIGINAL, Role.COPY]
        withdrawn = replace(joined, withdrawn_at=NOW, late=True, link_page_id=page.id)
        archive.stories.save(withdrawn)
        archive.stories.save(withdrawn)
        assert archive.stories.get(story.id) == withdrawn
        found = archive.pages.get(page.id)
        assert found is not None
        assert found.story_id == story.id
        other = make_story(archive, 3)
        assert other.id is not None
        archive.stories.join(other.id, Member(page_id=page.id, role=Role.TELLING))
        left = archive.stories.get(story.id)
        assert left is not None
        assert len(left.members) == 1


def test_pages_that_share_keys_are_candidates(store: Store) -> None:
    key = "{:016x}".format
    with store.write() as archive:
        for number in range(1, 4):
            make_story(archive, number)
        alone = make_page(archive, 9)
        assert alone.id is not None
        archive.stories.index(1, [key(1), key(2), key(2**64 - 1)])
        archive.stories.index(2, [key(2), key(3)])
        archive.stories.index(3, [key(7)])
        archive.stories.index(alone.id, [key(1)])
        assert archive.stories.candidates([key(1), key(2), key(2**64 - 1), key(9)]) == [(1, 1, 3), (2, 2, 1)]
        assert archive.stories.candidates([]) == []
        since = NOW + timedelta(minutes=2)
        assert archive.stories.candidates([key(2)], since) == [(2, 2, 1)]
        archive.stories.index(1, [key(2), key(4)])
        archive.stories.index(1, [key(2), key(4)])
        assert archive.stories.candidates([key(1), key(4)]) == [(1, 1, 1)]
        for wrong in ("abc", "g" * 16):
            with pytest.raises(ValueError, match=r"hex|invalid literal"):
                archive.stories.index(1, [wrong])


def test_a_key_on_very_many_pages_is_bounded(sqlite_store: Store) -> None:
    with sqlite_store.write() as archive:
        story = make_story(archive)
        for number in range(2, 260):
            page = archive.pages.save(
                Page(
                    source="a_vn", key=str(number), address="x", first_seen_at=NOW, last_seen_at=NOW, story_id=story.id
                )
            )
            assert page.id is not None
            archive.stories.index(page.id, ["f" * 16])
        found = archive.stories.candidates(["f" * 16])
    assert len(found) == PAGES_A_KEY
    assert max(found)[0] == 259


def test_views_give_what_feeds_need(store: Store) -> None:
    publisher = Publisher(
        slug="a_vn", name="Báo A", name_en="A", kind="newspaper", country="VN", language="vi", home="https://a.vn/"
    )
    with store.write() as archive:
        archive.publishers.save(replace(publisher, name="old"))
        archive.publishers.save(publisher)
        story = make_story(archive)
        assert story.id is not None
        copy = make_page(archive, 2, make_document("Bản sao"), source="b_vn")
        assert copy.id is not None
        archive.stories.join(story.id, Member(page_id=copy.id, role=Role.COPY, taken_from=1, why="same text"))
        edited = make_document("Bộ trưởng tiếp Đại sứ Liên bang Nga", language="en")
        archive.pages.add_revision(make_revision(1, 1, make_document("ở giữa"), 2))
        archive.pages.add_revision(make_revision(1, 1, edited, 3))
    with store.read() as archive:
        view = archive.stories.view(story.id)
        assert view is not None
        assert view.story == archive.stories.get(story.id)
        assert view.verdict == archive.stories.verdict(story.id)
        assert view.link.publisher == publisher == archive.publishers.get("a_vn")
        assert archive.publishers.all() == [publisher]
        assert (view.link.first.number, view.link.latest.number) == (1, 3)
        assert view.link.latest.document == edited
        assert [other.page.source for other in view.others] == ["b_vn"]
        assert view.others[0].publisher.home == "https://a.vn/"  # a source without a publisher
        assert archive.stories.views(StoryFilter(), 10) == list(archive.stories.every(StoryFilter())) == [view]
        assert archive.stories.languages() == {"en": 1}
        assert archive.stories.sources() == {"a_vn": 1, "b_vn": 1}
        assert archive.stories.view(99) is None


def test_a_story_without_verdict_is_no_view(store: Store) -> None:
    with store.write() as archive:
        page = make_page(archive)
        assert page.id is not None
        story = archive.stories.create(Story(uid="u", first_seen_at=NOW, link_page_id=page.id, updated_at=NOW))
        assert story.id is not None
        assert archive.stories.view(story.id) is None
        assert archive.stories.count(EVERYTHING) == 1


FILTERED: list[tuple[StoryFilter, list[str]]] = [
    (StoryFilter(), ["story4", "story2", "story1"]),
    (StoryFilter(partners=("RU",)), ["story4", "story1"]),
    (StoryFilter(partners=("RU", "FR")), ["story4", "story2", "story1"]),
    (StoryFilter(partners=("RU",), organisations=("WHO",)), ["story4"]),
    (StoryFilter(themes=("training",)), ["story2"]),
    (StoryFilter(acts=("donation",), partners=("RU",)), []),
    (StoryFilter(languages=("fr",)), ["story2"]),
    (StoryFilter(sources=("b_vn",)), ["story4"]),
    (StoryFilter(since=NOW + timedelta(minutes=2)), ["story4", "story2"]),
    (StoryFilter(until=NOW + timedelta(minutes=2)), ["story1"]),
    (StoryFilter(relevant=False), []),
    (StoryFilter(relevant=False, entered_only=False), ["story3"]),
    (StoryFilter(relevant=None, withdrawn=True), ["story5"]),
    (StoryFilter(relevant=None, withdrawn=True, partners=("RU",)), ["story5"]),
    (StoryFilter(relevant=None, withdrawn=True, partners=("FR",)), []),
    (EVERYTHING, ["story5", "story4", "story3", "story2", "story1"]),
]


def test_filters(store: Store) -> None:
    with store.write() as archive:
        make_story(archive, 1)
        french = make_document("Le ministre reçoit", language="fr")
        make_story(
            archive, 2, document=french, verdict={"partners": ("FR",), "themes": ("training",), "act": "donation"}
        )
        make_story(archive, 3, entered=False, verdict={"relevant": False, "partners": ()})
        make_story(archive, 4, source="b_vn", verdict={"partners": ("RU", "WHO"), "act": None})
        gone = make_story(archive, 5)
        assert gone.id is not None
        archive.stories.add_verdict(make_verdict(gone.id, relevant=False, partners=(), themes=(), act=None))
        archive.stories.save(replace(gone, withdrawn_at=NOW))
    with store.read() as archive:
        for wanted, found in FILTERED:
            assert uids(archive.stories.views(wanted, 10)) == found, wanted
            assert archive.stories.count(wanted) == len(found), wanted
        assert archive.stories.partners() == {"RU": 2, "FR": 1, "WHO": 1}
        assert archive.stories.languages() == {"vi": 2, "fr": 1}


def test_views_are_paged_by_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.stories.VIEWS_AT_ONCE", 2)
    with store.write() as archive:
        made = [make_story(archive, number) for number in range(1, 6)]
        for story in made[1:4]:  # three that entered at one moment: the id decides
            archive.stories.save(replace(story, entered_at=NOW))
    with store.read() as archive:
        everything = uids(list(archive.stories.every(StoryFilter())))
        assert everything == ["story5", "story1", "story4", "story3", "story2"]
        paged: list[str] = []
        views: list[StoryView] = archive.stories.views(StoryFilter(), 2)
        while views:
            paged += uids(views)
            views = archive.stories.views(StoryFilter(), 2, before=views[-1])
        assert paged == everything
