"""Feeds read from an archive, on both databases."""

from datetime import timedelta

from make_feeds import NOW, SITE, keep, make_view, make_views

from feeds.catalogue import all_specs, load_feed
from feeds.feed import compose
from feeds.render import render
from feeds.site import FORMATS
from feeds.spec import everything, of_partner
from storage.store import Store


def test_the_archive_gives_back_what_was_put_in(store: Store) -> None:
    with store.write() as archive:
        for view in make_views():
            keep(archive, view)
    with store.read() as archive:
        feed = load_feed(archive, everything(), SITE)
        specs = [spec.slug for spec in all_specs(archive, [of_partner("RU")])]
    for form in FORMATS:
        assert render(feed, SITE, form) == render(compose(everything(), make_views(), SITE), SITE, form)
    assert specs[0] == "health-cooperation"
    assert {"partner-jp", "partner-who", "partner-cu", "language-vi", "language-fr", "partner-ru"} <= set(specs)


def test_a_feed_holds_its_newest_stories_and_its_own_withdrawals(store: Store) -> None:
    with store.write() as archive:
        for number in range(1, 8):
            keep(archive, make_view(number))
        keep(archive, make_view(8, withdrawn_at=NOW + timedelta(days=1)))
        feed = load_feed(archive, of_partner("NO", size=3), SITE)
        other = load_feed(archive, of_partner("RU", size=3), SITE)
    assert sorted(entry.uid for entry in feed.entries) == [f"{number:020x}" for number in (5, 6, 7)]
    assert [stone.id for stone in feed.tombstones] == [f"tag:news.example.org,2026:story/{8:020x}"]
    assert (other.entries, other.tombstones) == ((), ())


def test_the_version_changes_with_every_commit_and_with_nothing_else(store: Store) -> None:
    versions = [store.version()]
    for number in range(1, 6):
        with store.write() as archive:
            keep(archive, make_view(number))
        versions.append(store.version())
        with store.read() as archive:
            load_feed(archive, everything(), SITE)
        assert store.version() == versions[-1]
    assert len(set(versions)) == len(versions)
