"""The main text of a page: what is article and what is site (pure).

Three questions, in this order.

1. *Which boxes are furniture?* A name such as `related` or `sidebar` is hearsay: it is believed unless the box
   holds a good part of the prose of the page.
2. *Which box is the article?* Every block is worth what it adds to an article: prose counts for it, links and
   scraps against it. The box with the greatest sum is the one that takes all of the article and little else.
3. *Which blocks of it belong?* Captions go aside; bylines, dates, share bars, invitations, lists of links and
   headings with nothing under them go.
"""

import re
from dataclasses import dataclass, field

from pipeline import vietnamese
from pipeline.blocks import Block, Box, Hint, Outline, heading_level

_PROSE_END = frozenset('.!?…。！？:;"”’»)')
_SENTENCE = re.compile(r"[.!?…。！？]['\"”’»)]*(?:\s|$)")
_FURNITURE_SHARE = 0.4  # a furniture box with more of the page's prose than this is not believed

FURNITURE = int(Hint.FURNITURE | Hint.COMMENTS | Hint.HIDDEN)


@dataclass(slots=True)
class Body:
    """What was taken for the article, by index of block."""

    container: Box
    kept: list[int] = field(default_factory=list)
    captions: list[int] = field(default_factory=list)
    prose: int = 0  # characters of prose on the page
    taken: int = 0  # of it in the container
    lead: int | None = None
    listed: int = 0  # characters of link text in the container


def values(blocks: list[Block], known: frozenset[int]) -> tuple[list[float], list[int]]:
    """What each block is worth to an article, and how much prose it is (characters, 0 for scraps)."""
    worth: list[float] = []
    prose: list[int] = []
    for index, block in enumerate(blocks):
        length = len(block.text)
        own = length - block.links
        tag = block.box.tag
        if index in known:
            worth.append(-10.0)
            prose.append(0)
        elif own >= 80 and block.links < length * 0.4:
            amount = min(own, 700)
            worth.append(amount if block.text[-1] in _PROSE_END or own > 160 else amount * 0.5)
            prose.append(own)
        elif own >= 30 and block.text[-1] in '.!?…。！？”"' and block.links < length * 0.3:
            worth.append(own * 0.7)
            prose.append(own)
        elif block.links > length * 0.5:
            worth.append(-15.0 - min(block.links, 60) * 0.4)
            prose.append(0)
        else:
            worth.append(-4.0 if tag in ("li", "td", "th", "h2", "h3", "h4") else -10.0)
            prose.append(0)
    return worth, prose


def furniture(outline: Outline, prose: list[int]) -> list[bool]:
    """Which blocks stand in boxes that are named as furniture and believed to be it."""
    blocks, boxes = outline.blocks, outline.boxes
    sums = _prefix(prose)
    total = sums[-1]
    out = [False] * len(blocks)
    done = 0
    for box in boxes:
        if box.first < done and box.end <= done:
            continue
        hint = box.hint
        if not hint & FURNITURE or box.end == box.first:
            continue
        inside = sums[box.end] - sums[box.first]
        if hint & Hint.BODY and not hint & Hint.HIDDEN and inside:
            continue
        if inside > total * _FURNITURE_SHARE or box.tag in ("body", "html", "article", "main"):
            continue
        for index in range(box.first, box.end):
            out[index] = True
        done = max(done, box.end)
    return out


def _prefix(numbers: list[int] | list[float]) -> list[float]:
    total = 0.0
    sums = [total]
    for number in numbers:
        total += number
        sums.append(total)
    return sums


def container(outline: Outline, worth: list[float], out: list[bool]) -> Box:
    """The box with the greatest worth; of equals the innermost."""
    sums = _prefix([0.0 if gone else value for value, gone in zip(worth, out, strict=True)])
    best, best_sum = outline.boxes[0], float("-inf")
    for box in outline.boxes:
        if box.end == box.first:
            continue
        value = sums[box.end] - sums[box.first]
        if box.hint & Hint.BODY or box.itemprop == "articleBody":
            value *= 1.1
        elif box.tag in ("article", "main"):
            value *= 1.05
        if value >= best_sum:
            best, best_sum = box, value
    return best


def main_text(
    outline: Outline,
    *,
    known: frozenset[int] = frozenset(),
    strict: bool = False,
    title: str = "",
    article: str | None = None,
) -> Body:
    """Find the article among the blocks of a page.

    `known` are blocks the site's memory knows from other pages. With `strict` the outline *is* the article's
    body (a family's layout named it): nothing is searched for, only cleaned.
    """
    blocks = outline.blocks
    if not blocks:
        return Body(outline.boxes[0])
    worth, prose = values(blocks, known)
    if strict:
        out = [index in known for index in range(len(blocks))]
        box = outline.boxes[0]
    else:
        out = furniture(outline, prose)
        box = container(outline, worth, out)
    body = Body(box, prose=sum(prose), taken=sum(prose[box.first : box.end]))
    body.listed = sum(b.links for b in blocks[box.first : box.end])
    _select(outline, body, worth, prose, out, known)
    return body


def _select(
    outline: Outline, body: Body, worth: list[float], prose: list[int], out: list[bool], known: frozenset[int]
) -> None:
    blocks, box = outline.blocks, body.container
    kept: list[int] = []
    skipping = False  # under the heading of a side list
    for index in range(box.first, box.end):
        if out[index] or index in known:
            continue
        block = blocks[index]
        text = block.text
        own = block.box
        level = heading_level(own)
        if level and vietnamese.is_side_heading(text):
            skipping = True
            continue
        if skipping:
            if level or (prose[index] and block.links < len(text) * 0.2):
                skipping = False
            else:
                continue
        hint = _hints(own, box)
        if hint & Hint.CAPTION or own.tag == "figcaption":
            body.captions.append(index)
            continue
        if level:
            if level == 1 and not kept:
                continue
            if block.links > len(text) * 0.8 and level > 1:
                continue
            kept.append(index)
            continue
        if vietnamese.is_scrap(text):
            continue
        if hint & Hint.META and len(text) < 120 and not _SENTENCE.search(text):
            continue
        if prose[index]:
            kept.append(index)
            continue
        length = len(text)
        if block.links > length * 0.6:
            continue
        if own.tag in ("p", "li", "blockquote", "td", "th", "dd", "dt", "div", "pre", "body", "span", "section"):
            kept.append(index)
    body.kept = _without_orphans(blocks, kept)


def _hints(box: Box, stop: Box) -> int:
    hint = 0
    current: Box | None = box
    while current is not None and current is not stop:
        hint |= current.hint
        current = current.parent
    return hint


def _without_orphans(blocks: list[Block], kept: list[int]) -> list[int]:
    """Leave out headings with no text of their own or of a lower heading after them."""
    result: list[int] = []
    below = 7  # level of the heading met last (from the end) that has text under it, 0 when text came last
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
    """What can be told only when the headline is known."""
