"""Feeds read from the archive: which there are, and what stands in each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from feeds.entry import Content
from feeds.feed import Feed, compose
from feeds.site import Site
from feeds.spec import SIZE, FeedSpec, automatic, with_configured
from storage.records import StoryView

if TYPE_CHECKING:
    from storage.archive import Archive


def all_specs(
    archive: "Archive", configured: Sequence[FeedSpec] = (), *, size: int = SIZE, content: Content = "lead"
) -> list[FeedSpec]:
    """Every feed of the archive: all stories, one a partner, one a language, and the configured ones."""
    stories = archive.stories
    made = automatic(dict(stories.partners()), dict(stories.languages()), size=size, content=content)
    return with_configured(made, configured)


def load_feed(archive: "Archive", spec: FeedSpec, site: Site, known: dict[int, StoryView] | None = None) -> Feed:
    """One feed as the archive has it now, with the stories withdrawn from it as tombstones.

    Feeds share stories: where several are loaded in one transaction, `known` keeps what was read for the others.
    """
    views = archive.stories.views(spec.filter, spec.size, known=known)
    gone = replace(spec.filter, relevant=None, withdrawn=True)
    return compose(spec, views, site, archive.stories.views(gone, spec.size, known=known))
