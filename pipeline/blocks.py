"""A page as a row of text blocks in boxes: what is left of HTML when only reading matters (pure).

One walk over the parsed tree. A *box* is a block-level element; a *block* is one run of text that a reader
sees as a paragraph, heading, list entry or table cell. Inline markup disappears into the block's text; how much
of the text is link and how much is bold is kept, because that tells articles from furniture.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.repair import clean

# Never text of the page. `noscript` repeats what scripts would build.
_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "map",
        "math",
        "button",
        "select",
        "option",
        "input",
        "textarea",
        "datalist",
        "progress",
        "meter",
        "applet",
        "frame",
        "frameset",
        "noframes",
        "head",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "dialog",
        "area",
        "base",
        "basefont",
        "bgsound",
        "col",
        "colgroup",
        "-comment",
        "!--",
    ]
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "o:p",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
_BOLD = frozenset(("b", "strong"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_VOID = frozenset(("br", "hr", "img", "wbr"))


class Hint:
    """What the names of an element (class, id, role …) say of it, as bits of an int (an enum is too slow here).

    Names are hearsay: see `pipeline.boilerplate`.
    """

    NONE = 0
    FURNITURE = 1  # navigation, sharing, advertisement, related stories, newsletters …
    COMMENTS = 2
    META = 4  # byline, date, reading time: belongs to the article but not to its text
    CAPTION = 8
    BODY = 16
    LEAD = 32
    HIDDEN = 64
    TITLE = 128
    HEARSAY = 256  # a word that furniture likes and articles use as well: player, gate, promo …
    SCRAPS = 512  # a word that is furniture only where no sentence stands: tags, button, card …


def _words(*words: str) -> re.Pattern[str]:
    """A pattern for any of these words as whole parts of a name; digits at the end of a part do not matter."""
    return re.compile(rf"(?:^|[^a-z0-9])(?:{'|'.join(words)})\d*(?=[^a-z0-9]|$)")


# Words that are all but never used of an article's own text.
_FURNITURE = _words(
    r"shar(?:e|es|ing|er|edaddy|ebar|ethis|e-?[a-z]+)|addthis|addtoany|socials?(?!-(?:media-)?embed)(?:bar|media|links?|icons?|share)?",
    r"relat(?:ed|e|eds)[a-z]*|recommend[a-z]*|recirc[a-z]*|newsletters?|subscri[a-z]*|sign-?up|sponsor[a-z]*|advert[a-z]*|ads?|adv|advs",
    r"ad-?(?:slot|unit|box|wrapper|container|block)[a-z]*|banners?|breadcrumbs?|crumbs?|side-?bars?|footers?|nav|navs|navbar|navigation",
    r"menus?|megamenu|dropdown|cookies?|consent|gdpr|popups?|popovers?|modals?|lightbox|outbrain|taboola|mgid|zergnet",
    r"most-?(?:read|popular|viewed|recent)|popular[a-z]*|trending|read-?(?:more|next|also)|(?:see|view)-?(?:more|also|next)",
    r"more-?(?:from|stories|news|articles|posts|on|in|like|coverage|links|reading|topics)|paginat(?:ion|or)|pager|paging",
    r"page-?(?:links|nav)|post-?nav(?:igation)?|toolbar|polls?|log-?in|up-?next|next-?(?:up|post|article|prev|story)",
    r"prev(?:ious)?-?(?:post|article|next|story)|ticker|marquee|app-?(?:promo|download|banner)|same-?cate[a-z-]*",
    r"tin-?(?:lien-?quan|khac|moi|xem-?them|doc-?nhieu)|xem-?them|doc-?nhieu|lien-?quan|cung-?chuyen-?muc|bai-?(?:viet-?)?(?:lien-?quan|khac)",
    r"othernews|other-?(?:news|stories|articles|posts|links)|latest-?(?:news|stories|posts|articles)|recent-?(?:posts?|news|articles|stories)",
    r"also-?(?:like|read)|you-?may[a-z-]*|widget-?area|trc|dfp|gpt|adsense|adsbygoogle|adbox|leaderboard|skyscraper|mpu",
    r"call-?to-?action|trackbacks?|whatsapp|telegram|kbwscwl[a-z-]*|relatedonenews|videostream|relatebox|box-?relate[a-z]*",
    r"masthead|topbar|top-?bar|mobile-?(?:menu|nav)|site-?(?:header|footer|nav|info)|page-?footer|colophon|quick-?links|load-?more",
    r"infinite-?scroll|preloader|screen-?reader[a-z-]*|sr-?only|visually-?hidden|skip-?(?:link|to|nav)[a-z]*|language-?(?:switch(?:er)?|selector|menu)",
)
# Words that furniture likes and article text has as well.
_HEARSAY = _words(
    r"overlays?|register|registration|account|paywall|regwall|player|audio|listen|podcast-?(?:player|promo)|toc|table-?of-?contents",
    r"jump-?links?|search|copyright|legal|disclaimer|feedback|survey|donat[a-z]*|follow|follow-?us|carousel|slider|slideshow|swiper",
    r"contact-?(?:form|us)|download-?app|author-?(?:bio|box|info|card|profile|about|description|details|block)|bio|biography",
    r"about-?(?:the-?)?author|contributors?-?(?:bio)?|similar|suggest(?:ed|ions?)?|rightcol|leftcol|right-?(?:rail|column|col|side)",
    r"left-?(?:rail|column|col|side)|rail|cta|backlink|instagram-?follow|sitemap|hashtags?|disclosure|affiliate[a-z-]*",
    r"membership|premium-?(?:promo|banner|box)|gate|piano|metered|offers?|shop|product-?(?:card|list|box|recommendation)s?|deals?",
    r"privacy|terms|notice-?bar|alert-?bar|announcement|bottom-?bar|archive-?list|feed-?list",
    r"loader|spinner|skeleton|tooltips?|promos?|promo-?[a-z]*|teasers?|inset|embedbox",
)
# Words that say something only of a box without a sentence in it.
_SCRAPS = _words(
    r"tags?|tag-?(?:list|links|cloud)|keywords?|topics?|topic-?list|rating|ratings|stars?|votes?|forms?|buttons?|btn|btns|permalink",
    r"facebook|twitter|linkedin|pinterest|rss|link-?(?:list|box)|links|linklist|listing|print|quiz|utility|tools?|widgets?|more|cards?|trend",
)
_COMMENTS = _words(
    r"comments?|comment-?[a-z]*|disqus|livefyre|respond|replies|discussion|fb-?comments?|binh-?luan|y-?kien"
)
_META = _words(
    r"by-?lines?|authors?|author-?[a-z]*|post-?(?:meta|info|date|author)|entry-?(?:meta|date|footer)|article-?(?:meta|info|date|author)",
    r"dates?|datetime|date-?time|timestamp|time|pub-?date|publish[a-z-]*|updated|dateline|posted-?(?:on|by)|read(?:ing)?-?time",
    r"time-?to-?read|meta|meta-?(?:data|info)|category|categories|cat-?links|kicker|eyebrow|rubric|source|byline[a-z]*|writer|reporter",
    r"contributors?|credits|vcard|story-?(?:meta|info)",
)
_CAPTION = _words(
    r"[a-z]*captions?|fig-?caption|wp-caption[a-z-]*|(?:image|photo|picture|img|media|figure)-?(?:caption|credit|desc|description|text|source|info|copyright)s?",
    r"credit|photo-?credit|photographer|tplcaption|pcaption",
)
_BODY = _words(
    r"article-{0,2}(?:body|content|text|copy|main|detail|entry|page)|(?:post|entry|story|news|blog|page|main|detail|single|item|body|node)-{0,2}(?:body|content|text|copy|article)",
    r"content-{0,2}(?:body|text|article|detail)|rich-?text|body-?copy|articlebody|storybody|postcontent|maincontent|afcbc-body|cms-body|fck-detail",
    r"journal-content-article|hentry|entry",
)
_LEAD = _words(
    r"sapo|lead|lede|standfirst|deck|dek|sub-?(?:title|head|headline|heading|hed)|strapline|chapeau|intro|introduction",
    r"article-?(?:desc|description|summary|lead|intro|excerpt|dek)|summary|excerpt|abstract|cms-desc|description",
)
_TITLE = _words(
    r"(?:article|post|entry|story|page|news|detail|main)-{0,2}(?:title|headline|heading|header)|headline|title|cms-title"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ROLES = {
    "navigation": Hint.FURNITURE,
    "banner": Hint.FURNITURE,
    "contentinfo": Hint.FURNITURE,
    "complementary": Hint.FURNITURE,
    "search": Hint.FURNITURE,
    "dialog": Hint.FURNITURE,
    "alertdialog": Hint.FURNITURE,
    "menu": Hint.FURNITURE,
    "menubar": Hint.FURNITURE,
    "toolbar": Hint.FURNITURE,
    "tablist": Hint.FURNITURE,
    "alert": Hint.FURNITURE,
}
_TAG_HINTS = {
    "nav": Hint.FURNITURE,
    "footer": Hint.FURNITURE,
    "aside": Hint.HEARSAY,
    "menu": Hint.FURNITURE,
    "form": Hint.HEARSAY,
    "figcaption": Hint.CAPTION,
    "caption": Hint.CAPTION,
    "address": Hint.META,
}
# An inline element of such a name is a thing of its own, not a part of the sentence around it.
_STANDING = Hint.FURNITURE | Hint.COMMENTS | Hint.META | Hint.CAPTION
_DISPLAY_NONE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)


@lru_cache(maxsize=16384)
def named(names: str) -> int:
    """What the names of an element say (flags of `Hint`); remembered, because a site repeats its names."""
    text = _HUMP.sub("-", names[:400]).lower().replace("_", "-")
    hint = 0
    if _FURNITURE.search(text):
        hint |= Hint.FURNITURE
    if _COMMENTS.search(text):
        hint |= Hint.COMMENTS
    if _HEARSAY.search(text):
        hint |= Hint.HEARSAY
    if _SCRAPS.search(text):
        hint |= Hint.SCRAPS
    if _META.search(text):
        hint |= Hint.META
    if _CAPTION.search(text):
        hint |= Hint.CAPTION
    if _BODY.search(text):
        hint |= Hint.BODY
    if _LEAD.search(text):
        hint |= Hint.LEAD
    if _TITLE.search(text):
        hint |= Hint.TITLE
    return hint


class Box:
    """A block-level element. `first` and `end` bound the blocks that stand in it."""

    __slots__ = ("depth", "end", "first", "hint", "itemprop", "names", "parent", "tag")

    def __init__(self, tag: str, parent: "Box | None", hint: int, names: str, itemprop: str, first: int) -> None:
        self.tag = tag
        self.parent = parent
        self.hint = hint
        self.names = names
        self.itemprop = itemprop
        self.first = first
        self.end = first
        self.depth: int = 0 if parent is None else parent.depth + 1


class Block:
    """One run of text. `links` and `bold` count its characters inside links and bold markup."""

    __slots__ = ("bold", "box", "href", "links", "text")

    def __init__(self, text: str, box: Box, links: int, bold: int, href: str | None) -> None:
        self.text = text
        self.box = box
        self.links = links
        self.bold = bold
        self.href = href


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
    position: int
    url: str
    alt: str


@dataclass(slots=True)
class Outline:
    """The boxes (in document order, a box before its contents) and blocks of a page."""

    boxes: list[Box] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)  # JSON-LD that stands in the body
    metas: list[tuple[str, str]] = field(default_factory=list)  # microdata <meta itemprop> in the body


_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})[^<>]{0,2000}>?")
_MANY_TAGS = 20_000
_DEEPEST = 512  # browsers give up at about this depth as well


def parse(page: bytes) -> LexborHTMLParser:
    """Parse HTML (UTF-8). Elements nested deeper than any author nests lose their tags: parsers take time in the
    square of the depth, and nothing is read out of such a depth anyway."""
    if page.count(b"<") > _MANY_TAGS:
        page = _flattened(page)
    return LexborHTMLParser(page)


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

    Navigation is walked around, and so is a footer that stands in no article, unless the `whole` is asked for.
    """
    found = Outline()
    boxes, blocks = found.boxes, found.blocks
    box = Box(root.tag or "body", None, 0, "", "", 0)
    boxes.append(box)
    pieces: list[str] = []
    links = bold = in_link = in_bold = 0
    href: str | None = None
    stack: list[tuple[LexborNode, int, Box]] = []  # a node that was entered, what ends with it, the box around it
    node: LexborNode | None = root.first_child
    while True:
        if node is None:
            if not stack:
                break
            node, kind, outer = stack.pop()
            if kind == _BOX:
                if pieces:
                    _close(pieces, box, links, bold, href, blocks)
                    links = bold = 0
                    href = None
                box.end = len(blocks)
                box = outer
            elif kind == _LINK:
                in_link -= 1
            elif kind == _STRONG:
                in_bold -= 1
            node = node.next
            continue
        tag = node.tag
        if tag == "-text":
            text = node.text_content
            if text is None or text.isspace():
                if pieces:
                    pieces.append(" ")
            else:
                pieces.append(text)
                if in_link:
                    links += len(text.strip())
                if in_bold:
                    bold += len(text.strip())
            node = node.next
            continue
        if tag in _INLINE:
            child = node.first_child
            kind = _NOTHING
            if tag == "a":
                if child is not None:
                    kind = _LINK
                    in_link += 1
                    href = node.attributes.get("href") or href
            elif tag == "span":
                attributes = node.attributes
                if attributes:
                    style = attributes.get("style")
                    if style and _DISPLAY_NONE.search(style):
                        node = node.next
                        continue
                    names = attributes.get("class") or attributes.get("id") or ""
                    hint = named(names) if names else 0
                    if hint & _STANDING and child is not None:
                        if pieces:
                            _close(pieces, box, links, bold, href, blocks)
                            links = bold = 0
                            href = None
                        stack.append((node, _BOX, box))
                        box = Box(tag, box, hint, names, attributes.get("itemprop") or "", len(blocks))
                        boxes.append(box)
                        node = child
                        continue
            elif tag in _BOLD:
                if child is not None:
                    kind = _STRONG
                    in_bold += 1
            elif tag == "time":
                found.moments.append(_moment(node, len(blocks), box))
            if child is None:
                node = node.next
            else:
                stack.append((node, kind, box))
                node = child
            continue
        if tag in _SKIPPED:
            if tag == "script":
                if "ld+json" in (node.attributes.get("type") or ""):
                    found.scripts.append(node.text() or "")
            elif tag == "meta":
                attributes = node.attributes
                name, content = attributes.get("itemprop") or attributes.get("property"), attributes.get("content")
                if name and content:
                    found.metas.append((name, content))
            node = node.next
            continue
        if tag == "br":
            pieces.append("\v")
            node = node.next
            continue
        if tag == "img":
            attributes = node.attributes
            url = attributes.get("data-src") or attributes.get("data-original") or attributes.get("src")
            if url:
                found.pictures.append(Picture(len(blocks), url, attributes.get("alt") or ""))
            node = node.next
            continue
        if pieces:
            _close(pieces, box, links, bold, href, blocks)
            links = bold = 0
            href = None
        child = node.first_child
        if child is None or (not whole and (tag == "nav" or (tag == "footer" and not _in_article(box)))):
            node = node.next
            continue
        attributes = node.attributes
        stack.append((node, _BOX, box))
        box = (
            _box(tag, attributes, box, len(blocks))
            if attributes
            else Box(tag, box, _TAG_HINTS.get(tag, 0), "", "", len(blocks))
        )
        boxes.append(box)
        node = child
    if pieces:
        _close(pieces, box, links, bold, href, blocks)
    boxes[0].end = len(blocks)
    return found


def _in_article(box: Box) -> bool:
    return any(around.tag in ("article", "main") for around in ancestors(box))


_NOTHING, _BOX, _LINK, _STRONG = range(4)
_NAMING = ("id", "data-testid", "data-component", "data-role", "type")


def _box(tag: str, attributes: dict[str, str | None], parent: Box, first: int) -> Box:
    """A box with what its attributes say of it."""
    hint = _TAG_HINTS.get(tag, 0)
    names = attributes.get("class") or ""
    for name in _NAMING:
        if name in attributes:
            names = f"{names} {attributes[name]}"
    if names:
        hint |= named(names)
    if tag in _ROWS:
        hint &= Hint.META | Hint.CAPTION  # a table's own names (`player`, `offer`) say what it is about
    if "role" in attributes:
        hint |= _ROLES.get(attributes["role"] or "", 0)
    if "style" in attributes and _DISPLAY_NONE.search(attributes["style"] or ""):
        hint |= Hint.HIDDEN
    if "hidden" in attributes:
        hint |= Hint.HIDDEN
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


def _close(pieces: list[str], box: Box, links: int, bold: int, href: str | None, blocks: list[Block]) -> None:
    """End a run of text: it becomes a block of the box, or several where line breaks end paragraphs."""
    text = clean("".join(pieces))
    pieces.clear()
    if "\n" in text:
        _split(text, box, links, bold, href, blocks)
    elif text:
        blocks.append(Block(text, box, links, bold, href))


def _split(text: str, box: Box, links: int, bold: int, href: str | None, blocks: list[Block]) -> None:
    """Blocks of a run that holds line breaks which end paragraphs; link and bold shares are spread evenly."""
    parts = [part for part in text.split("\n") if part]
    total = sum(map(len, parts)) or 1
    for part in parts:
        share = len(part) / total
        blocks.append(Block(part, box, int(links * share), int(bold * share), href))


def ancestors(box: Box | None) -> Iterator[Box]:
    """A box and everything around it, inside out."""
    while box is not None:
        yield box
        box = box.parent


def heading_level(box: Box) -> int:
    """1-6 for headings, 0 for anything else."""
    return int(box.tag[1]) if box.tag in _HEADINGS else 0
