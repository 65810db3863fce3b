"""Where a list page names its articles, said strictly, as data, and read as said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from spiders.dates import read_timestamp
from spiders.urls import absolute
from storage.records import Timestamp

LONGEST_PAGE = 8_000_000
"""Characters. A longer text is no list of articles."""

DEEPEST = 1000
"""Elements inside each other. No author nests like that; a text that does is meant to be slow."""

_tag = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
# void, or ended by the next of their kind
_NEVER_NESTED = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
) | {*("p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody", "thead", "tfoot")}
_spaces = re.compile(r"\s+")
_onclick = re.compile(r"location(?:\.href)?\s*=\s*(['\"])(?P<href>[^'\"]{1,2000})\1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One design of a list page: what a row is, and where in it things stand.

    Each field is a tuple of CSS selectors within the row, tried in order; the first that gives something counts.
    `selector@name` takes an attribute instead of the text. A row without an address is no row; a row may carry
    its address in an `onclick` of its own.
    """

    row: str
    link: tuple[str, ...]
    title: tuple[str, ...]
    published: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An article as a row of a list page names it; what the row does not say is None."""

    href: str  # absolute
    title: str | None
    published: Timestamp | None
    section: str | None
    summary: str | None


def parse(text: str) -> LexborHTMLParser:
    """The tree of a list page; of nothing, where the text is too long or nested too deeply to be one.

    Parsers and selectors take time in the square of the depth.
    """
    return LexborHTMLParser(text if len(text) <= LONGEST_PAGE and not _is_too_deep(text) else "")


def _is_too_deep(text: str) -> bool:
    if text.count("<") <= DEEPEST:
        return False
    depth = 0
    for match in _tag.finditer(text):
        if match[2].lower() in _NEVER_NESTED:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False


def rows_of(tree: LexborHTMLParser, rows: Rows, url: str, zone: ZoneInfo) -> Iterator[Row]:
    """The rows of a list page in the order of the page."""
    for node in tree.css(rows.row):
        href = first(node, tuple(f"{selector}@href" for selector in rows.link)) or onclick(node)
        address = absolute(url, href)
        if address is None:
            continue
        yield Row(
            href=address,
            title=first(node, rows.title),
            published=first_timestamp(node, rows.published, zone),
            section=first(node, rows.section),
            summary=first(node, rows.summary),
        )


def first(node: LexborNode, selectors: tuple[str, ...]) -> str | None:
    """The first text, or attribute, that the selectors give; None where they give none with anything in it."""
    return next(_said(node, selectors), None)


def first_timestamp(node: LexborNode, selectors: tuple[str, ...], zone: ZoneInfo) -> Timestamp | None:
    """The first moment that the selectors state."""
    moments = (read_timestamp(words, zone) for words in _said(node, selectors))
    return next((moment for moment in moments if moment is not None), None)


def onclick(node: LexborNode) -> str | None:
    """The address that a click on a row leads to: `onclick="location.href='…'"`."""
    match = _onclick.search(node.attributes.get("onclick") or "")
    return match["href"] if match else None


def words(node: LexborNode) -> str:
    """The text of a node on one line."""
    return one_line(node.text(deep=True, separator=""))


def one_line(text: str) -> str:
    """The text with every run of white space as one space, none at its ends."""
    return _spaces.sub(" ", text).strip()


def _said(node: LexborNode, selectors: tuple[str, ...]) -> Iterator[str]:
    for selector in selectors:
        path, _, attribute = selector.partition("@")
        for match in node.css(path):
            said = one_line(match.attributes.get(attribute) or "") if attribute else words(match)
            if said:
                yield said
