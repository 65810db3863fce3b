"""The feeds of an installation: its settings handed to the room that makes them."""

from collections.abc import Callable

from starlette.applications import Starlette

from feeds.publish import Published, manifest, publish
from feeds.site import Site
from feeds.spec import FeedSpec, SpecError, check_terms, load_specs
from feeds.web import create_app
from pipeline.config import Settings
from storage.store import Store

RECHECK = 2.0  # seconds for which the web application trusts that the archive has not changed


def site_of(settings: Settings) -> Site:
    """The installation as its subscribers know it."""
    return Site(url=settings.site_url, authority=settings.authority, hub=settings.hub)


def configured_feeds(settings: Settings) -> list[FeedSpec]:
    """The feeds of the installation's own file, if it has one.

    Raises SpecError, naming the file, when it cannot be read or a feed asks for what no story can have.
    """
    if settings.feeds_file is None:
        return []
    from pipeline.relevance import acts, themes  # here: the lexicon takes its time

    specs = load_specs(settings.feeds_file)
    try:
        check_terms(specs, themes=themes(), acts=acts())
    except SpecError as error:
        raise SpecError(f"{settings.feeds_file}: {error}") from error
    return specs


def publish_all(store: Store, settings: Settings) -> Published:
    """Write every feed into the feeds directory; files whose bytes would not change are left alone.

    Raises PublishError when the directory cannot be written.
    """
    return publish(
        store,
        settings.feeds_dir,
        site_of(settings),
        configured_feeds(settings),
        size=settings.feed_size,
        content=settings.feed_content,
    )


def web_application(store: Store, settings: Settings, unwell: Callable[[], str | None] = lambda: None) -> Starlette:
    """The read-only web application over the archive; `unwell` says what keeps the service from its work, if any."""
    return create_app(
        store,
        site_of(settings),
        configured_feeds(settings),
        size=settings.feed_size,
        content=settings.feed_content,
        retired=lambda: manifest(settings.feeds_dir).retired,
        recheck=RECHECK,
        unwell=unwell,
    )
