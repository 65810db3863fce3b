"""Which of a page's titles is the article's headline, and where it stands (pure).

The heading that the page shows is believed before the titles that it tells machines; those decide which of several
headings it is.
"""

import re
from collections import Counter
from collections.abc import Iterable

from pipeline.reading.blocks import Box, Outline
from pipeline.reading.boilerplate import Body
from pipeline.reading.element_names import Meaning
from pipeline.reading.metadata import Head, Linked, site_names

_SEPARATOR = re.compile(r"\s+(?:[|\-–—•·»:~/]|::|>>?)\s+|\s*\|\s*|\s+[»›]\s*")
_COUNTER = re.compile(r"\s*\((?:[\w-]{1,63}\.){1,4}[a-z]{2,18}\)\s*\d{0,5}")
_WORD = re.compile(r"\w+")
_NO_WORD = re.compile(r"\W+")
_GENERIC = re.compile(
    r"^(?:xuất bản thông tin|cổng thông tin.*|trang chủ|trang tin.*|home(?:\s?page)?|index|untitled.*|document"
    r"|accueil|inicio|главная|首页|trang thông tin điện tử.*|loading.*|article|news|blog)$",
    re.I,
)


def tokens(text: str) -> Counter[str]:
    """The words of a text, for comparison."""
    return Counter(_WORD.findall(text.lower()))


def likeness(a: Counter[str], b: Counter[str]) -> float:
    """F1 of the words of two texts."""
    both = sum((a & b).values())
    return 2 * both / (sum(a.values()) + sum(b.values())) if both else 0.0


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
    for span in spans:  # what stands behind the part that the article's own words repeat, is the site's
        part = title[: span.start()].strip()
        if len(part) >= 15 and any(_key(part) == key for key in headings):
            return part
    if end == len(title) and start == 0:
        last = spans[-1]
        tail, body = title[last.end() :], title[: last.start()]
        # `A headline of some length | Short name`: what stands behind a bar is the site's or the section's.
        bar = next((span for span in spans if "|" in span.group()), None)
        if bar is not None and bar.start() >= 20:
            body = title[: bar.start()]
            return body.strip() if len(spans) > 1 else without_site(body.strip(), names, shown)
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
    first = body.kept[0] if body.kept else 0
    texts += [block.text for block in tree.blocks[max(0, first - 6) : first + 3] if len(block.text) < 200]
    linked = [block.text for block in tree.blocks if len(block.text) < 40 and block.links > 0.5 * len(block.text)][:80]
    own = {_key(name) for name in names}
    titles = (
        head.meta("og:title", "twitter:title"),
        head.title,
        data.headline,
        head.meta("title", "dc.title", "headline"),
    )
    said = [without_site(title, names + linked, texts) for title in titles if title]
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
        if box.hint & Meaning.TITLE or box.itemprop == "headline":
            score += 0.1
        if box.first > body.container.first + 12 and box.tag != "h1":
            score -= 0.3
        if score > best_score:
            best, best_score = text, score
    if best and best_score >= 0.6:
        return _without_counter(best, said)
    ones = [text for text, box in shown if box.tag == "h1" and not _is_generic(text, own)]
    above = _right_above(shown, tree, body, own)
    if above and not any(likeness(tokens(above), claim) >= _AGREES for claim in claims):
        # What stands over the text as its heading, and no title agrees with: these are the site's, unless two of
        # them say the same, or JSON-LD names another headline.
        agreed = Counter(_key(title) for title in (head.meta("og:title"), hinted, data.headline) if title)
        unnamed = not data.headline or _is_generic(data.headline, own)
        if unnamed and max(agreed.values(), default=0) < 2 and (not said or len(said[0]) < 1.5 * len(above)):
            return above
    if data.headline and said and not ones:
        named = without_site(data.headline, names, texts)
        if not _is_generic(named, own) and len(named) > _SHORT and len(said[0]) <= _SHORT:
            return named
    if said and not (len(ones) == 1 and len(ones[0]) > 12 and best_score >= 0.4):
        return said[0]
    return ones[0] if ones else best or (hinted or "")


_AGREES = 0.5  # likeness from which a title speaks of the same thing as a heading
_SHORT = 25  # characters: a title that short may be a section's or a site's
_ABOVE = 8  # blocks between a headline and its text: date, byline, share bar, picture


def _right_above(shown: list[tuple[str, Box]], tree: Outline, body: Body, own: set[str]) -> str:
    """The heading that stands right over the text: an h1, else what is named as a title, else an h2."""
    first = body.lead if body.lead is not None else body.kept[0] if body.kept else None
    if first is None:
        return ""
    best, best_rank = "", 0.0
    for text, box in shown:
        if len(text) < 12 or _is_generic(text, own) or not first - _ABOVE <= box.first <= first:
            continue
        linked = sum(block.links for block in tree.blocks[box.first : box.end])
        if linked > len(text) * 0.5:
            continue
        named = box.hint & Meaning.TITLE or box.itemprop == "headline"
        rank = (3 if box.tag == "h1" else 2 if named else 1) + box.first / (first + 1)
        if rank > best_rank:
            best, best_rank = text, rank
    return best


def _without_counter(text: str, said: list[str]) -> str:
    """A heading without the source's host and the number of comments that some sites write behind it."""
    for title in said:
        if len(title) >= 15 and text.startswith(title) and _COUNTER.fullmatch(text, len(title)):
            return title
    return text


def _is_generic(title: str, own: set[str]) -> bool:
    """Whether all parts of a title are a portal's words for any page or the site's own name."""
    return all(_GENERIC.match(part) or _key(part) in own for part in _SEPARATOR.split(title))


def _key(text: str) -> str:
    return _NO_WORD.sub("", text.lower())


def _headings(tree: Outline) -> list[tuple[str, Box]]:
    found = []
    for box in tree.boxes:
        if box.tag == "h1" or (
            (box.tag == "h2" or box.hint & Meaning.TITLE or box.itemprop == "headline") and box.end - box.first == 1
        ):
            text = " ".join(block.text for block in tree.blocks[box.first : box.end])
            if 3 <= len(text) <= 300:
                found.append((text, box))
                if len(found) > 60:
                    break
    return found


def position(tree: Outline, first: int) -> int:
    """Index of the first block of the headline: the last h1 before the text, or ten blocks above it."""
    start = max(0, first - 10)
    for box in tree.boxes:
        if box.first > first:
            break
        if box.tag == "h1":
            start = box.first
    return start
