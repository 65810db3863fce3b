"""Text dumps: what a crawler wrote of a page when it threw the tags away (pure).

Without tags the lines speak for themselves. The headline stands beside the page's first date; the article ends
at `./.`, at a heading of a side list, or where cards and dated titles begin; a line said twice is a related
link; a line after an empty picture slot, or with a credit, is a caption.
"""

import re
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from pipeline.reading import phrases, press_marks
from pipeline.reading.repair import clean
from spiders.dates import read_timestamp
from storage.records import Timestamp

_HEAD = 15  # lines above the first prose among which headline and date are looked for
_FULL = 700  # characters of one line that count
_SCRAP_WORTH = -35.0
_PROSE = 60  # characters from which a line with a full stop is prose
_ENDS = tuple('.!?…。！？:;”"’)»/')
_DIGITS = re.compile(r"\d{1,4}\D{1,4}\d{1,4}|(?:19|20)\d{2}")


@dataclass(slots=True)
class Line:
    """One line of a dump. `slot` is True when an empty paragraph (where a picture stood) came before it."""

    text: str
    slot: bool
    gap: bool  # an empty line of any kind came before it
    date: Timestamp | None = None
    double: str | None = None


@dataclass(slots=True)
class Dump:
    """What the lines of a dump were taken for."""

    title: str = ""
    published: Timestamp | None = None
    lead: str | None = None
    paragraphs: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    byline: str | None = None
    agency: str | None = None
    ended: bool = False  # the end was marked, not only guessed
    dated: int = 0  # lines that are nothing but a date
    lines: list[str] = field(default_factory=list)


def dissect(text: str, zone: ZoneInfo, *, known: frozenset[str] = frozenset()) -> Dump:
    """Find the article in a text dump.

    `zone` is assumed for dates that name none. `known` are lines that the site's memory knows from other pages.
    A dump in which no prose is found comes back without paragraphs.
    """
    lines = _lines(text, zone)
    dump = Dump(lines=[line.text for line in lines], dated=sum(line.date is not None for line in lines))
    lines = [line for line in lines if line.text not in known or line.date]
    if not lines:
        return dump
    start, stop = _densest(lines)
    top = _headline(lines, start, dump)
    end = _end(lines, top, dump)
    if not dump.ended:
        end = max(top, min(end, stop))
    _sort(lines[top:end], dump)
    _sign(lines[end : end + 8], dump)
    return dump


def _lines(text: str, zone: ZoneInfo) -> list[Line]:
    lines: list[Line] = []
    slot = gap = False
    for raw in text.splitlines():
        line = clean(raw)
        if not line or line in "|-–—·•":
            gap = True
            slot = slot or ("\u00a0" in raw and not line)
            continue
        date = None
        if len(line) <= 60 and _DIGITS.search(line):
            date = read_timestamp(line, zone)
            if date is not None and len(re.findall(r"[^\W\d_]{2,}", line)) > 7:
                date = None  # a sentence or title with a date in it
        lines.append(Line(line, slot, gap, date, press_marks.doubled(line)))
        slot = gap = False
    return lines


def _is_prose(line: Line) -> bool:
    text = line.text
    return (
        line.date is None and line.double is None and len(text) >= _PROSE and (text.endswith(_ENDS) or len(text) >= 200)
    )


def _densest(lines: list[Line]) -> tuple[int, int]:
    """The run of lines that is worth most to an article: prose counts for it, scraps between count against it."""
    best = total = 0.0
    bounds = (0, len(lines))
    start = 0
    for index, line in enumerate(lines):
        if total <= 0:
            total, start = 0.0, index
        total += min(len(line.text), _FULL) if _is_prose(line) else _SCRAP_WORTH
        if total > best:
            best, bounds = total, (start, index + 1)
    return bounds


def _headline(lines: list[Line], start: int, dump: Dump) -> int:
    """Fill in title and date, which stand above the first prose at `start`; the index of the first line after the
    title."""
    window = range(max(0, start - _HEAD), start + 1)
    dated = [index for index in window if lines[index].date]
    date_at = max(dated, default=None)
    best, best_score = None, 0.0
    for index in window[:-1] if not start or _is_prose(lines[start]) else window:
        line = lines[index]
        if line.date or line.double or not 12 <= len(line.text) <= 300 or _is_furniture(line.text):
            continue
        score = min(len(line.text), 90) / 90 - 0.4 * (start - index) / _HEAD
        if date_at is not None:
            score += {1: 1.2, 2: 0.8, 3: 0.3}.get(abs(index - date_at), 0.0)
        later = [other.text for other in lines[index + 1 : index + 40]]
        if any(text != line.text and text.startswith(line.text) for text in later):
            score += 1.0  # as the caption or the alternative text of the first picture
        if line.text in later[:5] or any(line.text in other.text for other in lines[: min(index, 5)]):
            score += 0.3
        if line.text.endswith("."):
            score -= 0.5
        if score > best_score:
            best, best_score = index, score
    if date_at is not None:
        dump.published = lines[date_at].date
    if best is None:
        return start if date_at is None else max(start, date_at + 1) if date_at >= start else start
    dump.title = lines[best].text
    return best + 1


def _is_furniture(text: str) -> bool:
    return (
        press_marks.is_crumbs(text)
        or phrases.is_scrap(text)
        or phrases.is_side_heading(text)
        or press_marks.is_slug(text)
    )


def _end(lines: list[Line], top: int, dump: Dump) -> int:
    """Index of the first line that is not the article's any more."""
    prose = 0
    last = top
    for index in range(top, len(lines)):
        line = lines[index]
        if _is_prose(line):
            if prose and _card(lines, index):
                return last
            prose += 1
            last = index + 1
            if press_marks.ends_story(line.text):
                dump.ended = True
                return index + 1
            continue
        if not prose:
            continue
        if phrases.is_side_heading(line.text) and not _goes_on(lines, index + 1):
            dump.ended = True
            return last
        if line.date is not None and index + 2 < len(lines) and _dated_list(lines, index):
            return last
        if _card(lines, index):
            return last
    return last


def _goes_on(lines: list[Line], start: int) -> bool:
    """Whether the article goes on after a side heading: two of its paragraphs follow one another within a few lines.
    In a list of other stories every summary has its headline before it, often twice."""
    following = range(start, min(start + 14, len(lines) - 1))
    if any(_card(lines, index) for index in following):
        return False
    return any(_is_prose(lines[i]) and _is_prose(lines[i + 1]) for i in following)


def _dated_list(lines: list[Line], index: int) -> bool:
    """A run of titles with dates: at least two more dates in the next lines, with little else between."""
    return sum(line.date is not None for line in lines[index + 1 : index + 6]) >= 2


def _card(lines: list[Line], index: int) -> bool:
    """A card of a related story begins here: its title twice in a row, each on a line of its own."""
    return index + 1 < len(lines) and lines[index].text == lines[index + 1].text and len(lines[index].text) > 12


def _sort(lines: list[Line], dump: Dump) -> None:
    """Tell the article's own lines from captions and what stands between them."""
    body: list[tuple[int, str]] = []
    after_alt = skipping = False  # skipping: under the heading of an inline list
    breaks: list[int] = []  # where something that is no paragraph stood
    for index, line in enumerate(lines):
        text = line.text
        skipping = not _is_prose(line) and (skipping or phrases.is_side_heading(text))
        if skipping or line.double or line.date or press_marks.is_slug(text):
            breaks.append(index)
            continue
        if (
            dump.title
            and text != dump.title
            and text.startswith(dump.title)
            and re.search(r"\s[|–—-]\s", text[len(dump.title) :])
        ):
            after_alt = True
            breaks.append(index)
            continue
        if text == dump.title:
            continue
        evidence = press_marks.caption_evidence(text, dump.title) + 2 * line.slot + 2 * after_alt
        after_alt = False
        if evidence >= 4 and not press_marks.ends_story(text):
            dump.captions.append(text)
            if not line.slot:  # a picture among the paragraphs says nothing of what stands before it
                breaks.append(index)
            continue
        if phrases.is_scrap(text) or press_marks.is_crumbs(text):
            continue
        person, agency = press_marks.signature(text)
        if person or agency:
            dump.byline, dump.agency = dump.byline or person, dump.agency or agency
            continue
        if not body and not _is_prose(line):
            continue  # labels, names and places above the text
        body.append((index, text))
    if len(body) >= 3 and len(body[0][1]) >= _PROSE and any(body[0][0] < at < body[1][0] for at in breaks):
        dump.lead = body[0][1]
        body = body[1:]
    dump.paragraphs = [text for _, text in body]


def _sign(lines: list[Line], dump: Dump) -> None:
    """The signature under the article, if one stands among the lines after it."""
    for line in lines:
        text = line.text
        if phrases.is_side_heading(text) and not text.lower().startswith("nguồn"):
            return
        person, agency = press_marks.signature(text)
        if person or agency:
            dump.byline, dump.agency = dump.byline or person, dump.agency or agency
            return


def texts(text: str) -> list[str]:
    """The lines of a dump as the site's memory knows them."""
    return [line for line in map(clean, text.splitlines()) if line]
