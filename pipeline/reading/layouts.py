"""A family's layout applied to a page, strictly (no I/O; what it drops is cut out of the parsed tree).

A layout names places. One that must be there and is not, or is there twice, makes the layout broken: it is
better to say so than to guess inside it.
"""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from pipeline.reading.blocks import Outline, outline
from pipeline.reading.repair import clean
from spiders.families.layout import Layout


class BrokenLayout(Exception):  # noqa: N818 - the layout is at fault, not the program
    """The page does not look as the layout says; the message names the place."""


@dataclass(slots=True)
class Places:
    """What a layout found on a page."""

    layout: str
    title: str
    body: Outline
    lead: str | None = None
    published: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    byline: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    captions: list[str] = field(default_factory=list)


def apply(layout: Layout, parser: LexborHTMLParser) -> Places:
    """Read the places of a layout. Raises BrokenLayout.

    Cuts what it drops, the lead and the captions out of the tree, but not before title and body are found: a layout
    that is broken there leaves the tree whole for the next one.
    """
    title = next((text for text in _texts(layout.title, parser) if text not in layout.generic_titles), None)
    if title is None:
        raise BrokenLayout(f"{layout.name}: no title at {' or '.join(layout.title)}")
    bodies = _outermost(_nodes(layout.body, parser))
    if len(bodies) != 1:
        raise BrokenLayout(f"{layout.name}: the body at {' or '.join(layout.body)} was found {len(bodies)} times")
    body = bodies[0]
    lead_nodes = _nodes(layout.lead, parser)
    lead = " ".join(filter(None, (_text(node) for node in lead_nodes[:1]))) or None
    places = Places(
        layout=layout.name,
        title=title,
        body=Outline(),
        lead=lead or next(iter(_texts(layout.lead, parser)), None),
        published=_texts(layout.published, parser),
        modified=_texts(layout.modified, parser),
        byline=next(iter(_texts(layout.byline, parser)), None),
        section=next(iter(_texts(layout.section, parser)), None),
        tags=tuple(dict.fromkeys(tag.lstrip("# ") for tag in _texts(layout.tags, parser))),
    )
    inside = {node.mem_id for node in body.css("*")}
    for node in lead_nodes[:1]:
        if node.mem_id in inside:
            node.decompose()
    for selector in layout.drop:
        for node in _outermost(_css(body, selector)):
            node.decompose()
    around = body.parent if body.parent is not None and body.parent.tag not in ("body", "html") else body
    for selector in layout.captions:  # the lead picture often stands beside the body
        for node in _outermost(_css(around, selector)):
            text = _text(node)
            if text:
                places.captions.append(text)
            node.decompose()
    places.body = outline(body)
    if not places.body.blocks and not places.lead:
        raise BrokenLayout(f"{layout.name}: the body at {' or '.join(layout.body)} holds no text")
    return places


def _css(scope: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    try:
        return [node for node in scope.css(selector) if node.mem_id != getattr(scope, "mem_id", None)]
    except (SelectolaxError, ValueError) as error:
        raise BrokenLayout(f"the selector {selector!r} cannot be read: {error}") from error


def _nodes(selectors: tuple[str, ...], parser: LexborHTMLParser) -> list[LexborNode]:
    """The elements of the first selector that matches; attribute selectors name no elements."""
    for selector in selectors:
        if "@" not in selector:
            found = _css(parser, selector)
            if found:
                return found
    return []


def _texts(selectors: tuple[str, ...], parser: LexborHTMLParser) -> list[str]:
    """The texts (or attributes, for `selector@name`) of the first selector that yields any."""
    for selector in selectors:
        place, _, attribute = selector.partition("@")
        nodes = _css(parser, place)
        texts = [clean(node.attributes.get(attribute) or "") if attribute else _text(node) for node in nodes]
        texts = [text for text in texts if text]
        if texts:
            return texts
    return []


def _text(node: LexborNode) -> str:
    return " ".join(block.text for block in outline(node).blocks)


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    ids = {node.mem_id for node in nodes}
    result = []
    for node in nodes:
        parent = node.parent
        while parent is not None and parent.mem_id not in ids:
            parent = parent.parent
        if parent is None:
            result.append(node)
    return result
