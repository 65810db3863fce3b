"""What an entry says of a story, and when it says it happened."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from make_feeds import AGENCY, NOW, SITE, make_document, make_telling, make_verdict, make_view, make_views

from feeds.entry import SUMMARY_LENGTH, make_entry, make_tombstone, score_in_words
from feeds.feed import compose
from feeds.site import EPOCH, Site
from feeds.spec import everything
from storage.records import Evidence, Precision, Role, Timestamp


def test_an_entry_links_to_the_first_publisher_under_an_id_that_stays() -> None:
    entry = make_entry(make_view(7), SITE)
    assert entry.link == "https://moh.gov.vn/tin/bai-7.html"
    assert entry.id == f"tag:news.example.org,2026:story/{7:020x}"
    edited = make_document(title="Một tiêu đề khác")
    moved = make_view(7, link=make_telling(8, document=edited, publisher=AGENCY, revision=4))
    assert make_entry(moved, SITE).id == entry.id


def test_a_link_that_is_no_web_address_gives_way_to_our_own_page() -> None:
    told = make_telling(1, address="javascript:alert(1)")
    assert make_entry(make_view(1, link=told), SITE).link == f"https://news.example.org/stories/{1:020x}"


def test_published_is_the_articles_own_date_and_updated_the_latest_words() -> None:
    entry = make_entry(make_view(1), SITE)
    assert entry.published == NOW - timedelta(hours=2)
    assert entry.updated == NOW
    told = make_telling(1, revision=2, seen_at=NOW + timedelta(days=1))
    edited = make_entry(make_view(1, link=told), SITE)
    assert (edited.published, edited.updated, edited.revision) == (entry.published, NOW + timedelta(days=1), 2)


def test_published_is_never_after_updated() -> None:
    ahead = Timestamp(at=NOW + timedelta(hours=7), precision=Precision.MINUTE, zone_assumed=True)
    entry = make_entry(make_view(1, link=make_telling(1, document=make_document(published=ahead))), SITE)
    assert entry.published == entry.updated == NOW


def test_an_undated_article_is_published_when_first_seen() -> None:
    told = make_telling(1, document=make_document(published=None), revision=2, seen_at=NOW + timedelta(days=3))
    entry = make_entry(make_view(1, link=told), SITE)
    assert (entry.published, entry.published_precision) == (NOW, None)


@pytest.mark.parametrize("year", [1, 1970])
def test_a_clock_that_was_never_set_is_no_date(year: int) -> None:
    stated = Timestamp(
        at=datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=7))), precision=Precision.DAY, zone_assumed=True
    )
    entry = make_entry(make_view(1, link=make_telling(1, document=make_document(published=stated))), SITE)
    assert (entry.published, entry.published_precision) == (NOW, None)


def test_no_score_claims_certainty() -> None:
    def said(**changes: Any) -> str:
        return score_in_words(make_entry(make_view(1, verdict=make_verdict(**changes)), SITE).reason)

    assert said(score=0.9999) == "over 99 % likely, as the model judges"
    assert said(score=0.001) == "less than 1 % likely, as the model judges"
    assert said(score=0.5) == "50 % likely, as the model judges"
    assert said(decided_by="Lan") == "decided by Lan"


def test_a_judgement_or_another_telling_does_not_touch_updated() -> None:
    view = make_view(1)
    later = replace(
        view,
        verdict=replace(view.verdict, score=0.5, judged_at=NOW + timedelta(days=9)),
        story=replace(view.story, updated_at=NOW + timedelta(days=9)),
        others=(make_telling(2, role=Role.COPY, seen_at=NOW + timedelta(days=9), revision=2),),
    )
    assert make_entry(later, SITE).updated == make_entry(view, SITE).updated


def test_the_summary_is_the_lead_up_to_a_sentence() -> None:
    long = "Đây là một câu dẫn khá dài về hợp tác y tế giữa hai nước. " * 30
    summary = make_entry(make_view(1, link=make_telling(1, document=make_document(lead=long))), SITE).summary
    assert len(summary) <= SUMMARY_LENGTH
    assert summary.endswith("hai nước.")


def test_the_summary_is_the_first_paragraph_where_there_is_no_lead() -> None:
    entry = make_entry(make_view(1, link=make_telling(1, document=make_document(lead=None))), SITE)
    assert entry.summary.startswith("Chiều 20/11")
    assert entry.paragraphs == ()


def test_the_whole_text_only_where_it_is_wanted() -> None:
    assert len(make_entry(make_view(1), SITE, "full").paragraphs) == 2


def test_the_reason_shows_the_strongest_evidence_for_it_once() -> None:
    evidence = tuple(Evidence(phrase=f"từ {n % 9}", place="lead", kind="act", weight=n / 10 - 0.5) for n in range(30))
    reason = make_entry(make_view(1, verdict=make_verdict(evidence=evidence)), SITE).reason
    assert [e.phrase for e in reason.evidence] == ["từ 2", "từ 1", "từ 0", "từ 8", "từ 7", "từ 6"]
    assert all(e.weight > 0 for e in reason.evidence)


def test_partners_have_names_and_countries_come_first() -> None:
    reason = make_entry(make_view(1, verdict=make_verdict(partners=("WHO", "RU", "ZZZ", "EU", "FR"))), SITE).reason
    assert [p.term for p in reason.partners] == ["FR", "RU", "EU", "WHO", "ZZZ"]
    assert [p.label for p in reason.partners] == [
        "France",
        "Russia",
        "European Union",
        "World Health Organization",
        "ZZZ",
    ]


def test_a_reason_without_gloss_is_put_into_words() -> None:
    verdict = make_verdict(gloss="", act="agreement", partners=("JP",), themes=("human_resources",))
    assert make_entry(make_view(1, verdict=verdict), SITE).reason.sentence == "Agreement with Japan on human resources"


def test_other_tellings_stand_in_order_of_their_time() -> None:
    entry = make_entry(make_views()[1], SITE)
    (other,) = entry.others
    assert (other.origin.name, other.language, other.role) == (
        "VietnamPlus",
        "en",
        "the same story in another language",
    )


def test_late_stories_are_marked() -> None:
    assert [term.term for term in make_entry(make_view(1, late=True), SITE).terms][-1] == "late"


def test_a_tombstone_needs_a_withdrawn_story() -> None:
    with pytest.raises(ValueError, match="not withdrawn"):
        make_tombstone(make_view(1), SITE)


def test_a_feed_takes_its_time_from_its_entries_and_drops_the_withdrawn() -> None:
    gone = make_view(8, withdrawn_at=NOW + timedelta(days=2))
    feed = compose(everything(), [*make_views(), gone], SITE)
    assert feed.updated == max(entry.updated for entry in feed.entries)
    assert gone.story.uid not in [entry.uid for entry in feed.entries]
    assert compose(everything(), [], SITE).updated == EPOCH
    assert compose(everything(), make_views(), SITE, [gone]).updated == NOW + timedelta(days=2)
    assert len(compose(everything(size=2), make_views(), SITE).entries) == 2


def test_a_new_judgement_moves_changed_but_not_updated() -> None:
    view = make_view(1, verdict=make_verdict(judged_at=NOW + timedelta(days=5)))
    feed = compose(everything(), [view], SITE)
    assert (feed.updated, feed.changed) == (NOW, NOW + timedelta(days=5))


@pytest.mark.parametrize(
    "wrong", [{"url": "ftp://x"}, {"url": "news.example.org"}, {"hub": "hub"}, {"authority": "a b"}, {"authority": ""}]
)
def test_a_site_must_have_a_web_address_and_a_domain_name(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must"):
        Site(**({"url": "https://news.example.org"} | wrong))
