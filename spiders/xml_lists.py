"""What a feed or a sitemap names: RSS 2.0, RSS 1.0, Atom, sitemap, news sitemap and sitemap index. Pure.

Feeds come in every state: UTF-16 without a byte order mark, a wrong declared encoding, text in HTML entities,
HTML inside CDATA, dates of every kind or none, and sometimes not at all but as a login page under 200. What is no
list is said in words (`NotListing`); it is never taken for a list without news.
"""

import codecs
import html
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html.entities import html5
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from lxml import etree

from spiders.dates import read_timestamp
from spiders.families.family import Link
from spiders.urls import absolute
from storage.records import Timestamp

MOST_LINKS = 2000  # that are taken of one list, the newest first; feeds of 1,000 are known
MOST_READ = 50_000  # what a sitemap may name (sitemaps.org)
MOST_PARTS = 5000
LARGEST = 20_000_000  # bytes of a sitemap once unpacked


class NotListing(Exception):  # noqa: N818
    """The answer is no list of articles; the message says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sitemap that an index names."""

    url: str
    changed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a feed or a sitemap names. `changed` says of some addresses when they were last edited."""

    form: str  # `RSS`, `Atom`, `sitemap`, `sitemap index`
    links: tuple[Link, ...] = ()
    parts: tuple[Part, ...] = ()
    changed: Mapping[str, datetime] = field(default_factory=dict)


def read_listing(body: bytes, content_type: str | None, url: str, zone: ZoneInfo) -> Listing:
    """Read a feed or a sitemap that was found at `url`; times without a zone are in `zone`.

    Raises NotListing for anything else.
    """
    text = decode(_unpacked(body), content_type)
    _refuse_other(text)
    root = _parse(text)
    name = _name(root)
    match name:
        case "rss" | "RDF" | "channel":
            return _feed(root, "item", "RSS", url, zone)
        case "feed":
            return _feed(root, "entry", "Atom", url, zone)
        case "urlset":
            return _sitemap(root, url, zone)
        case "sitemapindex":
            return _index(root, url, zone)
    raise NotListing(f"answered with XML that is neither feed nor sitemap (<{name}>)")


# ── Bytes to text ──────────────────────────────────────────────────────────────────────────────────────────

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a listing, in whatever encoding it really is, as far as can be told from its bytes."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    start = body.lstrip(b" \t\r\n")[:4]
    if start[:1] and start[1:2] == b"\0":  # `<` 0: UTF-16 that nobody marked
        return body.decode("utf-16-le", "replace")
    if body[:1] == b"\0":
        return body.decode("utf-16-be", "replace")
    try:
        return body.decode("utf-8")  # what decodes as UTF-8 is UTF-8, whatever it declares
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(body[:400])
    header = _CHARSET.search(content_type or "")
    for name in (declared and declared[1].decode("ascii"), header and header[1]):
        codec = _known(name) if name else None
        if codec and not codec.startswith("utf-16"):
            return body.decode(codec, "replace")
    return body.decode("utf-8", "replace")


def _known(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _unpacked(body: bytes) -> bytes:
    """A gzipped sitemap (`.xml.gz`) unpacked, up to a limit."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(body, LARGEST)
    except zlib.error as error:
        raise NotListing(f"answered with a damaged gzip file: {error}") from error
    if unpacking.unconsumed_tail:
        raise NotListing(f"answered with a file that unpacks to more than {LARGEST // 1_000_000} MB")
    if not unpacking.eof:
        raise NotListing("answered with a damaged gzip file: it breaks off")
    return text


# ── Text to XML ────────────────────────────────────────────────────────────────────────────────────────────

_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>", re.DOTALL)
_HTML = re.compile(r"<\s*(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_XML_ROOT = re.compile(r"<(?:\w+:)?(?:rss|RDF|feed|urlset|sitemapindex|channel)\b")
_TITLE = re.compile(r"<title[^>]*>([^<]{0,300})", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};)")
_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def _refuse_other(text: str) -> None:
    start = text[:5000].lstrip()
    if not start:
        raise NotListing("answered with nothing")
    if start[0] in "{[":
        raise NotListing("answered with JSON where a feed or sitemap was expected")
    root = _XML_ROOT.search(start)
    page = _HTML.search(start)
    if page and (root is None or page.start() < root.start()):
        raise NotListing(said_of_page(text))
    if root is None and not start.startswith("<"):
        raise NotListing("answered with text that is no XML")


def said_of_page(text: str) -> str:
    """What an HTML page that stands where a list should be looks like, in words."""
    lowered = text[:100_000].lower()
    title = _TITLE.search(text[:20_000])
    named = f" (title “{plain(title[1])[:80]}”)" if title and title[1].strip() else ""
    if _asks_for_login(lowered):
        return f"answered with a login page{named}"
    if _wants_scripts(lowered):
        return f"answered with a page for browsers that run scripts{named}"
    return f"answered with an HTML page{named} where a list was expected"


def bars_the_way(text: str) -> bool:
    """Whether an HTML page lets nobody past without a login or a browser's scripts."""
    lowered = text[:100_000].lower()
    return _asks_for_login(lowered) or _wants_scripts(lowered)


def _asks_for_login(lowered: str) -> bool:
    return any(field in lowered for field in ('type="password"', "type='password'", "type=password"))


def _wants_scripts(lowered: str) -> bool:
    return any(mark in lowered for mark in ("document.cookie", "window.location", "captcha"))


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces, each CDATA section one of them; one that is never closed is text like any other."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        yield text[at:start]
        yield text[start : end + 3]
        at = end + 3
    yield text[at:]


def _parse(text: str) -> etree._Element:
    if "<!ENTITY" in text:
        raise NotListing("declares XML entities; such documents are not read")
    text = _ILLEGAL.sub("", _PROLOG.sub("", text))
    text = "".join(
        piece if piece.startswith("<![CDATA[") else _BARE_AMPERSAND.sub("&amp;", _ENTITY.sub(_letter, piece))
        for piece in _pieces(text)
    )
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.strip().encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotListing(f"answered with broken XML: {str(error)[:120]}") from error
    if root is None:
        raise NotListing("answered with broken XML")
    return root


def _letter(found: re.Match[str]) -> str:
    if found[1] in _OF_XML:
        return found[0]
    letter = html5.get(found[1] + ";")
    return html.escape(letter) if letter else f"&amp;{found[1]};"


_OWN = {
    "": "",
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "",
    "http://www.google.com/schemas/sitemap/0.84": "",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://www.google.com/schemas/sitemap-news/0.9": "news:",
}


def _name(element: etree._Element) -> str:
    """An element's name: bare in a vocabulary of feeds or sitemaps, `dc:` and `news:` as usual, else `other:`."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    space, _, name = tag.rpartition("}")
    prefix = _OWN.get(space.removeprefix("{").replace("https://", "http://", 1), "other:")
    return prefix + name  # a prefix that nobody declared stays in the name: `dc:date`


def _children(element: etree._Element) -> dict[str, list[etree._Element]]:
    children: dict[str, list[etree._Element]] = {}
    for child in element:
        children.setdefault(_name(child), []).append(child)
    return children


def _said(children: Mapping[str, list[etree._Element]], *names: str) -> str:
    """The text of the first of these children that has any."""
    for name in names:
        for child in children.get(name, ()):
            text = "".join(child.itertext()).strip()
            if text:
                return text
    return ""


# ── Feeds ──────────────────────────────────────────────────────────────────────────────────────────────────


def _feed(root: etree._Element, item: str, form: str, url: str, zone: ZoneInfo) -> Listing:
    base = urljoin(url, _base(root))
    links: dict[str, Link] = {}
    changed: dict[str, datetime] = {}
    for element in root.iter():
        if _name(element) != item or len(links) >= MOST_READ:
            continue
        children = _children(element)
        address = _address(element, children, urljoin(base, _base(element)))
        if address is None:
            continue
        published = _moment(_said(children, "published", "pubDate", "issued", "dc:date", "dc:created", "date"), zone)
        updated = _moment(_said(children, "updated", "modified", "dc:modified"), zone)
        if updated is not None:
            changed[address] = updated.at
        links.setdefault(
            address,
            Link(
                url=address,
                title=plain(_said(children, "title")) or None,
                published=published or (updated if form == "Atom" else None),
                section=plain(_said(children, "category", "dc:subject")) or _term(children),
                summary=plain(_said(children, "description", "summary"))[:1000] or None,
            ),
        )
    return Listing(form=form, links=_newest(links.values(), changed), changed=changed)


def _base(element: etree._Element) -> str:
    return element.get("{http://www.w3.org/XML/1998/namespace}base") or ""


def _address(element: etree._Element, children: Mapping[str, list[etree._Element]], base: str) -> str | None:
    candidates: list[str] = []
    for link in children.get("link", ()):
        href = link.get("href")
        if href and (link.get("rel") or "alternate") == "alternate":
            candidates.insert(0, href)
        elif not href:
            candidates.append("".join(link.itertext()))
    candidates += [
        "".join(guid.itertext())
        for guid in (*children.get("guid", ()), *children.get("id", ()))
        if (guid.get("isPermaLink") or "true").lower() != "false"
    ]
    candidates.append(element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or "")
    return next((address for c in candidates if (address := absolute(base, html.unescape(c))) is not None), None)


def _term(children: Mapping[str, list[etree._Element]]) -> str | None:
    return next((c.get("label") or c.get("term") for c in children.get("category", ())), None)


def _moment(text: str, zone: ZoneInfo) -> Timestamp | None:
    return read_timestamp(text, zone) if text else None


_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """Text of a feed as a person reads it: entities decoded, twice if they were written twice; no tags; NFC."""
    for _ in range(2):
        text = _TAG.sub(" ", html.unescape(text))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


# ── Sitemaps ───────────────────────────────────────────────────────────────────────────────────────────────


def _sitemap(root: etree._Element, url: str, zone: ZoneInfo) -> Listing:
    links: dict[str, Link] = {}
    changed: dict[str, datetime] = {}
    for children in _rows(root, "url"):
        address = absolute(url, html.unescape(_said(children, "loc")))
        if address is None or len(links) >= MOST_READ:
            continue
        news = next((_children(n) for n in children.get("news:news", ())), {})
        lastmod = _moment(_said(children, "lastmod"), zone)
        if lastmod is not None:
            changed[address] = lastmod.at
        links[address] = Link(
            url=address,
            title=plain(_said(news, "news:title")) or None,
            published=_moment(_said(news, "news:publication_date"), zone),
        )
    if len(changed) > 1 and len(set(changed.values())) == 1:
        changed = {}  # the time at which the sitemap was rebuilt, said of every address in it
    return Listing(form="sitemap", links=_newest(links.values(), changed), changed=changed)


def _newest(links: Collection[Link], changed: Mapping[str, datetime]) -> tuple[Link, ...]:
    """The links in their order; where there are very many, the newest of them by whatever time is known, first."""
    if len(links) <= MOST_LINKS:
        return tuple(links)

    def age(link: Link) -> float:
        at = link.published.at if link.published else changed.get(link.url)
        return -at.timestamp() if at is not None else 0.0

    return tuple(sorted(links, key=age)[:MOST_LINKS])


def _index(root: etree._Element, url: str, zone: ZoneInfo) -> Listing:
    parts: dict[str, Part] = {}
    for children in _rows(root, "sitemap"):
        address = absolute(url, html.unescape(_said(children, "loc")))
        if address is not None and len(parts) < MOST_PARTS:
            lastmod = _moment(_said(children, "lastmod"), zone)
            parts[address] = Part(url=address, changed=lastmod.at if lastmod else None)
    return Listing(form="sitemap index", parts=tuple(parts.values()))


def _rows(root: etree._Element, name: str) -> Iterator[dict[str, list[etree._Element]]]:
    for element in root:
        if _name(element) == name:
            yield _children(element)


_NO_ARTICLES = re.compile(r"(?i)(?:categor|topic|tag|author|image|video|page|zone|event)s?[-_]?(?:\d+)?\.(?:xml|rss)")
_NUMBERS = re.compile(r"\d+")


def parts_to_read(listing: Listing, patterns: tuple[re.Pattern[str], ...], most: int) -> list[str]:
    """Which sitemaps of an index to read: those whose address a pattern finds, the newest first, `most` at most.

    Without a pattern: all but those of categories, topics and the like. Newest by the numbers in the address
    (`news-2026-10` after `news-2026-9`); by the stated time where numbers do not tell.
    """
    parts = [
        part
        for part in listing.parts
        if (any(p.search(part.url) for p in patterns) if patterns else not _NO_ARTICLES.search(part.url))
    ]

    def age(part: Part) -> tuple[list[int], float]:
        return [int(n[:18]) for n in _NUMBERS.findall(part.url)], part.changed.timestamp() if part.changed else 0.0

    return [part.url for part in sorted(parts, key=age, reverse=True)[:most]]
