"""A feed as bytes: RSS 2.0 and Atom through feedgen, JSON Feed 1.1 by ourselves. Same feed, same bytes."""

import json
from collections.abc import Mapping
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from feeds.entry import Entry, Other, Term
from feeds.entry_html import body
from feeds.feed import Feed
from feeds.feedgen_extension import EntryExtension, FeedExtension, rfc3339
from feeds.site import FORMATS, MEDIA_TYPES, TTL_MINUTES, Site

JSON_FEED = "https://jsonfeed.org/version/1.1"
GENERATOR = "Healthwire"
STYLESHEET = "feed.css"

_STYLED = f'\n<?xml-stylesheet type="text/css" href="{STYLESHEET}"?>\n'.encode()


def render(feed: Feed, site: Site, form: str) -> bytes:
    """The feed as `rss`, `atom` or `json`. Raises ValueError for another form."""
    if form not in FORMATS:
        raise ValueError(f"there is no feed format {form!r}; there are {', '.join(FORMATS)}")
    return {"rss": rss, "atom": atom, "json": json_feed}[form](feed, site)


def rss(feed: Feed, site: Site) -> bytes:
    """The feed as RSS 2.0, in UTF-8."""
    generator = _generator(feed, site, "rss")
    generator.ttl(TTL_MINUTES)
    generator.language(feed.spec.language)
    for entry in feed.entries:
        item = _entry(generator, entry, site)
        item.guid(entry.id, permalink=False)
        # A category of RSS has no label: the term stands in its vocabulary, its name for readers beside it.
        item.category([{"term": term.term, "scheme": site.scheme(term.kind)} for term in entry.terms])
        item.category([{"term": term.label} for term in entry.terms if term.label != term.term])
        item.description(body(entry, site))
        if entry.origin.home:
            item.source(url=entry.origin.home, title=entry.origin.name)
    return _styled(generator.rss_str(encoding="UTF-8"))


def atom(feed: Feed, site: Site) -> bytes:
    """The feed as Atom (RFC 4287), with tombstones (RFC 6721), in UTF-8."""
    generator = _generator(feed, site, "atom")
    generator.language(feed.spec.language)
    for entry in feed.entries:
        element = _entry(generator, entry, site)
        element.id(entry.id)
        element.published(entry.published)
        element.updated(entry.updated)
        author = {"name": entry.author or entry.origin.name}
        element.author(author | ({"uri": entry.origin.home} if entry.origin.home and not entry.author else {}))
        if entry.summary:
            element.summary(entry.summary, type="text")
        element.content(body(entry, site), type="html")
        element.category(
            [{"term": term.term, "scheme": site.scheme(term.kind), "label": term.label} for term in entry.terms]
        )
    return _styled(generator.atom_str(encoding="UTF-8"))


def json_feed(feed: Feed, site: Site) -> bytes:
    """The feed as JSON Feed 1.1, in UTF-8, keys in a fixed order."""
    spec = feed.spec
    whole: dict[str, Any] = {
        "version": JSON_FEED,
        "title": spec.title,
        "home_page_url": f"{site.url}/",
        "feed_url": site.feed_url(spec.slug, "json"),
        "description": spec.description,
        "language": spec.language,
        "authors": [{"name": site.name, "url": f"{site.url}/"}],
    }
    if site.hub:
        whole["hubs"] = [{"type": "WebSub", "url": site.hub}]
    whole["_healthwire"] = {
        "about": f"{site.url}/",
        "id": site.tag(f"feed/{spec.slug}"),
        "updated": rfc3339(feed.updated),
        "withdrawn": [{"id": stone.id, "at": rfc3339(stone.at), "why": stone.why} for stone in feed.tombstones],
    }
    whole["items"] = [_json_item(entry, site) for entry in feed.entries]
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def reason_as_json(entry: Entry) -> dict[str, Any]:
    """The reason of an entry as the API and the JSON feed say it."""
    reason = entry.reason
    return {
        "sentence": reason.sentence,
        "act": _json_term(reason.act) if reason.act else None,
        "partners": [_json_term(term) for term in reason.partners],
        "themes": [_json_term(term) for term in reason.themes],
        "score": reason.score,
        "evidence": [
            {"phrase": e.phrase, "place": e.place, "kind": e.kind, "weight": e.weight} for e in reason.evidence
        ],
        "decided_by": reason.decided_by,
        "lexicon_version": reason.lexicon_version,
        "weights_version": reason.weights_version,
    }


def story_as_json(entry: Entry) -> dict[str, Any]:
    """What we know of a story beyond a common feed item: reason, source and other tellings."""
    return {
        "uid": entry.uid,
        "page": entry.page,
        "reason": reason_as_json(entry),
        "source": {
            "slug": entry.origin.slug,
            "name": entry.origin.name,
            "name_en": entry.origin.name_en,
            "kind": entry.origin.kind,
            "country": entry.origin.country,
            "home": entry.origin.home,
        },
        "agency": entry.agency,
        "published_precision": str(entry.published_precision) if entry.published_precision else None,
        "revision": entry.revision,
        "late": entry.late,
        "tellings": [_json_other(other) for other in entry.others],
    }


def _generator(feed: Feed, site: Site, form: str) -> FeedGenerator:
    spec = feed.spec
    generator = FeedGenerator()
    # feedgen stamps every RSS feed with the current time; our extension writes the feed's own.
    generator._FeedGenerator__rss_lastBuildDate = None
    generator.register_extension("healthwire", FeedExtension, EntryExtension)
    generator.healthwire.feed, generator.healthwire.site = feed, site
    generator.id(site.tag(f"feed/{spec.slug}"))
    generator.title(spec.title)
    if form == "atom":
        generator.subtitle(spec.description)
        generator.updated(feed.updated)
        generator.author({"name": site.name, "uri": f"{site.url}/"})
        if site.hub:
            generator.link(href=site.hub, rel="hub")
    else:
        generator.description(spec.description)
        generator.docs("https://www.rssboard.org/rss-specification")
    generator.generator(GENERATOR)
    generator.link(href=site.feed_url(spec.slug, form), rel="self", type=MEDIA_TYPES[form])
    generator.link(href=f"{site.url}/", rel="alternate", type="text/html")
    return generator


def _entry(generator: FeedGenerator, entry: Entry, site: Site) -> FeedEntry:
    element = generator.add_entry(order="append")
    links = _links(entry)
    element.healthwire.entry, element.healthwire.site, element.healthwire.links = entry, site, links
    element.title(entry.title)
    element.link([dict(link) for link in links])
    return element


def _links(entry: Entry) -> tuple[Mapping[str, str], ...]:
    """The links of an entry: the article first, then our page of the story, then the other tellings."""
    links = [{"href": entry.link, "rel": "alternate", "type": "text/html"} | _hreflang(entry.language)]
    if entry.page != entry.link:
        links.append(
            {"href": entry.page, "rel": "related", "type": "text/html", "title": "Reason, tellings, revisions"}
        )
    for other in entry.others:
        title = f"{other.origin.name}: {other.title}"
        links.append(
            {"href": other.url, "rel": "related", "type": "text/html", "title": title} | _hreflang(other.language)
        )
    return tuple(links)


def _hreflang(language: str | None) -> dict[str, str]:
    return {"hreflang": language} if language else {}


def _styled(document: bytes) -> bytes:
    declaration, _, rest = document.partition(b"\n")
    return declaration + _STYLED + rest + b"\n"


def _json_item(entry: Entry, site: Site) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": body(entry, site),
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "authors": [{"name": entry.author or entry.origin.name}],
        "tags": list(dict.fromkeys(word for term in entry.terms for word in (term.label, term.term))),
    }
    if not entry.author and entry.origin.home:
        item["authors"][0]["url"] = entry.origin.home
    if entry.language:
        item["language"] = entry.language
    item["_healthwire"] = {"about": entry.page, **story_as_json(entry)}
    return item


def _json_term(term: Term) -> dict[str, str]:
    return {"term": term.term, "label": term.label}


def _json_other(other: Other) -> dict[str, Any]:
    return {
        "url": other.url,
        "title": other.title,
        "language": other.language,
        "source": other.origin.slug,
        "source_name": other.origin.name,
        "role": other.role,
        "published": rfc3339(other.published),
        "why": other.why,
    }
