"""What a page says about itself: JSON-LD, OpenGraph, microdata and visible marks, weighed (pure).

None of these is the truth. A headline is believed when the page shows it; a date when it is the article's own,
never one of a list of other stories; an author when it is a person's or agency's name and not the site's.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline import vietnamese
from pipeline.blocks import Box, Moment, Outline
from pipeline.boilerplate import Body
from pipeline.naming import Hint
from pipeline.repair import clean
from spiders.dates import created_by_id, read_timestamp
from storage.records import Precision, Timestamp

_LONGEST_SCRIPT = 600_000  # characters of one JSON-LD script that are read
_ARTICLES = re.compile(r"article|posting|report|review|news|recipe|medicalwebpage|howto", re.I)
_PUBLISHED = (
    "article:published_time",
    "article:published",
    "datepublished",
    "og:published_time",
    "og:article:published_time",
    "article.published",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "published_time",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "dc.date.created",
    "date",
    "article_date_original",
    "originalpublicationdate",
    "ptime",
    "citation_publication_date",
    "citation_date",
    "article:post_date",
    "datecreated",
    "created",
    "rnews:datepublished",
    "cse_pubdate",
    "bt:pubdate",
    "displaydate",
    "article-publish-date",
    "pub_date",
    "publisheddate",
    "published_date",
    "published-date",
)
_MODIFIED = (
    "article:modified_time",
    "datemodified",
    "og:updated_time",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
)
_SEPARATOR = re.compile(r"\s+(?:[|\-–—•·»:~/]|::|>>?)\s+|\s*\|\s*|\s+[»›]\s*")
_WORD = re.compile(r"\w+")
_NO_WORD = re.compile(r"\W+")
_DATED = re.compile(r"\d{1,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,4}|\b(?:19|20)\d{2}\b")
_URL_DAY = re.compile(r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)")
_URL_DAY_WORDS = re.compile(
    r"/((?:19|20)\d{2})/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/(0?[1-9]|[12]\d|3[01])(?=/)", re.I
)
_AROUND = 25  # blocks
_URL_ID = re.compile(r"-(\d{17,18})\.(?:html?|chn)\b")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_PUBLICATION = re.compile(
    r"(?:first |date ?|post(?:ed)?-?(?:date|on)?|entry-date )?(?:publish(?:ed)?|pubdate|posted on|entry-date"
    r"|post-date|ngày đăng|đăng ngày|xuất bản)\b",
    re.I,
)
_UPDATED = re.compile(r"updat|modif|cập nhật|mis à jour|actualiz|reviewed|edited", re.I)
_GENERIC = re.compile(
    r"^(?:xuất bản thông tin|cổng thông tin.*|trang chủ|trang tin.*|home(?:\s?page)?|index|untitled.*|document"
    r"|accueil|inicio|главная|首页|trang thông tin điện tử.*|loading.*|article|news|blog)$",
    re.I,
)


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
    found.published, found.modified = published or found.published, modified or found.modified
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
    try:
        return json.loads(text.rstrip("; \n"), strict=False)
    except (ValueError, RecursionError):
        return None


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


# ── Headline ───────────────────────────────────────────────────────────────────────────────────────────────


def tokens(text: str) -> Counter[str]:
    """The words of a text, for comparison."""
    return Counter(_WORD.findall(text.lower()))


def likeness(a: Counter[str], b: Counter[str]) -> float:
    """F1 of the words of two texts."""
    both = sum((a & b).values())
    return 2 * both / (sum(a.values()) + sum(b.values())) if both else 0.0


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


def without_site(title: str, names: list[str], shown: Iterable[str] = ()) -> str:
    """A title without the site's (and section's) names before or behind it.

    A part goes when it is the site's name, or when what is left of the title stands as a heading on the page.
    """
    spans = list(_SEPARATOR.finditer(title))
    if not spans:
        return title
    keys = {_key(name) for name in names}
    headings = {_key(text) for text in shown}
    for span in spans:  # the longest part that the page itself shows as its heading
        for part in (title[: span.start()], title[span.end() :]):
            if len(part) >= 15 and _key(part) in headings:
                return part.strip()
    start, end = 0, len(title)
    for span in reversed(spans):
        if _is_site(title[span.end() : end], keys):
            end = span.start()
    for span in spans:
        if span.end() < end and _is_site(title[start : span.start()], keys):
            start = span.end()
    rest = title[start:end].strip()
    if end == len(title) and start == 0:
        last = spans[-1]
        tail, body = title[last.end() :], title[: last.start()]
        # `A headline of some length | Short name`: what stands behind a bar is the site's or the section's.
        if "|" in last.group() and len(tail) < 40 and len(body) > len(tail) + 10:
            return without_site(body.strip(), names, shown)
    return rest or title


def _is_site(part: str, keys: set[str]) -> bool:
    key = _key(part)
    if not key:
        return True
    return any(
        key == name
        or (len(name) >= 5 and name in key and len(key) < 2.2 * len(name))
        or (len(key) >= 5 and key in name)
        for name in keys
    )


def headline(head: Head, data: Linked, tree: Outline, body: Body, url: str, hinted: str | None = None) -> str:
    """The headline of the article: the heading that the page shows, when the page's own titles agree with it.

    Never a portal's generic title and never with the site's suffix. Empty when the page has none.
    """
    shown = _headings(tree)
    names = site_names(head, url)
    texts = [text for text, _ in shown]
    own = {_key(name) for name in names}
    titles = (
        head.meta("og:title", "twitter:title"),
        head.title,
        data.headline,
        head.meta("title", "dc.title", "headline"),
    )
    said = [without_site(title, names, texts) for title in titles if title]
    said = [title for title in said if not _is_generic(title, own)]
    said_keys = {_key(title) for title in said}
    claims = [tokens(title) for title in dict.fromkeys((*said, *([hinted] if hinted else ())))]
    best, best_score = "", 0.0
    for text, box in shown:
        if _is_generic(text, own):
            continue
        if _key(text) in said_keys:
            score = 1.0
        elif box.tag == "h1":
            words = tokens(text)
            score = max((likeness(words, claim) for claim in claims), default=0.0)
        else:
            continue  # a lower heading that is merely about the same thing
        if box.tag == "h1":
            score += 0.25
        if box.hint & Hint.TITLE or box.itemprop == "headline":
            score += 0.1
        if box.first > body.container.first + 12 and box.tag != "h1":
            score -= 0.3
        if score > best_score:
            best, best_score = text, score
    if best and best_score >= 0.6:
        return best
    ones = [text for text, box in shown if box.tag == "h1" and not _is_generic(text, own)]
    if said and not (len(ones) == 1 and len(ones[0]) > 12 and best_score >= 0.4):
        return said[0]
    return ones[0] if ones else best or (hinted or "")


def _is_generic(title: str, own: set[str]) -> bool:
    """Whether all parts of a title are a portal's words for any page or the site's own name."""
    return all(_GENERIC.match(part) or _key(part) in own for part in _SEPARATOR.split(title))


def _key(text: str) -> str:
    return _NO_WORD.sub("", text.lower())


def _headings(tree: Outline) -> list[tuple[str, Box]]:
    found = []
    for box in tree.boxes:
        if box.tag == "h1" or (
            (box.tag == "h2" or box.hint & Hint.TITLE or box.itemprop == "headline") and box.end - box.first == 1
        ):
            text = " ".join(block.text for block in tree.blocks[box.first : box.end])
            if 3 <= len(text) <= 300:
                found.append((text, box))
                if len(found) > 60:
                    break
    return found


# ── Dates ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Dating:
    """How this page's dates are to be read: the zone to assume, the day of the capture, month before day."""

    zone: ZoneInfo
    now: datetime | None
    month_first: bool = False

    def read(self, text: str) -> Timestamp | None:
        text = text.strip()
        stamp = self._machine(text) or read_timestamp(text, self.zone, now=self.now, month_first=self.month_first)
        if stamp is None or stamp.at.year < 1990 or (self.now is not None and stamp.at > self.now + timedelta(days=2)):
            return None
        return stamp

    def _machine(self, text: str) -> Timestamp | None:
        """ISO 8601 with a time, the commonest machine form."""
        if len(text) < 16 or text[4:5] != "-" or not text[:4].isdigit() or text[10:11] not in ("T", " "):
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        assumed = at.tzinfo is None
        if assumed:
            at = at.replace(tzinfo=self.zone)
        try:
            at.astimezone(UTC)
        except (OverflowError, ValueError):
            return None
        return Timestamp(
            at=at, precision=Precision.SECOND if len(text) >= 19 else Precision.MINUTE, zone_assumed=assumed
        )


def published(head: Head, data: Linked, tree: Outline, body: Body, url: str, dating: Dating) -> Timestamp | None:
    """When the article says it was published.

    Machine-readable statements first, then the dates that stand at the head of the article, then a day in the
    address. A date among links to other stories is never looked at.
    """
    micro = {name.lower(): value for name, value in reversed(tree.metas)}
    statements = [
        data.published,
        *(value for name in _PUBLISHED for value in head.metas.get(name, ())),
        micro.get("datepublished"),
        micro.get("article:published_time"),
    ]
    for statement in statements:
        stamp = dating.read(statement) if statement else None
        if stamp is not None:
            return stamp
    return _shown(tree, body, dating) or _in_address(url, dating)


def modified(head: Head, data: Linked, tree: Outline, dating: Dating) -> Timestamp | None:
    micro = {name.lower(): value for name, value in reversed(tree.metas)}
    for statement in (
        data.modified,
        *(v for name in _MODIFIED for v in head.metas.get(name, ())),
        micro.get("datemodified"),
    ):
        stamp = dating.read(statement) if statement else None
        if stamp is not None:
            return stamp
    return None


def _shown(tree: Outline, body: Body, dating: Dating) -> Timestamp | None:
    """A date that the page shows beside its headline or at the head (or, failing that, the foot) of the text."""
    kept = body.kept
    if not kept:
        return None
    start = _title_position(tree, kept[0])
    first, last = kept[0], kept[-1]
    limits = ((start - 6, first + 3), (last, min(last + 6, body.container.end + 4)))
    for low, high in limits:
        fallback = None
        at_foot = low >= last
        for moment in tree.moments:
            if low <= moment.position <= high and not (at_foot and _is_others(moment, tree, body)):
                stamp = dating.read(moment.machine) or dating.read(moment.text)
                if stamp is None:
                    continue
                if _UPDATED.search(moment.box.names + moment.itemprop):
                    fallback = fallback or stamp
                    continue
                return stamp
        for index in range(max(low, 0), min(high, len(tree.blocks))):
            block = tree.blocks[index]
            text = block.text
            if (
                (at_foot and body.out[index])
                or len(text) > 160
                or block.links > len(text) * 0.7
                or not _DATED.search(text)
            ):
                continue
            stamp = dating.read(text) or next(
                (s for part in re.split(r"[|•·]", text)[:6] if (s := dating.read(part))), None
            )
            if stamp is None:
                continue
            if _UPDATED.search(text):
                fallback = fallback or stamp
                continue
            return stamp
        if fallback is not None:
            return fallback
    return _said_published(tree, body, dating)


def _is_others(moment: Moment, tree: Outline, body: Body) -> bool:
    """Whether a `<time>` stands in furniture or beside a link of a headline's length: another story's date."""
    for index in (moment.position, moment.position - 1):
        if 0 <= index < len(tree.blocks) and moment.box.first <= index:
            block = tree.blocks[index]
            if (body.out[index] and block.box is moment.box) or block.links >= 30:
                return True
    return bool(moment.position < len(body.out) and body.out[moment.position])


def _said_published(tree: Outline, body: Body, dating: Dating) -> Timestamp | None:
    """A date that calls itself the publication's, wherever it stands; None when two such disagree."""
    moments = [
        dating.read(moment.machine) or dating.read(moment.text)
        for moment in tree.moments
        if not _is_others(moment, tree, body)
        and _PUBLICATION.search(f"{moment.box.names} {moment.itemprop} {moment.names}")
    ]
    lines = [
        dating.read(block.text)
        for block in tree.blocks
        if len(block.text) < 80 and _PUBLICATION.match(block.text) and _DATED.search(block.text)
    ]
    return _agreed(*moments, *lines) or _agreed(*_named_dates(tree, body, dating))


def _named_dates(tree: Outline, body: Body, dating: Dating) -> Iterator[Timestamp | None]:
    """Dates in boxes that are named as a byline or date, around the beginning of the text."""
    if body.kept:
        for block in tree.blocks[max(0, body.kept[0] - _AROUND) : body.kept[0] + _AROUND]:
            if len(block.text) < 60 and _DATED.search(block.text):
                boxes = (block.box, block.box.parent)
                if any(box is not None and box.hint & Hint.META for box in boxes):
                    yield dating.read(block.text)


def _agreed(*stamps: Timestamp | None) -> Timestamp | None:
    """The first of several, when all of them are of one day."""
    found = [stamp for stamp in stamps if stamp is not None]
    return found[0] if len({stamp.at.date() for stamp in found}) == 1 else None


def _title_position(tree: Outline, first: int) -> int:
    """Index of the first block of the headline: the last h1 before the text, or ten blocks above it."""
    start = max(0, first - 10)
    for box in tree.boxes:
        if box.first > first:
            break
        if box.tag == "h1":
            start = box.first
    return start


def _in_address(url: str, dating: Dating) -> Timestamp | None:
    """A day, or the time at which the CMS made the article, in the address: a fallback only."""
    found = _URL_DAY.search(url)
    if found:
        return dating.read("-".join(found.groups()))
    found = _URL_DAY_WORDS.search(url)
    if found:
        return dating.read(f"{found[1]}-{_MONTHS.index(found[2].lower()) + 1:02}-{int(found[3]):02}")
    found = _URL_ID.search(url)
    return created_by_id(found[1], dating.zone) if found else None


# ── Who, where, in which section ───────────────────────────────────────────────────────────────────────────

_NO_AUTHOR = re.compile(
    r"^(?:admin.*|administrator|editor.*|staff|webmaster|https?:.*|.*\.(?:com|vn|org).*|unknown|guest|by|null|none)$",
    re.I,
)
_BY = re.compile(
    r"^(?:by|bởi|tác giả|theo|par|por|von|author|written by|reported by|posted by|story by)\b\s*:?\s*", re.I
)


def byline(head: Head, data: Linked, tree: Outline, body: Body, url: str) -> tuple[str | None, str | None]:
    """The author and the agency that the page names."""
    candidates: list[str] = []
    if data.authors:
        candidates.append(", ".join(dict.fromkeys(data.authors[:4])))
    candidates += [
        clean(v)
        for n in ("author", "article:author", "dc.creator", "parsely-author", "byl", "sailthru.author")
        for v in head.metas.get(n, ())
    ]
    if body.kept:
        start, first, last = _title_position(tree, body.kept[0]), body.kept[0], body.kept[-1]
        for index in (*range(max(0, start - 3), first), *range(last + 1, min(last + 6, len(tree.blocks)))):
            block = tree.blocks[index]
            text = block.text
            if 2 < len(text) < 100 and (
                _BY.match(text)
                or "author" in block.box.names
                or "byline" in block.box.names.lower()
                or block.box.itemprop in ("author", "name")
            ):
                candidates.append(_BY.sub("", text))
    sites = {name.lower() for name in site_names(head, url)}
    agency = None
    for candidate in candidates:
        person, source = vietnamese.signature(candidate)
        agency = agency or source
        name = person or (None if source else candidate)
        if name:
            name = _DATED.split(_BY.sub("", name))[0].strip(" |,·•-–—")
        if (
            name
            and 2 < len(name) < 100
            and name.lower() not in sites
            and not _NO_AUTHOR.match(name)
            and not name.startswith("http")
        ):
            return name, agency
    return None, agency


def is_american(head: Head, url: str) -> bool:
    """Whether all-numeric dates of a page of no known source put the month first: US English, or English that
    names no country, on a host that names none either."""
    spoken = (head.lang or head.meta("og:locale") or "").lower().replace("_", "-")
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return spoken == "en-us" or (
        spoken in ("en", "")
        and head.meta("og:locale") in (None, "en_US")
        and host.endswith((".com", ".org", ".net", ".gov", ".edu", ".us"))
        and spoken != ""
    )


def section(head: Head, data: Linked) -> str | None:
    found = head.meta("article:section", "section", "cxenseparse:section") or data.section
    if found is None and len(data.crumbs) >= 3:
        found = data.crumbs[-2]
    return found if found and len(found) < 80 else None


def tags(head: Head, data: Linked) -> tuple[str, ...]:
    found = [clean(tag) for tag in head.metas.get("article:tag", ())] or data.keywords
    if not found:
        found = [
            clean(part)
            for line in (*head.metas.get("news_keywords", ()), *head.metas.get("keywords", ()))
            for part in line.split(",")
        ]
    return tuple(dict.fromkeys(tag for tag in found if tag and len(tag) < 80))[:30]


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
