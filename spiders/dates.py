"""Dates as the watched sites write them: a strict reader of one date field.

`read_timestamp` is handed the text of one field (a `time` element, an attribute, a `pubDate`, a line of a text
dump) and answers with a moment, how exactly it was stated, and whether the zone was ours to add. It answers None
rather than guess. What it decides, and why:

* **day first** (`07/08/2021` is 7 August), as everywhere in Vietnam; month first only for the form of the US
  locale (`10/2/2026 9:25:00 AM`: slashes, AM/PM, nothing padded with a zero), or when the caller says so;
* **AM/PM** is a true 12-hour clock (`12:05 AM` is 00:05), except that an hour above 12 makes a `PM` superfluous
  (`14:10 PM`, the ministry's 24-hour clock with a marker); contradictions (`14:10 AM`, `00:30 PM`) are refused;
* **`GMT+7`** is seven hours ahead of Greenwich and `+07` is +07:00; an offset past ±14:00 is refused, and so is
  a zone name we do not know behind a feed's date;
* **a weekday that disagrees with its date** makes the date unreadable: one of the two is wrong, and nothing
  says which;
* **two different dates** in one field are refused: nothing says which is the publication;
* **an impossible day or hour** is refused and never rolled over;
* **a year left out** is read only when the caller says what day it is (`now`).

The module is pure: no clock, no locale, no environment. It takes time in proportion to the text, and a text
longer than `LONGEST_FIELD` is no date field.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from spiders import date_forms as forms
from storage.records import Precision, Timestamp

LONGEST_FIELD = 500
"""Characters. A longer text is prose, and a date found in prose is not a publication time."""

FARTHEST_FUTURE = timedelta(days=2)
"""Past `now` by more than any confusion of zones can explain: not a publication time."""

FIRST_YEAR, LAST_YEAR = 1990, 2099

_unknown_zone = re.compile(" [A-Z]{1,5}$")
_decoration = re.compile(r"[\W_]|\b(?:lúc|hồi|vào|ngày|at|on|le|à|в|đăng|cập nhật)\b", re.IGNORECASE)
_spaces = re.compile(r"\s+")
_invisible = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class _Refused(Exception):  # noqa: N818 - not an error: the text states no date we may believe
    """What stands here is a date, but not one to believe."""


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of day as read: `start` and `end` in the text include its zone."""

    hour: int
    minute: int
    second: int | None
    microsecond: int
    zone: tzinfo | None
    marked: bool  # AM or PM was there
    padded: bool  # the hour was padded with a zero
    start: int
    end: int


def read_timestamp(
    text: str, zone: ZoneInfo, *, now: datetime | None = None, month_first: bool = False
) -> Timestamp | None:
    """The moment that a date field states, or None where it states none that may be believed.

    `zone` is used, and `zone_assumed` set, when the text names no zone of its own. `at` is in the text's own
    offset where it gives one, otherwise in `zone`; a date without a time is midnight there, with the precision
    `day`. With `now` (aware; ValueError otherwise) a moment more than two days ahead of it is refused, and a year
    left out is the latest one that is not ahead of it; without `now` a future date is passed on for the caller to
    judge.
    `month_first` reads all-numeric dates as month/day/year.

    Words may stand around the date (`Материал опубликован …`, `Cập nhật: …`); a second, different date may not.
    """
    if now is not None and now.utcoffset() is None:
        raise ValueError(f"now: a datetime without a time zone: {now!r}")
    if len(text) > LONGEST_FIELD:
        return None
    text = _spaces.sub(" ", _invisible.sub("", unicodedata.normalize("NFKC", text))).strip()
    try:
        readings = list(_readings(text, zone, month_first)) or list(_yearless_readings(text, zone, now, month_first))
    except _Refused:
        return None
    reading = _agreed(readings)
    if reading is None or (now is not None and reading.at > now + FARTHEST_FUTURE):
        return None
    return reading


def created_by_id(native_id: str, zone: ZoneInfo) -> Timestamp | None:
    """When the CMS made an article whose id carries the time; a fallback, never over a date that is stated.

    Forms: a site's prefix of three digits before `yyMMddHHmmssfff` (VCCorp), one of four before
    `yyMMddHHmmssff` (a provincial portal on the same system), or the bare `yyyyMMddHHmmssfff`. It is the time of
    creation, in local time: seen up to some minutes *after* the stated publication. None for any other id.
    """
    if not re.fullmatch(r"[0-9]{17,18}", native_id):
        return None
    starts = (0,) if len(native_id) == 17 else (3, 4)
    for start in starts:
        digits = native_id[start:] if start else native_id.removeprefix("20")
        if len(digits) not in (14, 15):
            continue
        year, month, day, hour, minute, second = (int(digits[i : i + 2]) for i in range(0, 12, 2))
        try:
            at = datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
        except ValueError:
            continue
        if at.year >= 2005:  # the system is younger than that
            return Timestamp(at=at, precision=Precision.SECOND, zone_assumed=True)
    return None


def day_in_slug(slug: str, zone: ZoneInfo) -> Timestamp | None:
    """The day at the head of a slug such as `29-08-2024-new-partnership` (who.int); None without one."""
    match = re.match(r"([0-9]{2})-([0-9]{2})-([0-9]{4})(?:-|$)", slug)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups())
    try:
        return _timestamp(_day(year, month, day), None, zone)
    except _Refused:
        return None


# ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────


def _readings(text: str, zone: ZoneInfo, month_first: bool) -> Iterator[Timestamp]:
    """Every dated moment of the text, in no particular order."""
    for match in forms.ASCTIME.finditer(text):
        clock = forms.TIME.fullmatch(match["clock"])
        assert clock is not None  # the one form contains the other
        stated = forms.ZONE_AFTER.fullmatch(match["where"] or "")
        if match["where"] and stated is None:
            raise _Refused
        at = _clock(clock, _offset(stated) if stated else None, match.start(), match.end())
        day = _day(int(match["year"]), _named(forms.MONTHS, match["name"]), int(match["day"]))
        _agree(_weekday(text, match.start(), match.end()), day)
        yield _timestamp(day, at, zone)
    clocks = list(_clocks(text))
    for form in forms.DATES:
        for match in form.finditer(text):
            clock_of = _clock_of(text, match, clocks)
            if clock_of is not None and _ends_in_unknown_zone(text, match, clock_of):
                raise _Refused  # `05 Oct 2026 11:07:00 XYZ`: somewhere, but we cannot say where
            day = _read_day(match, clock_of, month_first)
            begin = min(match.start(), clock_of.start) if clock_of else match.start()
            _agree(_weekday(text, match.start(), match.end()) or _weekday(text, begin, match.end()), day)
            yield _timestamp(day, clock_of, zone)


def _yearless_readings(text: str, zone: ZoneInfo, now: datetime | None, month_first: bool) -> Iterator[Timestamp]:
    """The moment of a field that is nothing but day and month (and weekday and time), in the newest fitting year."""
    if now is None:
        return
    clocks = list(_clocks(text))
    for form in forms.YEARLESS:
        for match in form.finditer(text):
            clock = _clock_of(text, match, clocks)
            weekday = _weekday(text, match.start(), match.end())
            rest = text[: match.start()] + " " + text[match.end() :]
            if clock:
                shown = text[clock.start : clock.end]
                rest = rest.replace(shown, " ", 1)
            for name in forms.WEEKDAYS if weekday is not None else ():
                rest = re.sub(rf"\b{re.escape(name)}\b", " ", rest, flags=re.IGNORECASE)
            if _decoration.sub("", rest):
                raise _Refused  # a fraction or a number in prose
            named = match.groupdict().get("name")
            first, second = int(match["day"]), 0 if named else int(match["month"])
            day_of, month = (second, first) if month_first and not named else (first, second)
            if named:
                month = _named(forms.MONTHS, named)
            for year in range(now.year + 1, now.year - 9, -1):  # nine years hold a 29 February
                try:
                    day = date(year, month, day_of)
                except ValueError:
                    continue
                reading = _timestamp(day, clock, zone)
                if reading.at <= now + FARTHEST_FUTURE:
                    _agree(weekday, day)
                    yield reading
                    break
            else:
                raise _Refused


def _clocks(text: str) -> Iterator[_Clock]:
    """Every time of day of the text with the zone behind it."""
    for match in forms.TIME.finditer(text):
        stated = forms.ZONE_AFTER.match(text, match.end())
        yield _clock(match, _offset(stated) if stated else None, match.start(), stated.end() if stated else match.end())


def _clock(match: re.Match[str], zone: tzinfo | None, start: int, end: int) -> _Clock:
    hour, minute = int(match["hour"]), int(match["minute"])
    second = int(match["second"]) if match["second"] else None
    half = (match["half"] or match["part"] or "").lower().replace(".", "")
    before_noon, after_noon = half in ("am", "sa", "sáng"), half in ("pm", "ch", "chiều", "tối")
    if (before_noon and hour > 12) or (after_noon and hour == 0):
        raise _Refused
    if before_noon and hour == 12:
        hour = 0
    elif after_noon and hour < 12:
        hour += 12
    if hour > 23 or minute > 59 or (second or 0) > 59:
        raise _Refused
    microsecond = int((match["fraction"] or "0").ljust(6, "0")[:6])
    padded = match["hour"].startswith("0")
    return _Clock(hour, minute, second, microsecond, zone, bool(half), padded, start, end)


def _offset(match: re.Match[str]) -> tzinfo:
    if match["vietnam"]:
        return forms.VIETNAM_TIME
    if match["zone"]:
        return timezone(timedelta(hours=_named(forms.ZONES, match["zone"])))
    stated = match["signed"] or match["offset"]
    digits = stated[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise _Refused
    return timezone((-1 if stated[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def _clock_of(text: str, match: re.Match[str], clocks: list[_Clock]) -> _Clock | None:
    """The time of day that belongs to a date: the one right beside it. On both sides: refused."""
    found = []
    after = forms.TIME_AFTER.match(text, match.end())
    for clock in clocks:
        if after is not None and clock.start == after.start("hour"):
            found.append(clock)
        elif 0 <= match.start() - clock.end <= 40:
            between = text[clock.end : match.start()]
            weekday = forms.WEEKDAY_BEFORE.search(between)
            if forms.GAP.fullmatch(between[: weekday.start()] if weekday else between):
                found.append(clock)
    if after is not None and not found:
        # `29/08/2024T…`: the T hides the time from the plain search
        stated = forms.ZONE_AFTER.match(text, after.end())
        end = stated.end() if stated else after.end()
        found.append(_clock(after, _offset(stated) if stated else None, after.start("hour"), end))
    if len(found) > 1:
        raise _Refused
    if not found:
        return None
    clock = found[0]
    if clock.end <= match.start() and clock.zone is None:
        behind = forms.ZONE_AFTER.match(text, match.end())  # 12:40 | 07/08/2021 GMT+7
        if behind is not None:
            return replace(clock, zone=_offset(behind))
    return clock


def _ends_in_unknown_zone(text: str, match: re.Match[str], clock: _Clock) -> bool:
    behind = clock.zone is None and clock.start >= match.end() and "name" in match.groupdict()
    return behind and _unknown_zone.match(text, clock.end) is not None


def _read_day(match: re.Match[str], clock: _Clock | None, month_first: bool) -> date:
    parts = match.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year < 50 else 1900  # RFC 2822, 4.3
    if parts.get("name"):
        return _day(year, _named(forms.MONTHS, parts["name"]), int(parts["day"]))
    day, month = int(parts["day"]), int(parts["month"])
    if match.start("day") < match.start("month") and (month_first or _is_american(parts, clock)):
        day, month = month, day
    return _day(year, month, day)


def _is_american(parts: dict[str, str | None], clock: _Clock | None) -> bool:
    """Whether slashes and AM/PM without any padding zero say month/day/year.

    `10/2/2026 9:25:00 AM` is the US locale's form. Where nothing is below ten (`10/12/2026 11:25 AM`) the
    padding cannot be seen, and the seconds decide: the ministry's padded form has none. A first number above 12
    can only be a day.
    """
    first, second = parts["day"] or "", parts["month"] or ""
    if clock is None or not clock.marked or parts["by"] != "/" or len(parts["year"] or "") != 4 or int(first) > 12:
        return False
    if first.startswith("0") or second.startswith("0") or clock.padded:
        return False
    return clock.second is not None or len(first) == 1 or len(second) == 1


def _weekday(text: str, start: int, end: int) -> int | None:
    """The weekday (Monday 0) named right before `start` or in brackets right after `end`."""
    match = forms.WEEKDAY_BEFORE.search(text[max(0, start - 40) : start]) or forms.WEEKDAY_AFTER.match(text, end)
    return _named(forms.WEEKDAYS, match["weekday"]) if match else None


def _named(table: dict[str, int], word: str) -> int:
    """The number of a name the forms matched; their case rules are a little wider than `lower` (`İ`)."""
    number = table.get(word.lower())
    if number is None:
        raise _Refused
    return number


def _agree(weekday: int | None, day: date) -> None:
    if weekday is not None and weekday != day.weekday():
        raise _Refused


def _day(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _Refused
    try:
        return date(year, month, day)
    except ValueError:
        raise _Refused from None


def _timestamp(day: date, clock: _Clock | None, zone: tzinfo) -> Timestamp:
    if clock is None:
        at = datetime(day.year, day.month, day.day, tzinfo=zone)
        return Timestamp(at=at, precision=Precision.DAY, zone_assumed=True)
    at = datetime(
        day.year,
        day.month,
        day.day,
        clock.hour,
        clock.minute,
        clock.second or 0,
        clock.microsecond,
        tzinfo=clock.zone or zone,
    )
    precision = Precision.MINUTE if clock.second is None else Precision.SECOND
    return Timestamp(at=at, precision=precision, zone_assumed=clock.zone is None)


def _agreed(readings: list[Timestamp]) -> Timestamp | None:
    """The one moment that all readings mean, the most exact statement of it; None where they differ."""
    if not readings:
        return None
    exact = [reading for reading in readings if reading.precision is not Precision.DAY] or readings
    best = exact[0]
    same_moment = all(reading.at == best.at for reading in exact)
    same_day = all(reading.at.date() == best.at.date() for reading in readings)
    return best if same_moment and same_day else None
