"""Feeds read from the archive: which there are, and what stands in each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from feeds.entry import Content
from feeds.feed import Feed, compose
from feeds.site import Site
from feeds.spec import SIZE, FeedSpec, automatic, with_configured

if TYPE_CHECKING:
    from storage.archive import Archive


def all_specs(
    archive: "Archive", configured: Sequence[FeedSpec] = (), *, size: int = SIZE, content: Content = "lead"
) -> list[FeedSpec]:
    """Every feed of the archive: all stories, one a partner, one a language, and the configured ones."""
    stories = archive.stories
    made = automatic(dict(stories.partners()), dict(stories.languages()), size=size, content=content)
    return with_configured(made, configured)


def load_feed(archive: "Archive", spec: FeedSpec, site: Site) -> Feed:
    """One feed as the archive has it now, with the stories withdrawn from it as tombstones."""
    views = archive.stories.views(spec.filter, spec.size)
    withdrawn = archive.stories.views(replace(spec.filter, relevant=None, withdrawn=True), spec.size)
    return compose(spec, views, site, withdrawn)
