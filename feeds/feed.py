"""A feed: entries in their order under a title, with the moment it last became another feed. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from feeds.entry import Entry, Tombstone, make_entry, make_tombstone
from feeds.site import Site
from feeds.spec import FeedSpec
from storage.records import StoryView


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one feed says: newest entry first.

    `updated` is the newest `updated` (or withdrawal) in it, the site's epoch when empty. `changed` is when the
    archive last learned anything that shows in the feed, a new judgement or telling included: what HTTP calls
    Last-Modified.
    """

    spec: FeedSpec
    entries: tuple[Entry, ...]
    tombstones: tuple[Tombstone, ...]
    updated: datetime
    changed: datetime


def compose(spec: FeedSpec, views: Iterable[StoryView], site: Site, withdrawn: Iterable[StoryView] = ()) -> Feed:
    """The feed of these stories, in whatever order they come; a story that comes twice stands once.

    Entries are ordered by the date they show (`published`, newest first), so that an edit moves nothing. A
    withdrawn story among `views` is left out; those among `withdrawn` become tombstones.
    """
    stories = {view.story.uid: view for view in views if view.story.withdrawn_at is None}
    entries = sorted((make_entry(view, site, spec.content) for view in stories.values()), key=_newest_first)
    gone = {view.story.uid: view for view in withdrawn if view.story.uid not in stories}
    stones = [make_tombstone(view, site) for view in gone.values() if view.story.withdrawn_at is not None]
    stones.sort(key=lambda stone: (-stone.at.timestamp(), stone.id))
    kept, stones = entries[: spec.size], stones[: spec.size]
    updated = max([*(entry.updated for entry in kept), *(stone.at for stone in stones)], default=site.epoch)
    learned = [moment for view in (*stories.values(), *gone.values()) for moment in _learned(view)]
    return Feed(
        spec=spec,
        entries=tuple(kept),
        tombstones=tuple(stones),
        updated=updated,
        changed=max([updated, *learned]),
    )


def _learned(view: StoryView) -> Iterator[datetime]:
    story = view.story
    moments = (story.entered_at, story.withdrawn_at, view.verdict.judged_at, view.link.latest.seen_at)
    yield from (moment for moment in moments if moment is not None)
    yield from (telling.latest.seen_at for telling in view.others)


def _newest_first(entry: Entry) -> tuple[float, str]:
    return (-entry.published.timestamp(), entry.uid)
