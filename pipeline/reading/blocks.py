"""A page as a row of text blocks in boxes: what is left of HTML when only reading matters (pure).

One walk over the parsed tree. A *box* is a block-level element; a *block* is one run of text that a reader
sees as a paragraph, heading, list entry or table cell. Inline markup disappears into the block's text; how much
of it is link is kept, because that tells articles from furniture.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from pipeline.reading.element_names import Meaning, meaning_of
from pipeline.reading.repair import clean

# Never text of the page. `noscript` repeats what scripts would build.
_SKIPPED_TAGS = """
    script style noscript template svg iframe object embed canvas audio video map math button select option
    input textarea datalist progress meter applet frame frameset noframes head link meta param source track
    dialog area base basefont bgsound col colgroup -comment !--
"""
_SKIPPED = frozenset(_SKIPPED_TAGS.split())
_INLINE_TAGS = """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr o:p q rp rt ruby s
    samp small span strike strong sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_VOID = frozenset(("br", "hr", "img", "wbr"))


_ROLES = {
    "navigation": Meaning.FURNITURE,
    "banner": Meaning.FURNITURE,
    "contentinfo": Meaning.FURNITURE,
    "complementary": Meaning.FURNITURE,
    "search": Meaning.FURNITURE,
    "dialog": Meaning.FURNITURE,
    "alertdialog": Meaning.FURNITURE,
    "menu": Meaning.FURNITURE,
    "menubar": Meaning.FURNITURE,
    "toolbar": Meaning.FURNITURE,
    "tablist": Meaning.FURNITURE,
    "alert": Meaning.FURNITURE,
}
_TAG_HINTS = {
    "nav": Meaning.FURNITURE,
    "footer": Meaning.FURNITURE,
    "aside": Meaning.HEARSAY,
    "menu": Meaning.FURNITURE,
    "form": Meaning.HEARSAY,
    "figcaption": Meaning.CAPTION,
    "caption": Meaning.CAPTION,
    "address": Meaning.META,
}
# An inline element of such a name is a thing of its own, not a part of the sentence around it.
_STANDING = Meaning.FURNITURE | Meaning.COMMENTS | Meaning.META | Meaning.CAPTION
_DISPLAY_NONE = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|(?:left|top|text-indent)\s{0,3}:\s{0,3}-\d{4}"
    r"|(?:font-size|opacity)\s{0,3}:\s{0,3}0(?:px|em|rem|%)?\s{0,3}(?:;|!|$)",
    re.I,
)


class Box:
    """A block-level element. `first` and `end` bound the blocks that stand in it."""

    __slots__ = ("end", "first", "hint", "itemprop", "names", "parent", "tag")

    def __init__(self, tag: str, parent: "Box | None", hint: int, names: str, itemprop: str, first: int) -> None:
        self.tag = tag
        self.parent = parent
        self.hint = hint
        self.names = names
        self.itemprop = itemprop
        self.first = first
        self.end = first


class Block:
    """One run of text. `links` counts its characters inside links."""

    __slots__ = ("box", "links", "text")

    def __init__(self, text: str, box: Box, links: int) -> None:
        self.text = text
        self.box = box
        self.links = links


@dataclass(slots=True)
class Moment:
    """A `<time>` or microdata date in the body: where it stands (index of the next block) and what it says."""

    position: int
    machine: str
    text: str
    itemprop: str
    names: str
    box: Box


@dataclass(slots=True)
class Picture:
    """An `<img>`: where it stands (index of the next block) and its address as written."""

    position: int
    url: str


@dataclass(slots=True)
class Outline:
    """The boxes (in document order, a box before its contents) and blocks of a page."""

    boxes: list[Box] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)  # empty paragraphs, which often stand for a picture
    scripts: list[str] = field(default_factory=list)  # JSON-LD that stands in the body
    metas: list[tuple[str, str]] = field(default_factory=list)  # microdata <meta itemprop> in the body


_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})[^<>]{0,2000}>?")
_SHADOW = re.compile(rb"<(/?)template\b", re.I)
_MANY_TAGS = 20_000
_DEEPEST = 512  # browsers give up at about this depth as well


def parse(page: bytes) -> LexborHTMLParser:
    """Parse HTML (UTF-8). Elements nested deeper than any author nests lose their tags: parsers take time in the
    square of the depth, and nothing is read out of such a depth anyway."""
    if b"shadowroot" in page:
        page = _SHADOW.sub(rb"<\1section", page)  # a shadow tree is shown; its tag says so to scripts only
    if len(page) > 3 * _MANY_TAGS and page.count(b"<") > _MANY_TAGS:  # no tag is shorter than three bytes
        page = _flattened(page)
    return LexborHTMLParser(page, options=LexborDocumentOptions.WO_EVENTS)  # they keep a <select>'s button up to date


def _flattened(page: bytes) -> bytes:
    depth = end = 0
    kept: list[bytes] = []
    for found in _TAG.finditer(page):
        tag = found[2].decode("ascii").lower()
        if tag in _VOID or tag in _SKIPPED:
            continue
        if found[1]:
            depth = max(0, depth - 1)
        if depth >= _DEEPEST:
            kept.append(page[end : found.start()])
            end = found.end()
        if not found[1] and tag not in _UNCLOSED:
            depth += 1
    return b" ".join([*kept, page[end:]]) if kept else page


_UNCLOSED = frozenset(("p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody", "thead", "tfoot", "colgroup"))


def outline(root: LexborNode, *, whole: bool = False) -> Outline:
    """Walk a tree once. Iterative: nesting of any depth is as good as any other.

    Navigation is walked around, and so is a footer that stands in no article, and what is named as furniture and
    says nothing, unless the `whole` is asked for. One long function, because it runs for every node of every page
    and a call costs more than what there is to do; for the same reason each tag is looked up once, the commonest
    nodes come first, and attributes are fetched (all of them are copied) only where one of them is wanted.
    """
    found = Outline()
    boxes, blocks = found.boxes, found.blocks
    box = Box(root.tag or "body", None, 0, "", "", 0)
    boxes.append(box)
    pieces: list[str] = []
    links = in_link = 0
    stack: list[tuple[LexborNode, int, Box]] = []  # a node that was entered, what ends with it, the box around it
    node: LexborNode | None = root.first_child
    sort_of, enter, leave, say = _SORTS.get, stack.append, stack.pop, pieces.append
    while True:
        if node is None:
            if not stack:
                break
            node, kind, outer = leave()
            if kind:
                if kind == _BOX:
                    if pieces:
                        _close(pieces, box, links, blocks)
                        links = 0
                    box.end = len(blocks)
                    box = outer
                else:
                    in_link -= 1
            node = node.next
            continue
        tag = node.tag or ""
        sort = sort_of(tag, _BLOCK)
        if sort == _TEXT:
            text = node.text_content
            if text is None or text.isspace():
                if pieces:
                    say(" ")
                elif text is not None and box.tag == "p" and box.first == len(blocks) and "\u00a0" in text:
                    found.slots.append(len(blocks))
            else:
                say(text)
                if in_link:
                    links += len(text.strip())
            node = node.next
            continue
        if sort == _BLOCK:
            if pieces:
                _close(pieces, box, links, blocks)
                links = 0
            child = node.first_child
            if child is None or (not whole and (tag == "nav" or (tag == "footer" and not _in_article(box)))):
                node = node.next
                continue
            attributes = node.attributes
            inner = (
                _box(tag, attributes, box, len(blocks))
                if attributes
                else Box(tag, box, _TAG_HINTS.get(tag, 0), "", "", len(blocks))
            )
            if inner.hint & _WALKED_AROUND == Meaning.FURNITURE and not whole and _says_nothing(node):
                node = node.next
                continue
            enter((node, _BOX, box))
            box = inner
            boxes.append(box)
            node = child
            continue
        if sort <= _SPAN:
            child = node.first_child
            if child is None:
                if sort == _TIME:
                    found.moments.append(_moment(node, len(blocks), box))
                node = node.next
                continue
            kind = _NOTHING
            if sort == _ANCHOR:
                kind = _LINK
                in_link += 1
            elif sort == _SPAN:
                attributes = node.attributes
                if attributes:
                    style = attributes.get("style")
                    if "hidden" in attributes or (style and _DISPLAY_NONE.search(style)):
                        node = node.next
                        continue
                    names = attributes.get("class") or attributes.get("id") or ""
                    hint = meaning_of(names) if names else 0
                    if hint & _STANDING:
                        if pieces:
                            _close(pieces, box, links, blocks)
                            links = 0
                        enter((node, _BOX, box))
                        box = Box(tag, box, hint, names, attributes.get("itemprop") or "", len(blocks))
                        boxes.append(box)
                        node = child
                        continue
            elif sort == _TIME:
                found.moments.append(_moment(node, len(blocks), box))
            enter((node, kind, box))
            node = child
            continue
        if sort == _BREAK:
            say("\v")
        elif sort == _IMAGE:
            attributes = node.attributes
            url = attributes.get("data-src") or attributes.get("data-original") or attributes.get("src")
            if url:
                found.pictures.append(Picture(len(blocks), url))
        elif sort == _SCRIPT:
            if "ld+json" in (node.attributes.get("type") or ""):
                found.scripts.append(node.text() or "")
        elif sort == _META:
            attributes = node.attributes
            name, content = attributes.get("itemprop") or attributes.get("property"), attributes.get("content")
            if name and content:
                found.metas.append((name, content))
        node = node.next
    if pieces:
        _close(pieces, box, links, blocks)
    boxes[0].end = len(blocks)
    return found


# What the walk does with a tag; those up to _SPAN are inline.
_PHRASE, _TIME, _ANCHOR, _SPAN, _TEXT, _BLOCK, _BREAK, _IMAGE, _SCRIPT, _META, _NEVER = range(11)
_SORTS = {
    **dict.fromkeys(_SKIPPED, _NEVER),
    **dict.fromkeys(_INLINE, _PHRASE),
    "time": _TIME,
    "a": _ANCHOR,
    "span": _SPAN,
    "-text": _TEXT,
    "br": _BREAK,
    "img": _IMAGE,
    "script": _SCRIPT,
    "meta": _META,
}
_WALKED_AROUND = Meaning.FURNITURE | Meaning.BODY


_BYLINE = 300  # characters, white space included, of a box that may be there for a date
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def _says_nothing(node: LexborNode) -> bool:
    """Whether an element that is named as furniture holds no sentences, headline or date: most menus, share bars
    and lists of headlines. They are walked around; it halves the work."""
    text = node.text(deep=True)
    if "." in text or "。" in text or (len(text) <= _BYLINE and _YEAR.search(text)):
        return False
    return node.css_first("h1,time") is None


def _in_article(box: Box) -> bool:
    return any(around.tag in ("article", "main") for around in ancestors(box))


_NOTHING, _BOX, _LINK = range(3)
_NAMING = ("id", "data-testid", "data-component", "data-role", "type")


def _box(tag: str, attributes: dict[str, str | None], parent: Box, first: int) -> Box:
    """A box with what its attributes say of it."""
    hint = _TAG_HINTS.get(tag, 0)
    names = attributes.get("class") or ""
    if len(attributes) == 1 and names and tag not in _ROWS:  # by far the commonest: nothing but a class
        return Box(tag, parent, hint | meaning_of(names), names, "", first)
    for name in _NAMING:
        if name in attributes:
            names = f"{names} {attributes[name]}"
    if names:
        hint |= meaning_of(names)
    if tag in _ROWS:
        hint &= Meaning.META | Meaning.CAPTION  # a table's own names (`player`, `offer`) say what it is about
    if "role" in attributes:
        hint |= _ROLES.get(attributes["role"] or "", 0)
    if "style" in attributes and _DISPLAY_NONE.search(attributes["style"] or ""):
        hint |= Meaning.HIDDEN
    if "wm-ipp" in names or "donato" in names:  # the frame of a web archive
        hint |= Meaning.HIDDEN
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        hint |= Meaning.HIDDEN
    return Box(tag, parent, hint, names, attributes.get("itemprop") or "", first)


_ROWS = frozenset(("table", "tbody", "tr", "td", "th"))


def _moment(node: LexborNode, position: int, box: Box) -> Moment:
    attributes = node.attributes
    machine = attributes.get("datetime") or attributes.get("content") or ""
    return Moment(
        position,
        machine,
        clean(node.text() or ""),
        attributes.get("itemprop") or "",
        attributes.get("class") or "",
        box,
    )


def _close(pieces: list[str], box: Box, links: int, blocks: list[Block]) -> None:
    """End a run of text: it becomes a block of the box, or several where line breaks end paragraphs, with the link
    share spread evenly."""
    text = clean("".join(pieces))
    pieces.clear()
    if "\n" not in text:
        if text:
            blocks.append(Block(text, box, links))
        return
    blocks.extend(Block(part, box, links * len(part) // len(text)) for part in text.split("\n"))


def ancestors(box: Box | None) -> Iterator[Box]:
    """A box and everything around it, inside out."""
    while box is not None:
        yield box
        box = box.parent


def heading_level(box: Box) -> int:
    """1-6 for headings, 0 for anything else."""
    return int(box.tag[1]) if box.tag in _HEADINGS else 0
