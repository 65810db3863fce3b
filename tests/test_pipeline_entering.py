from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.entering import decide, has_entered
from storage.records import Story, Verdict

SEEN = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = SEEN + timedelta(hours=5)
NEW = Story(uid="s", first_seen_at=SEEN, link_page_id=1, updated_at=SEEN)
YES = Verdict(relevant=True, score=0.9, lexicon_version="l", weights_version="w")
NO = replace(YES, relevant=False, score=0.1)


def test_a_relevant_story_enters_at_the_moment_of_its_capture() -> None:
    story = decide(NEW, YES, 1, LATER)
    assert (story.entered_at, story.late, story.updated_at) == (LATER, False, LATER)
    assert has_entered(NEW, YES)


def test_a_story_enters_once_and_keeps_its_place() -> None:
    entered = decide(NEW, YES, 1, SEEN)
    again = decide(entered, YES, 1, LATER)
    assert again.entered_at == SEEN
    assert not has_entered(entered, YES)


def test_an_irrelevant_story_never_enters_and_is_never_withdrawn() -> None:
    story = decide(NEW, NO, 1, LATER)
    assert (story.entered_at, story.withdrawn_at) == (None, None)
    assert not has_entered(NEW, NO)


def test_what_is_not_relevant_any_more_is_withdrawn_since_the_first_time_and_comes_back_in_its_place() -> None:
    gone = decide(decide(NEW, YES, 1, SEEN), NO, 1, LATER)
    assert (gone.entered_at, gone.withdrawn_at) == (SEEN, LATER)
    assert decide(gone, NO, 1, LATER + timedelta(days=1)).withdrawn_at == LATER
    back = decide(gone, YES, 1, LATER + timedelta(days=2))
    assert (back.entered_at, back.withdrawn_at) == (SEEN, None)


def test_a_new_judgement_of_old_words_enters_at_the_storys_own_time_and_updates_nothing() -> None:
    story = decide(NEW, YES, 1, LATER, late=True)
    assert (story.entered_at, story.late, story.updated_at) == (SEEN, True, SEEN)


def test_a_clock_that_went_back_never_takes_an_update_back() -> None:
    assert decide(replace(NEW, updated_at=LATER), YES, 2, SEEN).updated_at == LATER


def test_an_old_article_is_no_news_when_it_is_first_seen_and_enters_at_its_own_place() -> None:
    long_ago = LATER - timedelta(days=200)
    story = decide(NEW, YES, 1, LATER, published=long_ago)
    assert (story.entered_at, story.late) == (long_ago, True)
    fresh = decide(NEW, YES, 1, LATER, published=LATER - timedelta(days=3))
    assert (fresh.entered_at, fresh.late) == (LATER, False)
