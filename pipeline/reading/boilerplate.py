"""The main text of a page: what is article and what is site (pure).

Three questions, in this order.

1. *Which boxes are furniture?* A name such as `related` or `sidebar` is hearsay: it is believed unless the boxes
   of that name hold a good part of the prose of the page.
2. *Which box is the article?* Every block is worth what it adds to an article: prose counts for it, links and
   scraps against it. The box with the greatest sum is the one that takes all of the article and little else.
3. *Which blocks of it belong?* Captions go aside; bylines, dates, share bars, invitations, lists of links and
   headings with nothing under them go.
"""

import re
from dataclasses import dataclass, field
from itertools import accumulate

from pipeline.reading import phrases, press_marks
from pipeline.reading.blocks import Block, Box, Outline, heading_level
from pipeline.reading.element_names import Meaning

_PROSE_END = frozenset('.!?…。！？:;"”’»)')
_SENTENCE_END = frozenset('.!?…。！？”"')
_SENTENCE = re.compile(r"[.!?…。！？]['\"”’»)]*(?:\s|$)")
_NO_WORD = re.compile(r"\W+")
_DIGITS = re.compile(r"\d+")
_WHOLE = frozenset(("body", "html", "article", "main"))

_CERTAIN_SHARE = 0.5  # of the page's prose: a box called `nav` or `related` with more is not believed
_HEARSAY_SHARE = 0.1  # of the prose outside such boxes: the same for weaker names
_LEAST_SHOWN = 80  # characters of prose that must be left for hidden text to be hidden
_LEAST_ARTICLE = 300  # characters; with less in hand the names were believed too readily

CERTAIN = Meaning.FURNITURE | Meaning.COMMENTS
FURNITURE = CERTAIN | Meaning.HEARSAY | Meaning.HIDDEN | Meaning.SCRAPS


@dataclass(slots=True)
class Body:
    """What was taken for the article, by index of block."""

    container: Box
    kept: list[int] = field(default_factory=list)
    captions: list[int] = field(default_factory=list)
    lead: int | None = None
    prose: int = 0  # characters of prose on the page
    taken: int = 0  # of it in the container
    listed: int = 0  # characters of link text in the container
    out: list[bool] = field(default_factory=list)  # by block: it stands in furniture


@dataclass(slots=True)
class _Sight:
    """The page as the three questions see it."""

    blocks: list[Block]
    boxes: list[Box]
    worth: list[float]
    prose: list[int]
    sums: list[int]  # of prose, running
    out: list[bool]

    def inside(self, box: Box) -> int:
        """Characters of prose in a box."""
        return self.sums[box.end] - self.sums[box.first]

    def is_behind(self, index: int, box: Box) -> bool:
        """Whether most of a box's prose stands before a block."""
        return self.sums[index] - self.sums[box.first] > self.sums[box.end] - self.sums[index]


def main_text(
    outline: Outline,
    *,
    known: frozenset[int] = frozenset(),
    strict: bool = False,
    title: str = "",
) -> Body:
    """Find the article among the blocks of a page.

    `known` are blocks the site's memory knows from other pages. With `strict` the outline *is* the article's
    body (a family's layout named it): nothing is searched for, only cleaned.
    """
    blocks = outline.blocks
    if not blocks:
        return Body(outline.boxes[0])
    worth, prose = values(blocks, known)
    sums = [0, *accumulate(prose)]
    sight = _Sight(blocks, outline.boxes, worth, prose, sums, [index in known for index in range(len(blocks))])
    box = outline.boxes[0]
    if not strict:
        _furnish(sight, FURNITURE)
        _clear_cards(sight)
        box = _container(sight)
        if _taken(sight, box) < _LEAST_ARTICLE and sums[-1] > 2 * _LEAST_ARTICLE:
            sight.out = [index in known for index in range(len(blocks))]
            _furnish(sight, 0)
            box = _container(sight)
    body = Body(box, prose=sums[-1], taken=sight.inside(box))
    body.out = sight.out
    body.listed = sum(b.links for b in blocks[box.first : box.end])
    _select(
        sight, body, frozenset([*(picture.position for picture in outline.pictures), *outline.slots]), title, strict
    )
    if not strict:
        body.lead = _lead(sight, body)
    return body


_SCRAP_WORTH = {"td": 0.0, "th": 0.0, "li": -4.0, "h2": -4.0, "h3": -4.0, "h4": -4.0}


def values(blocks: list[Block], known: frozenset[int]) -> tuple[list[float], list[int]]:
    """What each block is worth to an article, and how much prose it is (characters, 0 for scraps)."""
    worth: list[float] = []
    prose: list[int] = []
    for index, block in enumerate(blocks):
        text = block.text
        length = len(text)
        own = length - block.links
        if index in known or (own > 40 and phrases.is_consent(text)):
            worth.append(-10.0)
            prose.append(0)
        elif own >= 80 and block.links < length * 0.4:
            amount = min(own, 700)
            worth.append(amount if text[-1] in _PROSE_END or own > 160 else amount * 0.5)
            prose.append(own)
        elif own >= 30 and text[-1] in _SENTENCE_END and block.links < length * 0.3:
            worth.append(own * 0.7)
            prose.append(own)
        elif block.links > length * 0.5:
            worth.append(-15.0 - min(block.links, 60) * 0.4)
            prose.append(0)
        else:
            worth.append(_SCRAP_WORTH.get(block.box.tag, -10.0))
            prose.append(0)
    return worth, prose


# ── Which boxes are furniture ──────────────────────────────────────────────────────────────────────────────


def _furnish(sight: _Sight, believed: int) -> None:
    """Mark the blocks that stand in furniture. `believed` are the hints that count at all; tags always do."""
    total = sight.sums[-1]
    shares: dict[str, int] = {}
    certain = ends = 0
    named = [box for box in sight.boxes if box.hint & FURNITURE and box.end > box.first]
    for box in named:
        inside = sight.inside(box)
        if inside:
            key = _group(box)
            shares[key] = shares.get(key, 0) + inside
        if box.hint & CERTAIN and box.first >= ends:
            certain += inside
            ends = box.end
    rest = max(total - certain, 1)
    out = sight.out
    done = 0
    for box in named:
        hint = box.hint & FURNITURE
        if box.end <= done or box.tag in _WHOLE:
            continue
        if not (hint & believed or box.tag in ("nav", "footer", "menu")):
            continue
        inside = sight.inside(box)
        if inside:
            if box.hint & Meaning.BODY and not hint & Meaning.HIDDEN:
                continue
            if not hint & ~Meaning.SCRAPS:
                continue
            share = max(inside, shares[_group(box)])
            if hint & Meaning.COMMENTS:
                if total - share < _LEAST_ARTICLE:
                    continue
            elif hint & Meaning.HIDDEN or _asks_consent(sight, box):
                if total - inside < _LEAST_SHOWN:
                    continue  # shown by a script, or all there is
            elif hint & CERTAIN:
                if inside > total * _CERTAIN_SHARE or share > rest + certain * 0.5:
                    continue
            elif share > rest * _HEARSAY_SHARE:
                continue
        for index in range(max(done, box.first), box.end):
            out[index] = True
        done = box.end


def _asks_consent(sight: _Sight, box: Box) -> bool:
    """Whether a box is a dialog about cookies and data: most of its paragraphs speak of them."""
    if box.end - box.first > _DIALOG:
        return False
    texts = [block.text for block in sight.blocks[box.first : box.end] if len(block.text) > 40]
    said = sum(map(phrases.is_consent, texts))
    return said > 0 and 2 * said >= len(texts)


_DIALOG = 60  # blocks; a longer box is no dialog


def _group(box: Box) -> str:
    """What boxes of one kind have in common: their names but for numbers."""
    return _DIGITS.sub("", box.names) or box.tag


def _clear_cards(sight: _Sight) -> None:
    """Mark the cards of other stories: boxes alike in a row, each with a linked headline and little text, and
    `<article>`s of their own beside the one with the page's headline."""
    blocks, out = sight.blocks, sight.out
    groups: dict[tuple[int, str, str], list[Box]] = {}
    headed = [box for box in sight.boxes if box.tag == "h1"]
    headlines = [0, *accumulate([_is_headline(block, 20) for block in blocks])]  # running, as many boxes ask
    for box in sight.boxes:
        first, end = box.first, box.end
        if box.tag not in _CARD_TAGS or not 1 <= end - first <= _CARD or box.parent is None:
            continue
        if box.tag == "article":
            if not any(_is_headline(block, 12) for block in blocks[first:end]):
                continue
        elif end - first == 1 or headlines[first] == headlines[end]:
            continue
        if all(out[first:end]):
            continue
        if any(box.first <= one.first < box.end for one in headed):
            continue
        groups.setdefault((id(box.parent), box.tag, _DIGITS.sub("", box.names)), []).append(box)
    for (_, tag, _), cards in groups.items():
        prose = sum(sight.inside(card) for card in cards)
        rest = sight.sums[-1] - prose
        alone = tag == "article" and bool(headed)
        if rest < _LEAST_ARTICLE or (not alone and (len(cards) < 3 or prose > 260 * len(cards))):
            continue
        if not alone and not any(card.hint & _NAMED for card in cards[:3]) and _of_the_article(sight, cards):
            continue
        for card in cards:
            out[card.first : card.end] = [True] * (card.end - card.first)


def _of_the_article(sight: _Sight, cards: list[Box]) -> bool:
    """Whether cards in a row are what an article presents one after the other: their headlines are short, and its
    paragraphs stand before and after them."""
    links = [block.links for card in cards for block in sight.blocks[card.first : card.end] if _is_headline(block, 12)]
    if links and sum(links) > _HEADLINE * len(links):
        return False
    before = range(max(0, cards[0].first - 15), cards[0].first)
    after = range(cards[-1].end, min(len(sight.out), cards[-1].end + 15))
    return all(any(sight.prose[i] > 120 and not sight.out[i] for i in side) for side in (before, after))


_NAMED = FURNITURE | Meaning.META


def _is_headline(block: Block, least: int) -> bool:
    """Whether a block is all link and as long as a headline."""
    length = len(block.text)
    return least <= length <= 250 and block.links >= 0.8 * length


_CARD = 9  # blocks: picture credit, section, headline, date, author, summary, "read more" …
_CARD_TAGS = frozenset(("article", "div", "li", "section", "a", "figure", "dl"))
_CELLS = frozenset(("td", "th"))


# ── Which box is the article ───────────────────────────────────────────────────────────────────────────────


def _container(sight: _Sight) -> Box:
    """The box with the greatest worth; of equals the innermost."""
    sums = [0.0, *accumulate([0.0 if gone else value for value, gone in zip(sight.worth, sight.out, strict=True)])]
    best, best_sum = sight.boxes[0], float("-inf")
    for box in sight.boxes:
        first, end = box.first, box.end
        if end == first:
            continue
        value = sums[end] - sums[first]
        if box.hint & Meaning.BODY or box.itemprop == "articleBody":
            value *= 1.1
        elif box.tag in ("article", "main"):
            value *= 1.05
        if value >= best_sum:
            best, best_sum = box, value
    return best


def _taken(sight: _Sight, box: Box) -> int:
    return sum(sight.prose[i] for i in range(box.first, box.end) if not sight.out[i])


# ── Which blocks of it belong ──────────────────────────────────────────────────────────────────────────────


def _select(sight: _Sight, body: Body, pictures: frozenset[int], title: str, strict: bool) -> None:
    blocks, prose, container = sight.blocks, sight.prose, body.container
    kept: list[int] = []
    skip_to = container.first  # under the heading of a side list: up to here
    skipping = False
    tables: dict[int, bool] = {}
    seen: set[str] = set()
    for index in range(container.first, container.end):
        if sight.out[index] or index < skip_to:
            continue
        block = blocks[index]
        text = block.text
        own = block.box
        length = len(text)
        level = heading_level(own)
        if (level or length < 60) and phrases.is_side_heading(text) and not (prose[index] and not level):
            if phrases.opens_comments(text) and sight.is_behind(index, container):
                break
            section = _section(own, container)
            if (
                section is not None
                and not phrases.opens_contents(text)
                and sight.inside(section) < 0.35 * max(body.taken, 1)
            ):
                skip_to = section.end
            skipping = True
            continue
        if skipping:
            if level or (prose[index] and block.links < length * 0.2):
                skipping = False
            else:
                continue
        if own.tag in _CELLS and _in_table(own, tables, sight):
            kept.append(index)
            continue
        hint = _hints(own, container)
        if hint & Meaning.CAPTION or _is_caption(text, index in pictures, title):
            body.captions.append(index)
            continue
        if level:
            if not (level == 1 and not kept) and block.links <= length * 0.8:
                kept.append(index)
            continue
        if phrases.is_scrap(text) or text.startswith(('{"', "[{")):
            continue
        if hint & Meaning.META and length < 120 and not _SENTENCE.search(text):
            continue
        if not prose[index] and block.links > length * 0.6 and (own.tag not in _ITEMS or length >= _HEADLINE):
            if _is_linked_sentence(block, sight):
                kept.append(index)
            continue
        if prose[index] and length > 40:
            if text in seen:
                continue
            seen.add(text)
        kept.append(index)
    body.kept = _without_orphans(blocks, _without_fringe(sight, kept, strict))
    if not strict:
        teasers = trailing_teasers(blocks, body.kept)
        if 2 <= teasers < len(body.kept):
            del body.kept[-teasers:]


def _is_caption(text: str, pictured: bool, title: str) -> bool:
    if pictured or text == title or (len(text) < 300 and ("(" in text or ": " in text)) or "hoto" in text:
        # Beside a picture half of the evidence is enough.
        is_one = press_marks.caption_evidence(text, title) >= 2 if pictured else press_marks.is_caption(text, title)
        return is_one and not press_marks.ends_story(text)
    return False


def _without_fringe(sight: _Sight, kept: list[int], strict: bool) -> list[int]:
    """Leave out scraps before the first (unless a layout has said where the text begins) and after the last prose,
    and what pitches the site or its author there."""
    blocks, prose = sight.blocks, sight.prose

    def solid(index: int) -> bool:
        block = blocks[index]
        if prose[index] > 0 or (block.box.tag in _LISTED and block.links <= 0.6 * len(block.text)):
            return True
        return block.links > 0.6 * len(block.text) and _is_linked_sentence(block, sight)

    first = next((place for place, index in enumerate(kept) if solid(index)), None)
    if first is None:
        return kept
    last = next(place for place in range(len(kept) - 1, -1, -1) if solid(kept[place]))
    inner = [index for index in kept[:first] if strict or heading_level(blocks[index].box)] + kept[first : last + 1]
    edge = {*inner[:3], *inner[-5:]}
    inner += [index for index in kept[last + 1 : last + 4] if _is_signed(blocks[index].text)]
    return [index for index in inner if not (index in edge and phrases.is_pitch(blocks[index].text))]


def trailing_teasers(blocks: list[Block], kept: list[int]) -> int:
    """How many of the last kept blocks are teasers: short, and each right behind a linked headline of its own."""
    count = 0
    for index in reversed(kept):
        block = blocks[index]
        teased = index > 0 and len(block.text) < _TEASER and block.links < 0.3 * len(block.text)
        if not teased or not _is_headline(blocks[index - 1], 15):
            break
        count += 1
    return count


_TEASER = 220  # characters


def _is_linked_sentence(block: Block, sight: _Sight) -> bool:
    """Whether a paragraph that is all link is a sentence among the article's paragraphs, and no headline."""
    text, around = block.text, block.box.parent
    if block.box.tag != "p" or around is None or len(text) < _SENTENCE_LENGTH:
        return False
    return text.rstrip('"”’»)')[-1:] in (".", "。") and sight.inside(around) > 5 * len(text)


def _is_signed(text: str) -> bool:
    return press_marks.is_name(text) or any(press_marks.signature(text))


_ITEMS = frozenset(("li", "td", "th", "dd", "dt"))
_SENTENCE_LENGTH = 60
_HEADLINE = 40  # characters: a link of that length in a list is another story, a shorter one a thing listed
_LISTED = frozenset(("li", "td", "th", "dd", "dt", "blockquote", "pre", "code"))


def _in_table(cell: Box, tables: dict[int, bool], sight: _Sight) -> bool:
    """Whether a cell belongs to a table of data: rows of short cells, not a frame around text, not a menu."""
    table: Box | None = cell
    while table is not None and table.tag != "table":
        table = table.parent
    if table is None:
        return False
    known = tables.get(id(table))
    if known is None:
        cells = sight.blocks[table.first : table.end]
        length = sum(len(block.text) for block in cells)
        links = sum(block.links for block in cells)
        known = len(cells) >= 4 and length < 150 * len(cells) and links < 0.7 * length
        tables[id(table)] = known
    return known


def _lead(sight: _Sight, body: Body) -> int | None:
    """A lead that stands between the headline and the article's box, or first in it under a lead's name."""
    blocks, container = sight.blocks, body.container
    heading = max((box.end for box in sight.boxes if box.tag == "h1" and box.end <= container.first), default=None)
    if heading is not None and container.first - heading <= 25:
        for index in range(heading, container.first):
            block = blocks[index]
            text = block.text
            if sight.out[index] or len(text) < 40 or block.links > 0.3 * len(text):
                continue
            hint = _hints(block.box, container)
            if not (sight.prose[index] or hint & Meaning.LEAD) or hint & Meaning.CAPTION:
                continue
            if not phrases.is_scrap(text) and not phrases.is_pitch(text):
                body.kept = [other for other in body.kept if blocks[other].text != text]
                return index
    if len(body.kept) > 1 and blocks[body.kept[0]].box.hint & Meaning.LEAD and sight.prose[body.kept[0]]:
        return body.kept.pop(0)
    return None


def _section(heading: Box, container: Box) -> Box | None:
    """The box that a heading opens: the nearest one around it with more in it; None when that is the article."""
    box: Box | None = heading
    while box is not None and box is not container and box.end - box.first < 2:
        box = box.parent
    return None if box is container else box


def _hints(box: Box, stop: Box) -> int:
    """The hints of a box and of what stands around it, as far as they can be believed of this block."""
    hint = box.hint
    current = box.parent if box is not stop else None
    for _ in range(4):
        if current is None or current is stop:
            break
        if current.hint & (Meaning.CAPTION | Meaning.META) and current.end - current.first <= 4:
            hint |= current.hint
        current = current.parent
    return hint


def _without_orphans(blocks: list[Block], kept: list[int]) -> list[int]:
    """Leave out headings with no text of their own or of a lower heading after them."""
    result: list[int] = []
    below = 7  # level of the heading met last (from the end) that has text under it
    has_text = False
    for index in reversed(kept):
        level = heading_level(blocks[index].box)
        if not level:
            has_text = True
            below = 7
            result.append(index)
        elif has_text or level < below <= 6:
            result.append(index)
            below = level
            has_text = False
    result.reverse()
    return result


def finish(outline: Outline, body: Body, title: str) -> None:
    """What can be told only when the headline is known: it does not stand in the text again."""
    wanted = _NO_WORD.sub("", title.lower())
    near = range(len(title) - 10, len(title) + 11)
    body.kept = [
        index
        for index in body.kept
        if (len(text := outline.blocks[index].text) not in near or _NO_WORD.sub("", text.lower()) != wanted)
        and not (title and text.startswith(title) and phrases.is_scrap(text[len(title) :]))
    ]


def paragraphs(outline: Outline, body: Body) -> list[str]:
    """The kept blocks as paragraphs; the cells of a table's row are one, with bars between them."""
    result: list[str] = []
    row: Box | None = None
    for index in body.kept:
        block = outline.blocks[index]
        around = block.box.parent if block.box.tag in _CELLS else None
        if around is not None and around is row:
            result[-1] += " | " + block.text
        else:
            result.append(block.text)
        row = around
    return result
