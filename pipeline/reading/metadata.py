"""What a page tells machines about itself: metas, OpenGraph and JSON-LD, gathered and not yet believed (pure).

`headline`, `dating` and `byline` weigh it against what the page shows.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

import chompjs
from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.reading.repair import clean

_LONGEST_SCRIPT = 600_000  # characters of one JSON-LD script that are read
_LONGEST_LABEL = 80  # characters: what is longer is a sentence, and no section or tag
_MOST_BRACKETS = 20_000  # of a script that is not strict; the lenient reader is for what people wrote
_MOST_VALUES = 20
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu'\n])")
_MOST_TAGS = 30  # pages that name more write them for search engines
_ARTICLES = re.compile(r"article|posting|report|review|news|recipe|medicalwebpage|howto", re.I)


@dataclass(slots=True)
class Head:
    """The head of a page, unweighed. Names of metas are lower-case."""

    title: str = ""
    metas: dict[str, list[str]] = field(default_factory=dict)
    canonical: str | None = None
    scripts: list[str] = field(default_factory=list)
    lang: str = ""

    def meta(self, *names: str) -> str | None:
        """The first of the named metas that says anything."""
        for name in names:
            for value in self.metas.get(name, ()):
                text = clean(value)
                if text:
                    return text
        return None


def head(parser: LexborHTMLParser) -> Head:
    """What the head of a page holds."""
    found = Head()
    if parser.root is not None:
        found.lang = parser.root.attributes.get("lang") or ""
    top = parser.head
    node: LexborNode | None = top.first_child if top is not None else None
    while node is not None:
        tag = node.tag
        if tag == "meta":
            attributes = node.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            content = attributes.get("content")
            if name and content:
                found.metas.setdefault(name.lower(), []).append(content)
                if content.startswith("{") and '"@type"' in content[:_LONGEST_SCRIPT]:
                    found.scripts.append(content)  # JSON-LD that a script of the page took for a meta
        elif tag == "title":
            found.title = found.title or clean(node.text() or "")
        elif tag == "link":
            attributes = node.attributes
            if (attributes.get("rel") or "").lower() == "canonical":
                found.canonical = found.canonical or attributes.get("href")
        elif tag == "script" and "ld+json" in (node.attributes.get("type") or ""):
            found.scripts.append(node.text() or "")
        node = node.next
    return found


# ── JSON-LD ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Linked:
    """What JSON-LD says of the article, and of other things on the page."""

    headline: str | None = None
    published: str | None = None
    dated_as_page: bool = False  # `published` is the page's or a video's, no article's
    modified: str | None = None
    authors: list[str] = field(default_factory=list)
    section: str | None = None
    keywords: list[str] = field(default_factory=list)
    image: str | None = None
    crumbs: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


def linked(scripts: Iterable[str]) -> Linked:
    """Read the JSON-LD of a page; of several articles the first with a headline or date counts."""
    found = Linked()
    best = -1
    for script in scripts:
        for thing in _things(_json(script)):
            kinds = {k for k in _list(thing.get("@type")) if isinstance(k, str)}
            found.kinds |= kinds
            if "BreadcrumbList" in kinds:
                found.crumbs = found.crumbs or _crumbs(thing)
                continue
            article = any(_ARTICLES.search(kind) for kind in kinds)
            if not article and not kinds & {"WebPage", "CreativeWork", "VideoObject"}:
                continue
            rank = 2 * article + bool(thing.get("headline")) + bool(thing.get("datePublished"))
            if article and thing.get("articleBody"):
                rank += 1
            if rank > best and (article or thing.get("datePublished")):
                best = rank
                _fill(found, thing, article)
    return found


def _fill(found: Linked, thing: dict[str, Any], article: bool) -> None:
    published, modified = (
        _text(thing.get("datePublished")) or _text(thing.get("dateCreated")),
        _text(thing.get("dateModified")),
    )
    if published:
        found.published, found.dated_as_page = published, not article
    found.modified = modified or found.modified
    if not article:
        return
    found.headline = _text(thing.get("headline")) or _text(thing.get("name")) or found.headline
    found.authors = [name for author in _list(thing.get("author")) if (name := _name(author))] or found.authors
    sections = [text for part in _list(thing.get("articleSection")) if (text := _text(part))]
    found.section = sections[0] if sections else found.section
    keywords = thing.get("keywords")
    parts = keywords.split(",") if isinstance(keywords, str) else _list(keywords)
    found.keywords = [text for part in parts if (text := _text(part))] or found.keywords
    for picture in _list(thing.get("image")):
        url = picture.get("url") if isinstance(picture, dict) else picture
        if isinstance(url, str):
            found.image = found.image or url


def _json(script: str) -> Any:
    text = script.strip().removeprefix("<!--").removesuffix("-->").strip()
    if text.startswith("//<![CDATA["):
        text = text[11:].removesuffix("//]]>")
    if not text or len(text) > _LONGEST_SCRIPT:
        return None
    if text.startswith(("{&quot;", "[{&quot;", "{&#34;", "[{&#34;")):
        text = html.unescape(text)
    text = text.rstrip("; \n\r\t/")
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        return None
    except ValueError:
        return lenient(text)


def lenient(text: str) -> Any:
    """JSON as people write it by hand: comments, trailing commas, single quotes, bare names, bad escapes, several
    values one after another (these as a list). None where no value can be read."""
    if text.count("{") + text.count("[") > _MOST_BRACKETS:
        return None
    try:
        found: list[Any] = list(
            islice(
                chompjs.parse_js_objects(_BAD_ESCAPE.sub(r"\\\\", text), loader_kwargs={"strict": False}), _MOST_VALUES
            )
        )
    except (ValueError, RecursionError):
        return None
    return (found[0] if len(found) == 1 else found) or None


def _things(value: Any) -> Iterator[dict[str, Any]]:
    """The typed objects of a JSON-LD value: itself, those of a list or `@graph`, and a page's main entity."""
    queue = [value]
    seen = 0
    while queue and seen < 300:
        seen += 1
        one = queue.pop(0)
        if isinstance(one, list):
            queue.extend(one[:200])
        elif isinstance(one, dict):
            yield one
            for key in ("@graph", "mainEntity", "mainEntityOfPage"):
                inner = one.get(key)
                if isinstance(inner, dict | list):
                    queue.append(inner)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return clean(value) or None if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _crumbs(thing: dict[str, Any]) -> list[str]:
    entries = [entry for entry in _list(thing.get("itemListElement"))[:10] if isinstance(entry, dict)]
    return [name for entry in entries if (name := _text(entry.get("name")) or _name(entry.get("item")))]


# ── Where, in which section ─────────────────────────────────────────────────────────────────────────────────


def site_names(head: Head, url: str) -> list[str]:
    """What the site calls itself: og:site_name and the labels of its host."""
    names = [
        clean(name)
        for name in (
            *head.metas.get("og:site_name", ()),
            *head.metas.get("application-name", ()),
            *head.metas.get("publisher", ()),
        )
    ]
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    labels = [
        label for label in host.split(".")[:-1] if label not in ("www", "m", "com", "org", "gov", "co", "net", "edu")
    ]
    return [name for name in (*names, host, *labels) if name]


def is_american(head: Head, url: str) -> bool:
    """Whether all-numeric dates of a page of no known source put the month first: US English, or English that
    names no country, on a host that names none either."""
    spoken = (head.lang or head.meta("og:locale") or "").lower().replace("_", "-")
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return spoken == "en-us" or (
        spoken == "en"
        and head.meta("og:locale") in (None, "en_US")
        and host.endswith((".com", ".org", ".net", ".gov", ".edu", ".us"))
    )


def section(head: Head, data: Linked) -> str | None:
    """The section the page says that it is in: metas, then JSON-LD, then the crumb before the last."""
    found = head.meta("article:section", "section", "cxenseparse:section") or data.section
    if found is None and len(data.crumbs) >= 3:
        found = data.crumbs[-2]
    return found if found and len(found) < _LONGEST_LABEL else None


def tags(head: Head, data: Linked) -> tuple[str, ...]:
    """What the page is tagged with, each once: the article's own tags, else JSON-LD's, else the metas' keywords."""
    found = [clean(tag) for tag in head.metas.get("article:tag", ())] or data.keywords
    if not found:
        found = [
            clean(part)
            for line in (*head.metas.get("news_keywords", ()), *head.metas.get("keywords", ()))
            for part in line.split(",")
        ]
    return tuple(dict.fromkeys(tag for tag in found if tag and len(tag) < _LONGEST_LABEL))[:_MOST_TAGS]


def address(found: str | None, url: str) -> str | None:
    """An absolute http(s) address, or None."""
    if not found:
        return None
    try:
        whole = found.strip()
        if not whole.startswith(("https://", "http://")):
            whole = urljoin(url, whole)
        parts = urlsplit(whole)
    except ValueError:
        return None
    return whole if parts.scheme in ("http", "https") and parts.netloc else None
