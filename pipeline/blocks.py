"""A page as a row of text blocks in boxes: what is left of HTML when only reading matters (pure).

One walk over the parsed tree. A *box* is a block-level element; a *block* is one run of text that a reader
sees as a paragraph, heading, list entry or table cell. Inline markup disappears into the block's text; how much
of the text is link and how much is bold is kept, because that tells articles from furniture.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntFlag
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


class Hint(IntFlag):
    """What the names of an element (class, id, role …) say of it. Names are hearsay: see `pipeline.boilerplate`."""

    NONE = 0
    FURNITURE = 1  # navigation, sharing, advertisement, related stories, newsletters …
    COMMENTS = 2
    META = 4  # byline, date, reading time: belongs to the article but not to its text
    CAPTION = 8
    BODY = 16
    LEAD = 32
    HIDDEN = 64
    TITLE = 128
    WEAK = 256  # a word that furniture likes and articles use as well: card, more, promo …


_FURNITURE = re.compile(
    r"""(?:^|[^a-z])(?:
        shar(?:e|es|ing|er|edaddy|ebar|ethis)|addthis|addtoany|socials?|social(?:bar|media|links?|icons?|share)|relat(?:ed|e|eds)[a-z]*
        |recommend[a-z]*|recirc[a-z]*|newsletters?|subscri[a-z]*|sign-?up|sponsor[a-z]*|advert[a-z]*|ads?|adv|advs|ad-?(?:slot|unit|box|wrapper|container|block)[a-z]*
        |banners?|breadcrumbs?|crumbs?|side-?bars?[a-z]*|footers?|nav|navs|navbar|navigation|menus?|megamenu|dropdown
        |tags?|tag-?(?:list|links|cloud)|keywords?|topics?-?(?:list)?|cookies?|consent|gdpr|popups?|popovers?|modals?|overlays?|lightbox
        |outbrain|taboola|mgid|zergnet|most-?(?:read|popular|viewed|recent)|popular[a-z]*|trending|trend|read-?(?:more|next|also|on)|(?:see|view)-?(?:more|also|next)
        |more-?(?:from|stories|news|articles|posts|on|in|like|coverage|links|reading|content|topics)
        |paginat(?:ion|or)|pager|paging|page-?(?:links|nav)|post-?nav(?:igation)?|toolbar|tools?|utility|print|polls?|quiz|rating|ratings|stars?|vote|votes
        |login|log-?in|register|registration|account|paywall|regwall|player|audio|listen|podcast-?(?:player|promo)|toc|table-?of-?contents|jump-?links?|skip-?(?:link|to|nav)[a-z]*
        |search|copyright|legal|feedback|survey|donat[a-z]*|follow|follow-?us|up-?next|next-?(?:up|post|article|prev|story)|prev(?:ious)?-?(?:post|article|next|story)
        |carousel|slider|slideshow|swiper|ticker|marquee|contact-?(?:form|us)|form|forms|subscribe|download-?app|app-?(?:promo|download|banner)
        |author-?(?:bio|box|info|card|profile|about|description|details|block)|bio|biography|about-?(?:the-?)?author|contributors?-?(?:bio)?
        |same-?cate[a-z-]*|tin-?(?:lien-?quan|khac|moi|xem-?them|doc-?nhieu)|xem-?them|doc-?nhieu|lien-?quan|cung-?chuyen-?muc|bai-?(?:viet-?)?(?:lien-?quan|khac)
        |othernews|other-?(?:news|stories|articles|posts|links)|latest-?(?:news|stories|posts|articles)|recent-?(?:posts?|news|articles|stories)
        |similar|suggest(?:ed|ions?)?|also-?(?:like|read)|you-?may[a-z-]*|widgets?|widget-?area|trc|rightcol|leftcol|right-?(?:rail|column|col|side)|left-?(?:rail|column|col|side)
        |rail|skyscraper|mpu|dfp|gpt|adsense|adsbygoogle|adbox|leaderboard|cta|call-?to-?action|buttons?|btn|btns|backlink|permalink|trackbacks?|pings?
        |whatsapp|telegram|facebook|twitter|linkedin|pinterest|instagram-?follow|rss|sitemap|language-?(?:switch(?:er)?|selector|menu)|flags?
        |kbwscwl[a-z-]*|relatedonenews|videostream|relatebox|box-?relate[a-z]*|hashtags?|disclosure|affiliate-?(?:disclosure|notice|disclaimer)?|correction-?policy
        |membership|premium-?(?:promo|banner|box)|gate|piano|metered|offers?|shop|product-?(?:card|list|box|recommendation)s?|store|deals?
        |privacy|terms|notice-?bar|alert-?bar|announcement|masthead|topbar|top-?bar|bottom-?bar|mobile-?(?:menu|nav)|site-?(?:header|footer|nav|info)|page-?footer|colophon
        |quick-?links|link-?(?:list|box)|links|linklist|listing|archive-?list|feed-?list|infinite-?scroll|load-?more|loader|spinner|skeleton|preloader|tooltips?|screen-?reader[a-z-]*|sr-?only|visually-?hidden
    )(?:[^a-z]|$)""",
    re.X,
)
_WEAK = re.compile(
    r"(?:^|[^a-z])(?:cards?|more|promos?|promo[a-z]*|teasers?|aside|box|boxes|extra|additional|inset|callout|pull-?quote|featured|highlights?|secondary|tertiary|supplement[a-z]*|explore|discover|collection|list|grid|embed|module|meta|bottom|after-?(?:content|post|article)|below|end-?of|postscript|stories|headlines)(?:[^a-z]|$)"
)
_COMMENTS = re.compile(
    r"(?:^|[^a-z])(?:comments?|comment-?[a-z]*|disqus|livefyre|respond|replies|discussion|fb-?comments?|binh-?luan|y-?kien)(?:[^a-z]|$)"
)
_META = re.compile(
    r"(?:^|[^a-z])(?:by-?lines?|authors?|author-?name|post-?(?:meta|info|date|author)|entry-?(?:meta|date|footer)|article-?(?:meta|info|date|author)|date|dates|datetime|date-?time|timestamp|time|pub-?date|publish[a-z-]*|updated|dateline|posted-?(?:on|by)|read(?:ing)?-?time|time-?to-?read|meta-?(?:data|info)|category|categories|cat-?links|kicker|eyebrow|rubric|source|byline[a-z]*|writer|reporter|contributors?|credits|vcard|story-?(?:meta|info))(?:[^a-z]|$)"
)
_CAPTION = re.compile(
    r"(?:^|[^a-z])(?:captions?|[a-z]*caption|fig-?caption|wp-caption[a-z-]*|(?:image|photo|picture|img|media|figure)-?(?:caption|credit|desc|description|text|source|info|copyright)s?|credit|photo-?credit|photo(?:grapher)?|tplcaption|pcaption)(?:[^a-z]|$)"
)
_BODY = re.compile(
    r"(?:^|[^a-z])(?:article-{0,2}(?:body|content|text|copy|main|detail|entry|page)|(?:post|entry|story|news|blog|page|main|detail|single|item|body|node)-{0,2}(?:body|content|text|copy|article)|content-{0,2}(?:body|text|article|detail)|rich-?text|body-?copy|articlebody|storybody|postcontent|maincontent|afcbc-body|cms-body|fck-detail|journal-content-article|hentry|entry)(?:[^a-z]|$)"
)
_LEAD = re.compile(
    r"(?:^|[^a-z])(?:sapo|lead|lede|standfirst|deck|dek|sub-?(?:title|head|headline|heading|hed)|strapline|chapeau|intro|introduction|article-?(?:desc|description|summary|lead|intro|excerpt|dek)|summary|excerpt|abstract|teaser-?text|cms-desc|description)(?:[^a-z]|$)"
)
_TITLE = re.compile(
    r"(?:^|[^a-z])(?:(?:article|post|entry|story|page|news|detail|main)-{0,2}(?:title|headline|heading|header)|headline|title|cms-title)(?:[^a-z]|$)"
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
    "aside": Hint.FURNITURE,
    "menu": Hint.FURNITURE,
    "form": Hint.WEAK,
    "figcaption": Hint.CAPTION,
    "caption": Hint.CAPTION,
    "address": Hint.META,
}
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
    if _WEAK.search(text):
        hint |= Hint.WEAK
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
    return int(hint)


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


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})[^<>]{0,2000}>?")
_MANY_TAGS = 20_000
_DEEPEST = 512  # browsers give up at about this depth as well


def parse(text: str) -> LexborHTMLParser:
    """Parse HTML. Elements nested deeper than any author nests lose their tags: parsers take time in the square
    of the depth, and nothing is read out of such a depth anyway."""
    if text.count("<") > _MANY_TAGS:
        text = _flattened(text)
    return LexborHTMLParser(text)


def _flattened(text: str) -> str:
    depth = 0
    cuts: list[tuple[int, int]] = []
    for found in _TAG.finditer(text):
        tag = found[2].lower()
        if tag in _VOID or tag in _SKIPPED:
            continue
        if found[1]:
            depth = max(0, depth - 1)
            if depth >= _DEEPEST:
                cuts.append(found.span())
        else:
            if depth >= _DEEPEST:
                cuts.append(found.span())
            if tag not in _UNCLOSED:
                depth += 1
    if not cuts:
        return text
    kept = []
    end = 0
    for start, stop in cuts:
        kept.append(text[end:start])
        end = stop
    kept.append(text[end:])
    return " ".join(kept)


_UNCLOSED = frozenset(("p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody", "thead", "tfoot", "colgroup"))


def outline(root: LexborNode) -> Outline:
    """Walk a tree once. Iterative: nesting of any depth is as good as any other."""
    found = Outline()
    boxes, blocks = found.boxes, found.blocks
    box = Box(root.tag or "body", None, 0, "", "", 0)
    boxes.append(box)
    pieces: list[str] = []
    links = bold = 0
    in_link = in_bold = 0
    href: str | None = None
    stack: list[tuple[LexborNode, int, Box]] = []  # node, what ends with it: 0 nothing, 1 box, 2 link, 3 bold

    def flush() -> None:
        nonlocal links, bold, href
        if pieces:
            text = clean("".join(pieces))
            if text:
                if "\n" in text:
                    _split(text, box, links, bold, href, blocks)
                else:
                    blocks.append(Block(text, box, links, bold, href))
            pieces.clear()
            links = bold = 0
            href = None

    node: LexborNode | None = root.first_child
    while True:
        if node is None:
            if not stack:
                break
            node, kind, outer = stack.pop()
            if kind == 1:
                flush()
                box.end = len(blocks)
                box = outer
            elif kind == 2:
                in_link -= 1
            elif kind == 3:
                in_bold -= 1
            node = node.next
            continue
        tag = node.tag
        if tag == "-text":
            text = node.text_content or ""
            if text:
                pieces.append(text)
                if in_link:
                    links += len(text.strip())
                if in_bold:
                    bold += len(text.strip())
            node = node.next
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
        if tag in _INLINE:
            child = node.first_child
            kind = 0
            if tag == "a":
                if child is not None:
                    kind = 2
                    in_link += 1
                    href = node.attributes.get("href") or href
            elif tag in _BOLD:
                if child is not None:
                    kind = 3
                    in_bold += 1
            elif tag == "span":
                attributes = node.attributes
                if attributes:
                    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
                    hint = named(names)
                    style = attributes.get("style")
                    if style and _DISPLAY_NONE.search(style):
                        node = node.next
                        continue
                    if hint & 15 and child is not None:
                        flush()
                        kind = 1
                        stack.append((node, 1, box))
                        box = Box(tag, box, hint, names, attributes.get("itemprop") or "", len(blocks))
                        boxes.append(box)
                        node = child
                        continue
            elif tag == "time":
                attributes = node.attributes
                found.moments.append(
                    Moment(
                        len(blocks),
                        attributes.get("datetime") or attributes.get("content") or "",
                        clean(node.text() or ""),
                        attributes.get("itemprop") or "",
                        box,
                    )
                )
            if child is None:
                node = node.next
                continue
            stack.append((node, kind, box))
            node = child
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
        flush()
        child = node.first_child
        if child is None:
            if tag == "meta":
                pass
            node = node.next
            continue
        attributes = node.attributes
        hint = _TAG_HINTS.get(tag, 0)
        names = itemprop = ""
        if attributes:
            names = " ".join([v for k, v in attributes.items() if v and k in _NAMING])
            if names:
                hint |= named(names)
            itemprop = attributes.get("itemprop") or ""
            role = attributes.get("role")
            if role:
                hint |= _ROLES.get(role, 0)
            if "hidden" in attributes:
                hint |= 64
            style = attributes.get("style")
            if style and _DISPLAY_NONE.search(style):
                hint |= 64
        stack.append((node, 1, box))
        box = Box(tag, box, int(hint), names, itemprop, len(blocks))
        boxes.append(box)
        node = child
    flush()
    boxes[0].end = len(blocks)
    return found


_NAMING = frozenset(
    ("class", "id", "data-testid", "data-component", "data-role", "data-type", "type", "data-module", "data-name")
)


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
