"""The pages people read: the index of the feeds, a story, a search. Every value is escaped. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feeds.clean_text import NAME_LENGTH, TITLE_LENGTH, clean, plain
from feeds.entry import Entry, fit_to_show, make_entry
from feeds.labels import in_words
from feeds.site import MEDIA_TYPES, Site
from feeds.spec import FeedSpec, everything
from feeds.standing import standing
from storage.partners import partner_name, slug_of
from storage.records import Evidence, Revision, SourceState, StoryView, Visit

HERE = Path(__file__).parent
_OF_PARTNERS = ("country", "organisation")  # kinds of evidence that name one
NAMES = {"rss": "RSS", "atom": "Atom", "json": "JSON"}
DESCRIPTION = (
    "New stories of international cooperation in health, watched at ministries and news agencies. "
    "One entry a story, whoever republishes it, and with each the reason why it is here."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where pages point to: within the web application (`served`), or between files in one directory."""

    site: Site
    served: bool
    slugs: frozenset[str] = frozenset()

    @property
    def home(self) -> str:
        return self._at("/") if self.served else "index.html"

    @property
    def style(self) -> str:
        return self._at("/style.css") if self.served else "style.css"

    @property
    def icon(self) -> str:
        return self._at("/favicon.ico") if self.served else "favicon.svg"

    @property
    def opml(self) -> str:
        return self._at("/opml") if self.served else "feeds.opml"

    @property
    def all_opml(self) -> str:
        return self._at("/all-feeds.opml") if self.served else "all-feeds.opml"

    @property
    def search(self) -> str | None:
        return self._at("/search") if self.served else None

    @property
    def health(self) -> str | None:
        return self._at("/sources") if self.served else None

    def feed(self, slug: str, form: str) -> str:
        return self._at(f"/feeds/{slug}.{form}") if self.served else f"{slug}.{form}"

    def page(self, slug: str) -> str | None:
        """The page of a feed, which only the web application has."""
        return self._at(f"/feeds/{slug}") if self.served else None

    def story(self, uid: str) -> str:
        return self._at(f"/stories/{uid}") if self.served else self.site.story_url(uid)

    def api(self, uid: str) -> str:
        return self._at(f"/api/stories/{uid}")

    def partner(self, code: str) -> str | None:
        """The page of the partner's feed, where there is one."""
        slug = f"partner-{slug_of(code)}"
        return self.page(slug) if slug in self.slugs else None

    def _at(self, path: str) -> str:
        return self.site.path + path


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A revision as the page of a story lists it."""

    publisher: str
    number: int
    seen_at: datetime
    change: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """A page of a list of stories: where the newest stand when they are not here, and the older ones if there are."""

    entries: Sequence[Entry]
    changed: datetime
    newest: str | None = None
    older: str | None = None


def index(site: Site, specs: Sequence[FeedSpec], stories: Stories, links: Links) -> bytes:
    """The front page: what this is, the latest stories with their reasons, every feed."""
    return _page(
        "index.html", site, links, specs, heading="International health cooperation", description=DESCRIPTION,
        stories=stories,
    )  # fmt: skip


def feed_page(site: Site, spec: FeedSpec, stories: Stories, links: Links) -> bytes:
    """One feed as a page, with the addresses to subscribe to."""
    return _page("index.html", site, links, [spec], heading=spec.title, description=spec.description, stories=stories)


def story(site: Site, view: StoryView, revisions: Iterable[tuple[str, Revision]], links: Links) -> bytes:
    """The page of one story: its reason, all evidence, its tellings and every revision of each."""
    entry = make_entry(view, site)
    evidence = [
        _named(fit_to_show(e)) for e in sorted(view.verdict.evidence, key=lambda e: (-e.weight, e.place, e.phrase))
    ]
    shown = [
        Shown(
            publisher=plain(publisher, NAME_LENGTH),
            number=revision.number,
            seen_at=revision.seen_at,
            change=_change(revision),
            title=plain(revision.document.title, TITLE_LENGTH),
        )
        for publisher, revision in revisions
    ]
    return _page(
        "story.html",
        site,
        links,
        [everything()],
        heading=entry.title,
        description=entry.summary or entry.title,
        entry=entry,
        evidence=evidence,
        revisions=shown,
        standing=standing(view, site),
        first_seen_at=view.story.first_seen_at,
    )


def search(
    site: Site, links: Links, query: str, entries: Sequence[Entry], found: str, next_page: str | None = None
) -> bytes:
    """The result of a search; with an empty query the form alone."""
    return _page(
        "search.html",
        site,
        links,
        [everything()],
        heading=f"Search: {plain(query, NAME_LENGTH)}" if query else "Search",
        description="Search the archive",
        query=clean(query),
        entries=entries,
        found=found,
        next_page=next_page,
    )


def sources(site: Site, links: Links, rows: Sequence[tuple[str, SourceState, Visit | None]]) -> bytes:
    """The sources: when each was visited last, what came of it, and what is wrong."""
    return _page(
        "sources.html", site, links, [everything()], heading="Sources", rows=rows,
        description="What is watched, when it was visited last, and what is wrong with it, if anything.",
    )  # fmt: skip


def message(
    site: Site, links: Links, heading: str, description: str, specs: Sequence[FeedSpec] = (), *, lost: bool = False
) -> bytes:
    """A page that says one thing: not found, gone, something is wrong. Who is `lost` is shown ways to go on."""
    return _page("message.html", site, links, specs, heading=heading, description=description, lost=lost)


def opml(site: Site, specs: Sequence[FeedSpec]) -> bytes:
    """Feeds as an OPML 2.0 list, for feed readers. A reader that takes several that share stories shows each once."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{_xml(site.name)}: feeds</title></head>",
        "<body>",
    ]
    for spec in specs:
        name = quoteattr(clean(spec.title))
        lines.append(
            f'<outline type="rss" text={name} title={name} description={quoteattr(clean(spec.description))} '
            f"language={quoteattr(spec.language)} htmlUrl={quoteattr(site.url + '/')} "
            f"xmlUrl={quoteattr(site.feed_url(spec.slug, 'atom'))}/>"
        )
    return "\n".join([*lines, "</body>", "</opml>", ""]).encode()


def asset(name: str) -> bytes:
    """A file that pages, feeds and browsers refer to: `style.css`, `feed.css`, `favicon.svg`, `robots.txt`."""
    return (HERE / "assets" / name).read_bytes()


def _named(one: Evidence) -> Evidence:
    """Evidence with the name of the partner that it is for, and not the code: `country: United States`."""
    kind, found, code = one.kind.partition(": ")
    return replace(one, kind=f"{kind}: {partner_name(code)}") if found and kind in _OF_PARTNERS else one


def _change(revision: Revision) -> str:
    parts = f" ({', '.join(revision.change.parts)})" if revision.change.parts else ""
    return plain(f"{revision.change.kind}{parts}", NAME_LENGTH)


def _xml(text: str) -> str:
    return clean(text).replace("&", "&amp;").replace("<", "&lt;")


def _page(template: str, site: Site, links: Links, feeds: Sequence[FeedSpec], **values: Any) -> bytes:
    shared = {
        "in_words": partial(in_words, site=site),
        "site": site,
        "links": links,
        "feeds": feeds,
        "media_types": MEDIA_TYPES,
        "names": NAMES,
        "query": None,
    }
    return (_templates().get_template(template).render(shared | values) + "\n").encode()


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
