"""The web application: addresses to answers. Reads the archive, writes nothing, sets no cookie, runs no script.

/                       the feeds, the latest stories with their reasons; ?cursor= leads to older ones
/feeds/SLUG.FORM        a feed as rss, atom or json        /feeds/SLUG    the same as a page, older stories too
/opml                   the main feed for feed readers     /all-feeds.opml    all of them
/stories/UID            one story: reason, evidence, tellings, revisions
/search?q=              full text
/sources                the sources and their health, as a page
/api/                   what the API offers, as JSON
/api/stories            stories as JSON: partner, language, source, theme, act, since, until, limit, cursor
/api/stories/UID        one story as JSON
/robots.txt, /favicon.ico
/health                 the sources' states, last visits and counts, as JSON
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds import html_pages
from feeds.catalogue import all_specs, load_feed
from feeds.clean_text import TERM_LENGTH, plain
from feeds.entry import Content, make_entry
from feeds.feed import compose
from feeds.publish import LATEST
from feeds.render import render
from feeds.site import FORMATS, MEDIA_TYPES, Site
from feeds.spec import EVERYTHING, SIZE, FeedSpec, of_slug
from feeds.web import api
from feeds.web.body import Body, answer, make_body
from feeds.web.shelf import Shelf
from storage.errors import StorageError
from storage.records import StoryView

if TYPE_CHECKING:
    from storage.archive import Archive
    from storage.store import Store

HTML = "text/html"
JSON = "application/json"
FOUND_SHOWN = 20
LONGEST_QUERY = 200
SEARCH_SECONDS = 5.0
SEARCHES_AT_ONCE = 2
SEARCHES_WAITING = 20  # more are told to come back


def create_app(
    store: "Store",
    site: Site,
    configured: Sequence[FeedSpec] = (),
    *,
    size: int = SIZE,
    content: Content = "lead",
    retired: Callable[[], Collection[str]] | None = None,
    recheck: float = 0.0,
    unwell: Callable[[], str | None] = lambda: None,
) -> Starlette:
    """The application over this archive.

    `configured` are feeds besides the automatic ones; `retired` names feeds that were configured once and answer
    410 now. Finished answers are kept until the archive changes, which is looked for at most every `recheck`
    seconds: 0 means at every request. `unwell` says what keeps the service from its work, if anything does: then, and
    when the archive cannot be read, /health answers 503.
    """
    desk = _Desk(store=store, site=site, configured=tuple(configured), size=size, content=content, retired=retired)
    shelf = Shelf(desk.version, recheck)

    def kept(build: Callable[[Request], Body | None], key: Callable[[Request], str]) -> Any:
        async def endpoint(request: Request) -> Response:
            name = key(request)
            body = shelf.ready(name)
            if body is None:
                body = await run_in_threadpool(shelf.get, name, lambda: build(request))
            if body is None:
                raise HTTPException(404, desk.missing(request.url.path))
            return answer(body, request.method, request.headers)

        return endpoint

    def fresh(build: Callable[[Request], Body | None]) -> Any:
        async def endpoint(request: Request) -> Response:
            body = await run_in_threadpool(build, request)
            if body is None:
                raise HTTPException(404, desk.missing(request.url.path))
            return answer(body, request.method, request.headers)

        return endpoint

    searches = CapacityLimiter(SEARCHES_AT_ONCE)

    def asked(build: Callable[[Request], Body | None]) -> Any:
        """Questions of readers: few at once, so that feeds and pages never wait for them."""

        async def endpoint(request: Request) -> Response:
            if searches.statistics().tasks_waiting >= SEARCHES_WAITING:
                raise HTTPException(503, "Too many questions at once. Try again in a moment.", {"Retry-After": "5"})
            body = await to_thread.run_sync(build, request, limiter=searches)
            if body is None:
                raise HTTPException(404, desk.missing(request.url.path))
            return answer(body, request.method, request.headers)

        return endpoint

    def listed(build: Callable[[Request], Body | None], key: Callable[[Request], str]) -> Any:
        """Lists of stories: their first page is kept, older ones are questions."""
        first, older = kept(build, key), asked(build)

        async def endpoint(request: Request) -> Response:
            api.refuse_unknown(request.query_params, ("cursor",))
            found: Response = await (older if request.query_params else first)(request)
            return found

        return endpoint

    async def health(request: Request) -> Response:
        body, status = await run_in_threadpool(desk.health, unwell())
        return answer(body, request.method, request.headers, status)

    def path(request: Request) -> str:
        return request.url.path

    async def refused(request: Request, error: Exception) -> Response:
        return await failed(request, HTTPException(400, str(error)))

    async def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        body = await run_in_threadpool(desk.message, request, error.status_code, str(error.detail))
        response = answer(body, request.method, request.headers, error.status_code)
        response.headers.update(error.headers or {})
        return response

    async def unavailable(request: Request, error: Exception) -> Response:
        body = make_body(f"The archive cannot be read at the moment: {error}\n".encode(), "text/plain", max_age=0)
        response = answer(body, request.method, request.headers, 503)
        response.headers["Retry-After"] = "60"
        return response

    return Starlette(
        routes=[
            Route("/", listed(desk.index, path)),
            Route("/feeds/", listed(desk.index, lambda request: "/")),
            Route("/feeds/{slug}.{form:str}", kept(desk.feed, path)),
            Route("/feeds/{slug}", listed(desk.feed_page, path)),
            Route("/opml", kept(desk.opml, path)),
            Route("/feeds.opml", kept(desk.opml, lambda request: "/opml")),
            Route("/all-feeds.opml", kept(desk.all_feeds_opml, path)),
            Route("/style.css", kept(desk.asset("style.css", "text/css"), path)),
            Route("/favicon.ico", kept(desk.asset("favicon.svg", "image/svg+xml"), path)),
            Route("/robots.txt", kept(desk.asset("robots.txt", "text/plain"), path)),
            Route("/stories/{uid}", kept(desk.story, path)),
            Route("/search", asked(desk.search)),
            Route("/sources", fresh(desk.sources)),
            Route("/api/", kept(desk.api, lambda request: "/api/")),
            Route("/api", kept(desk.api, lambda request: "/api/")),
            Route("/api/stories", asked(desk.api_stories)),
            Route("/api/stories/{uid}", kept(desk.api_story, path)),
            Route("/health", health),
        ],
        exception_handlers={HTTPException: failed, api.RequestError: refused, StorageError: unavailable},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """Answers as finished bodies, read from the archive; None where there is nothing under the address."""

    store: "Store"
    site: Site
    configured: tuple[FeedSpec, ...]
    size: int
    content: Content
    retired: Callable[[], Collection[str]] | None

    def version(self) -> Any:
        return self.store.version()

    def index(self, request: Request) -> Body:
        with self.store.read() as archive:
            specs = self._specs(archive)
            shown = self._stories(archive, replace(specs[0], size=LATEST), request)
        page = html_pages.index(self.site, specs, shown, self._links(specs))
        return make_body(page, HTML, modified=shown.changed, max_age=0)

    def feed(self, request: Request) -> Body | None:
        slug, form = request.path_params["slug"], request.path_params["form"]
        if (slug, form) == ("feed", "css"):
            return make_body(html_pages.asset("feed.css"), "text/css")
        if form not in FORMATS:
            return None
        with self.store.read() as archive:
            spec = self._spec(archive, slug)
            if spec is None:
                return None
            feed = load_feed(archive, spec, self.site)
        return make_body(
            render(feed, self.site, form), MEDIA_TYPES[form], modified=feed.changed, feed=form in ("rss", "atom")
        )

    def feed_page(self, request: Request) -> Body | None:
        with self.store.read() as archive:
            spec = self._spec(archive, request.path_params["slug"])
            if spec is None:
                return None
            shown = self._stories(archive, spec, request)
            links = self._links(self._specs(archive))
        return make_body(html_pages.feed_page(self.site, spec, shown, links), HTML, modified=shown.changed, max_age=0)

    def opml(self, request: Request) -> Body:
        with self.store.read() as archive:
            return make_body(html_pages.opml(self.site, self._specs(archive)[:1]), "text/x-opml")

    def all_feeds_opml(self, request: Request) -> Body:
        with self.store.read() as archive:
            return make_body(html_pages.opml(self.site, self._specs(archive)), "text/x-opml")

    def asset(self, name: str, media_type: str) -> Callable[[Request], Body]:
        return lambda request: make_body(html_pages.asset(name), media_type)

    def story(self, request: Request) -> Body | None:
        with self.store.read() as archive:
            view = self._view(archive, request)
            if view is None:
                return None
            revisions = api.revisions(archive, view)
            links = self._links(self._specs(archive))
        return make_body(html_pages.story(self.site, view, revisions, links), HTML, max_age=0)

    def search(self, request: Request) -> Body:
        query = request.query_params.get("q", "")[:LONGEST_QUERY].strip()
        with self.store.read(SEARCH_SECONDS) as archive:
            links = self._links(self._specs(archive))
            found = api.search(archive, query, FOUND_SHOWN, request.query_params.get("cursor")) if query else None
        if found is None:
            return make_body(html_pages.search(self.site, links, "", [], ""), HTML, max_age=0)
        entries = [make_entry(view, self.site) for view in found.views]
        more = f"{links.search}?{urlencode({'q': query, 'cursor': found.cursor})}" if found.cursor else None
        said = (
            "Nothing was found. Try fewer or other words."
            if not entries
            else "Newest first; exact forms before those without accents."
        )
        return make_body(html_pages.search(self.site, links, query, entries, said, more), HTML, max_age=0)

    def sources(self, request: Request) -> Body:
        with self.store.read() as archive:
            rows = api.source_rows(archive)
            links = self._links(self._specs(archive))
        return make_body(html_pages.sources(self.site, links, rows), HTML, max_age=0)

    def api(self, request: Request) -> Body:
        return _json(api.offer(self.site))

    def api_stories(self, request: Request) -> Body:
        asked = api.read_request(request.query_params)
        with self.store.read(SEARCH_SECONDS) as archive:
            found = api.stories(archive, asked, self.site)
        return _json(found)

    def api_story(self, request: Request) -> Body | None:
        with self.store.read() as archive:
            view = self._view(archive, request)
            return _json(api.story(archive, view, self.site)) if view is not None else None

    def health(self, unwell: str | None) -> tuple[Body, int]:
        """How the service and its sources are, and the status to say it with."""
        try:
            self.store.version()  # raises ArchiveGone
            with self.store.read() as archive:
                found = api.health(archive)
        except StorageError as error:
            return _json({"well": False, "problem": str(error)}), 503
        return _json({"well": unwell is None, "problem": unwell, **found}), 503 if unwell else 200

    def missing(self, path: str) -> str:
        """What to say of an address under which there is nothing."""
        if not path.startswith("/feeds/"):
            return "There is nothing under this address."
        slug = path.removeprefix("/feeds/").rpartition(".")[0] or path.removeprefix("/feeds/")
        return f"There is no feed called “{plain(slug, TERM_LENGTH)}”."

    def message(self, request: Request, status: int, detail: str) -> Body:
        """A page, or JSON for the API, that says what is wrong and what there is instead."""
        path = request.url.path
        if path.startswith(("/api/", "/health")):
            return _json({"error": detail})
        heading = {404: "Not found", 405: "Not possible", 410: "Gone for good"}.get(status, "That did not work")
        specs: list[FeedSpec] = []
        if path.startswith("/feeds/"):
            with self.store.read() as archive:
                specs = self._specs(archive)
        if HTML in request.headers.get("accept", ""):
            page = html_pages.message(self.site, self._links(specs), heading, detail, specs, lost=status in (404, 410))
            return make_body(page, HTML, max_age=0)
        lines = [detail]
        if status == 404:
            lines.append("Stories and feeds: /   the archive: /search?q=   the sources: /sources   the API: /api/")
        if specs:
            lines += ["There are:", *(f"  /feeds/{spec.slug}.rss .atom .json   {spec.title}" for spec in specs)]
        return make_body(("\n".join(lines) + "\n").encode(), "text/plain", max_age=0)

    def _stories(self, archive: "Archive", spec: FeedSpec, request: Request) -> html_pages.Stories:
        """A page of a feed's stories: by the moment of entry, so that none is on two pages or on none."""
        cursor = request.query_params.get("cursor")
        before = api.place_of(cursor) if cursor is not None else None
        known: dict[int, StoryView] = {}
        views = archive.stories.views(spec.filter, spec.size + 1, before, known)
        shown, more = views[: spec.size], len(views) > spec.size
        # the first page is another one when a story leaves it, too
        feed = load_feed(archive, spec, self.site, known) if before is None else compose(spec, shown, self.site)
        base = self.site.path + request.url.path
        return html_pages.Stories(
            entries=feed.entries,
            changed=feed.changed,
            newest=base if before is not None else None,
            older=f"{base}?{urlencode({'cursor': api.cursor_of(shown[-1])})}" if more else None,
        )

    def _view(self, archive: "Archive", request: Request) -> StoryView | None:
        story = archive.stories.by_uid(request.path_params["uid"])
        return archive.stories.view(story.id) if story is not None and story.id is not None else None

    def _specs(self, archive: "Archive") -> list[FeedSpec]:
        return all_specs(archive, self.configured, size=self.size, content=self.content)

    def _spec(self, archive: "Archive", slug: str) -> FeedSpec | None:
        """The feed of that slug; an automatic one also before its first story. HTTPException 410 when retired."""
        found = next((spec for spec in self._specs(archive) if spec.slug == slug), None)
        found = found or of_slug(slug, self.size, self.content)
        if found is None and self.retired is not None and slug in self.retired():
            raise HTTPException(
                410, f"The feed “{slug}” is retired; please unsubscribe. /feeds/{EVERYTHING}.rss goes on."
            )
        return found

    def _links(self, specs: Sequence[FeedSpec]) -> html_pages.Links:
        return html_pages.Links(site=self.site, served=True, slugs=frozenset(spec.slug for spec in specs))


def _json(found: Any, max_age: int = 0) -> Body:
    return make_body((json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode(), JSON, max_age=max_age)
