"""Text dumps: what a crawler wrote of a page when it threw the tags away (pure).

Without tags the lines speak for themselves. The headline stands beside the page's first date; the article ends
at `./.`, at a heading of a side list, or where cards and dated titles begin; a line said twice is a related
link; a line after an empty picture slot, or with a credit, is a caption.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pipeline.reading import phrases, press_marks, scripts
from pipeline.reading.repair import clean
from spiders.dates import read_timestamp
from storage.folding import fold
from storage.records import Timestamp

_HEAD = 15  # lines above the first prose among which headline and date are looked for
_FULL = 700  # characters of one line that count
_SCRAP_WORTH = -35.0
_PROSE = 60  # characters from which a line with a full stop is prose
_SENTENCE = 30  # letters from which a line with a full stop is a sentence
_ENDS = tuple('.!?…。！？:;"”’»)/។။।')
_DAY = r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{2}-\d{2})(?:[ ,|–-]{1,3}\d{1,2}[:h]\d{2}(?::\d{2})?)?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_GLUED_BEFORE = re.compile(rf"^(?:date |ngày )?({_DAY}) ?(?=[^\W\d_]{{2}})(?!(?:GMT|UTC|AM|PM|SA|CH)\b)(.{{12,}})$")
_GLUED_BEHIND = re.compile(rf"^(.*[^\W\d_)])((?:{_DAY}|{_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {_MONTH} \d{{4}}))$")
_YEAR_FIRST = re.compile(r"\b(\d{4}) (\d{1,2})/ ?(\d{1,2})\b")
_ZONE_NAME = re.compile(r"(?<=\d) [A-Z]{3,5}$")
_CHANGED = re.compile(r"[\s(|,;–-]*(?=\b(?:updated?|last edited|modified|cập nhật|mis à jour)\b|수정|更新)", re.I)
_IS_CHANGE = re.compile(r"\s*(?:last )?(?:updated?|edited|modified|cập nhật|mis à jour|수정|更新)", re.I)
_SOURCE = re.compile(r"(?:来源|來源|记者|作者|编辑|責任編輯|出典|기자|interview by|words by)", re.I)
_CREDITED = re.compile(r"\([^()/]{2,40}/[^()/]{2,40}\)$")  # (Agency/Name) behind a caption
_FOOT = 6  # lines behind the article among which its date is looked for
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
    listing: bool = False  # headlines with a summary each
    cut: bool = False  # the last paragraph breaks off
    lines: list[str] = field(default_factory=list)


def dissect(
    text: str, zone: ZoneInfo, *, known: frozenset[str] = frozenset(), url: str = "", now: datetime | None = None
) -> Dump:
    """Find the article in a text dump.

    `zone` is assumed for dates that name none. `known` are lines that the site's memory knows from other pages.
    `url` tells by its words which line is the headline; after `now` nothing was published.
    A dump in which no prose is found comes back without paragraphs.
    """
    lines = _once(list(_lines(text, zone, now)))
    dump = Dump(lines=[line.text for line in lines], dated=sum(line.date is not None for line in lines))
    lines = [line for line in lines if line.text not in known or line.date]
    if not lines:
        return dump
    start, stop = _densest(lines)
    dump.listing = _is_list_of_summaries(lines[start:stop])
    top = _headline(lines, start, stop, dump, _slug_words(url), now)
    end = _end(lines, top, dump)
    if not dump.ended:
        end = max(top, min(end, stop))
    if end < len(lines) and end + 1 >= len(lines) and _is_cut(lines[end]):
        dump.cut, end = True, end + 1
    _sort(lines[top:end], dump)
    if dump.published is None:
        dump.published = _date_elsewhere(lines, top, end)
    _sign(lines[end : end + 8], dump)
    return dump


def _lines(text: str, zone: ZoneInfo, now: datetime | None) -> Iterator[Line]:
    slot = gap = False
    for raw in text.splitlines():
        line = clean(raw)
        if not line or line in "|-–—·•":
            gap = True
            slot = slot or ("\u00a0" in raw and not line)
            continue
        for part in _unglued(line):
            yield Line(part, slot, gap, _date(part, zone, now), press_marks.doubled(part))
            slot = gap = False


def _once(lines: list[Line]) -> list[Line]:
    """The lines of a dump in which every paragraph stands twice, each once."""
    twice = sum(_is_prose(line) and _is_twice(lines, index) for index, line in enumerate(lines))
    if twice < 3 or 2 * twice < 0.8 * sum(map(_is_prose, lines)):
        return lines
    return [line for index, line in enumerate(lines) if not (index and _is_twice(lines, index - 1))]


def _unglued(line: str) -> list[str]:
    """A line as the lines that it was made of, where a date was written to the words beside it."""
    if len(line) <= 300 and _DIGITS.search(line):
        before = _GLUED_BEFORE.match(line)
        if before:
            return [before[1], before[2]]
        behind = _GLUED_BEHIND.match(line)
        if behind and not line.endswith(" " + behind[2]):
            return [behind[1], behind[2]]
    return [line]


def _date(line: str, zone: ZoneInfo, now: datetime | None) -> Timestamp | None:
    """The moment that a line states which is little else than a date."""
    if len(line) > 90 or not _DIGITS.search(line) or (len(line) > 60 and scripts.ends_sentence(line)):
        return None
    if len(re.findall(r"[^\W\d_]{2,}", line)) > 7:
        return None  # a sentence or title with a date in it
    text = _YEAR_FIRST.sub(r"\1-\2-\3", line)
    first = _CHANGED.split(text)[0]
    return (
        read_timestamp(text, zone, now=now)
        or (read_timestamp(first, zone, now=now) if first and first != text else None)
        or read_timestamp(text, zone, now=now, month_first=True)
        or read_timestamp(_ZONE_NAME.sub("", text), zone, now=now)
    )


def _is_prose(line: Line) -> bool:
    text = line.text
    if line.date is not None or line.double is not None:
        return False
    weight = scripts.length(text)
    if weight >= 200 or (weight >= _PROSE and text.endswith(_ENDS)):
        return True
    if scripts.is_unspaced(text):
        return weight >= _SENTENCE + 20
    return weight >= _SENTENCE and scripts.ends_sentence(text) and not phrases.is_scrap(text)


def _is_cut(line: Line) -> bool:
    """Whether the last line of a dump is a paragraph that breaks off."""
    return line.date is None and scripts.length(line.text) >= 40 and not _is_furniture(line.text)


def _is_list_of_summaries(lines: list[Line]) -> bool:
    """Whether prose stands in single lines, each under a headline of its own: a listing and no article."""
    prose = [index for index, line in enumerate(lines) if _is_prose(line)]
    if len(prose) < 3:
        return False
    alone = [
        index
        for index in prose
        if index
        and not _is_prose(lines[index - 1])
        and any(15 <= scripts.length(line.text) <= 160 and not line.date for line in lines[max(0, index - 2) : index])
    ]
    longest = max(scripts.length(lines[index].text) for index in prose)
    return len(alone) >= len(prose) - 1 and longest < 420 and sum(line.date is not None for line in lines) >= 2


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


def _slug_words(url: str) -> frozenset[str]:
    """The words of an address, folded; none where it is a number."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return frozenset()
    for part in reversed(path.split("/")[-3:]):
        words = frozenset(re.findall(r"[^\W\d_]{2,}", fold(part)))
        if len(words) >= 3:
            return words
    return frozenset()


def _headline(lines: list[Line], start: int, stop: int, dump: Dump, slug: frozenset[str], now: datetime | None) -> int:
    """Fill in title and date, which stand around the first prose at `start`; the index of the first line after the
    title."""
    low = max(0, start - _HEAD)
    window = range(low, min(start + 4, len(lines)))
    dated = [index for index in window if lines[index].date and not _is_clock(lines, index, start, now)]
    dated = [index for index in dated if not _IS_CHANGE.match(lines[index].text)] or dated
    date_at = max((index for index in dated if index <= start), default=min(dated, default=None))
    best, best_score = None, 0.35
    for index in window:
        line = lines[index]
        text, weight = line.text, scripts.length(line.text)
        if line.date or line.double or not 12 <= weight <= 300 or _is_no_headline(text):
            continue
        if index + 1 < len(lines) and lines[index + 1].text.startswith(text) and _is_credited(lines[index + 1].text):
            continue  # the alternative text of a picture, before its caption
        words = frozenset(re.findall(r"[^\W\d_]{2,}", fold(text)))
        named = len(words & slug) / len(slug) if slug else 0.0
        named = named if named >= 0.6 and len(words) <= 1.6 * len(slug) + 3 else 0.0
        if (
            _is_prose(line)
            and (text.endswith((".", "。")) or weight >= 200)
            and not named
            and (index >= start + 1 or date_at is None or abs(index - date_at) > 1 or index > date_at)
        ):
            continue  # a headline may end like prose only where more speaks for it
        score = min(weight, 90) / 90 - 0.4 * abs(start - index) / _HEAD + 1.6 * named
        if date_at is not None:
            score += {1: 1.2, 2: 0.8, 3: 0.3}.get(abs(index - date_at), 0.0)
        if index == start - 1:
            score += 0.5
        later = [other.text for other in lines[index + 1 : min(index + 40, stop + 1)]]
        if weight >= 20 and any(other != text and other.startswith(text) for other in later):
            score += 1.0  # as the caption or the alternative text of the first picture
        if text in later[:5] or any(text in other.text for other in lines[: min(index, 5)]):
            score += 0.3
        if text.endswith(".") and not named:
            score -= 0.5
        if press_marks.caption_evidence(text) >= 2 and index == start - 1 and not named:
            score -= 0.7  # a scene, right over the text
        if weight < 25 and not named:
            score -= 0.4  # as short as a section's or a site's name
        if score > best_score:
            best, best_score = index, score
    if date_at is not None:
        dump.published = lines[date_at].date
    if best is None:
        return start if date_at is None else max(start, date_at + 1) if date_at >= start else start
    dump.title = lines[best].text
    return min(best + 1, start) if best > start and len(lines[start].text) > len(dump.title) else best + 1


def _is_clock(lines: list[Line], index: int, start: int, now: datetime | None) -> bool:
    """Whether a date in the head of the page is today's: of the day of the capture, apart from headline and text."""
    stamp = lines[index].date
    if stamp is None or index > start:
        return False
    if now is not None and stamp.at.astimezone(now.tzinfo).date() == now.date() and start - index > 2:
        return True
    later = any(line.date for line in lines[index + 1 : start + 3])
    return index <= 3 and start - index > 4 and later


def _is_no_headline(text: str) -> bool:
    return (
        _is_furniture(text)
        or "|" in text
        or press_marks.caption_evidence(text) >= 4
        or bool(press_marks.signature(text)[1])
        or bool(_SOURCE.match(text))
        or bool(_CREDITED.search(text))
        or text.lower().startswith(("tags", "từ khóa", "ảnh:", "photo:"))
    )


def _is_credited(text: str) -> bool:
    return press_marks.is_caption(text) or _CREDITED.search(text) is not None


def _date_elsewhere(lines: list[Line], top: int, end: int) -> Timestamp | None:
    """The date of an article that names none at its head: right behind its end, where agencies put it."""
    return next((line.date for line in lines[max(top, end - 1) : end + _FOOT] if line.date), None)


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
    seen: set[str] = set()
    opening = ""
    for index in range(top, len(lines)):
        line = lines[index]
        if _is_prose(line):
            if prose and _card(lines, index):
                return last
            again = line.text in seen or (opening and len(line.text) > len(opening) and line.text.endswith(opening))
            if again and prose >= 2 and not _is_twice(lines, index - 1):
                dump.ended = True  # the body begins again: for printers, for telephones
                return last
            opening = opening or (line.text if scripts.length(line.text) >= 40 else "")
            seen.add(line.text)
            prose += 1
            last = index + 1
            if press_marks.ends_story(line.text):
                dump.ended = True
                return index + 1
            continue
        if not prose:
            continue
        if (
            phrases.is_side_heading(line.text)
            and not (line.text.endswith(":") and index + 2 < len(lines) and _is_prose(lines[index + 2]))
            and not _goes_on(lines, index + 1)
        ):
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
    """A card of a related story begins here: its title twice in a row, each on a line of its own. A line that stands
    twice with paragraphs behind it is a caption."""
    if not _is_twice(lines, index):
        return False
    following = range(index + 2, min(index + 8, len(lines)))
    if any(_is_twice(lines, other) for other in following[:2]):
        return True
    prose = 0
    for other in following:
        line = lines[other]
        if line.date is not None or phrases.is_side_heading(line.text):
            break
        prose += _is_prose(line)
    return prose == 0


def _is_twice(lines: list[Line], index: int) -> bool:
    return index + 1 < len(lines) and lines[index].text == lines[index + 1].text and len(lines[index].text) > 12


def _sort(lines: list[Line], dump: Dump) -> None:
    """Tell the article's own lines from captions and what stands between them."""
    body: list[tuple[int, str]] = []
    after_alt = skipping = False  # skipping: under the heading of an inline list
    breaks: list[int] = []  # where something that is no paragraph stood
    told: set[str] = set()
    for index, line in enumerate(lines):
        text = line.text
        if _is_twice(lines, index) or (index and _is_twice(lines, index - 1)):
            dump.captions.append(text)
            continue
        if text in told and scripts.length(text) > 40:
            continue
        told.add(text)
        follows = index + 1 < len(lines) and len(text) > 12 and lines[index + 1].text.startswith(text)
        if follows and press_marks.is_caption(lines[index + 1].text):
            dump.captions.append(text)
            continue
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
        scene = evidence >= 2 and not scripts.ends_sentence(text) and 15 < len(text) < 190 and not text.endswith(_ENDS)
        if (evidence >= 4 or scene or (len(text) < 300 and _CREDITED.search(text))) and not press_marks.ends_story(
            text
        ):
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
