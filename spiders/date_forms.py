"""The forms in which dates are written: names of months, weekdays and zones, and patterns over them. Pure.

They only name the parts of a date (`day`, `month`, `hour` …); what the parts mean, and what is refused, is decided in
`spiders.dates`.
"""

import re
from collections.abc import Iterator
from datetime import timedelta, timezone

# ── Words ──────────────────────────────────────────────────────────────────────────────────────────────────

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv января янв enero ene",
            "february feb février fevrier févr fév февраля февр фев febrero",
            "march mar mars марта мар marzo",
            "april apr avril avr апреля апр abril abr",
            "may mai мая mayo",
            "june jun juin июня июн junio",
            "july jul juillet juil июля июл julio",
            "august aug août aout августа авг agosto ago",
            "september sept sep septembre сентября сент сен septiembre",
            "october oct octobre октября окт octubre",
            "november nov novembre ноября нояб ноя noviembre",
            "december dec décembre decembre déc декабря дек diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
MONTHS |= {
    f"tháng {name}": number
    for number, names in enumerate(
        (
            *("1 01 một giêng", "2 02 hai", "3 03 ba", "4 04 tư bốn", "5 05 năm", "6 06 sáu", "7 07 bảy bẩy"),
            *("8 08 tám", "9 09 chín", "10 mười", "11", "12 chạp"),
        ),
        start=1,
    )
    for name in names.split()
} | {"tháng mười một": 11, "tháng mười hai": 12}

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "thứ hai|thứ 2|t2|monday|mon|lundi|понедельник|lunes",
            "thứ ba|thứ 3|t3|tuesday|tues|tue|mardi|вторник|martes",
            "thứ tư|thứ 4|t4|wednesday|wed|mercredi|среда|miércoles",
            "thứ năm|thứ 5|t5|thursday|thurs|thur|thu|jeudi|четверг|jueves",
            "thứ sáu|thứ 6|t6|friday|fri|vendredi|пятница|viernes",
            "thứ bảy|thứ bẩy|thứ 7|t7|saturday|sat|samedi|суббота|sábado",
            "chủ nhật|chúa nhật|cn|sunday|sun|dimanche|воскресенье|domingo",
        )
    )
    for name in names.split("|")
}

_RFC_822_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONES = _RFC_822_ZONES | {
    name: hours
    for hours, names in ((0, "Z UT UTC GMT WET"), (1, "CET"), (2, "CEST"), (3, "MSK"), (7, "ICT"), (9, "JST KST"))
    for name in names.split()
}
ZONES = {name.lower(): hours for name, hours in _ZONES.items()}
"""Zone names in lower case → hours ahead of Greenwich."""

VIETNAM_TIME = timezone(timedelta(hours=7))


def _any_of(words: Iterator[str] | dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# ── Forms ──────────────────────────────────────────────────────────────────────────────────────────────────

_MONTH = rf"(?P<name>{_any_of(MONTHS)})\b\.?"
_TIME_FORM = (
    r"(?<![0-9:.,/])(?P<hour>[0-9]{1,2})(?::| ?(?:giờ|h|时|時|点|點|시) ?)(?P<minute>[0-9]{2})"
    r"(?: ?phút|'|分|분)?(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?(?![0-9:])"
    r"(?: ?(?P<half>[ap]\.?m\b\.?|(?:sa|ch)\b)| (?P<part>sáng|chiều|tối)(?=[ ,]{0,2}(?:$|ngày|thứ|[0-9])))?"
)
_ZONE = (
    r" ?\(?(?:(?:GMT|UTC) ?(?P<signed>[+-][0-9]{1,2}(?::?[0-9]{2})?)(?![0-9])"
    r"|(?P<offset>[+-][0-9]{2}(?::?[0-9]{2})?)(?![0-9/:.-])"
    r"|(?P<vietnam>giờ (?:việt nam|hà nội))"
    rf"|(?P<zone>{_any_of(iter(_ZONES))})(?![\w+-]))\)?"
)
_DATE_FORMS = (
    # 2024-08-29, 2024/08/29, 2024.08.29
    r"(?<![\w/.-])(?P<year>[0-9]{4})(?P<by>[-/.])(?P<month>[0-9]{1,2})(?P=by)(?P<day>[0-9]{1,2})(?=T[0-9]|[^\w/-]|$)",
    # 2020年12月25日, 2024년 8월 29일
    r"(?<![0-9])(?P<year>[0-9]{4}) ?[年년] ?(?P<month>[0-9]{1,2}) ?[月월] ?(?P<day>[0-9]{1,2}) ?[日일]",
    # 2024 Aug 29, 2024-Aug-29: as libraries and journals write it
    rf"(?<![\w/.-])(?P<year>[0-9]{{4}})[ -]{_MONTH}[ -](?P<day>[0-9]{{1,2}})(?![\w/:-])",
    # 29/08/2024, 11/07/14; two-digit years with slashes only: 11-07-14 has three readings
    r"(?<![\w/.])(?P<day>[0-9]{1,2})(?P<by>[/.-])(?P<month>[0-9]{1,2})(?P=by)(?P<year>[0-9]{4})(?![\w/]|\.[0-9])",
    r"(?<![\w/.])(?P<day>[0-9]{1,2})(?P<by>/)(?P<month>[0-9]{1,2})/(?P<year>[0-9]{2})(?![\w/:.])",
    # 29 August 2024, 05 Oct 26, 1er août 2024, 29 августа 2024, 29 de agosto de 2024, 29 tháng 8 năm 2024
    rf"(?<![\w/.])(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|er)?[ -](?:of |de )?{_MONTH}(?:, ?| (?:năm |de )?|-)"
    r"(?P<year>[0-9]{4}|[0-9]{2})(?![\w/:])",
    # August 29, 2024
    rf"(?<!\w){_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<year>[0-9]{{4}})(?![\w/:])",
)
_YEARLESS_FORMS = (
    r"(?<![\w/.:])(?P<day>[0-9]{1,2})(?P<by>[/-])(?P<month>[0-9]{1,2})(?![\w/.:-])",
    rf"(?<![\w/.])(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|er)? (?:of |de )?{_MONTH}(?!\w)",
    rf"(?<!\w){_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![\w/:])",
)
_GAP_FORM = r"(?:[ ,|·•–—:-]|\b(?:lúc|hồi|vào|ngày|at|à|в|on|le)\b){0,10}"
_WEEKDAY = rf"(?P<weekday>{_any_of(WEEKDAYS)})"

_F = re.IGNORECASE
TIME = re.compile(_TIME_FORM, _F)
ZONE_AFTER = re.compile(_ZONE, _F)
DATES = tuple(re.compile(form, _F) for form in _DATE_FORMS)
YEARLESS = tuple(re.compile(form, _F) for form in _YEARLESS_FORMS)
GAP = re.compile(_GAP_FORM, _F)
TIME_AFTER = re.compile(rf"(?:T|{_GAP_FORM}){_TIME_FORM}", _F)
WEEKDAY_BEFORE = re.compile(rf"(?<!\w){_WEEKDAY}\b\.?{_GAP_FORM}$", _F)
WEEKDAY_AFTER = re.compile(rf" ?\(?{_WEEKDAY}\)", _F)
# Thu Aug 29 14:10:00 2024, Thu Aug 29 14:10:00 ICT 2024: the year stands last
ASCTIME = re.compile(
    rf"(?<!\w){_MONTH} (?P<day>[0-9]{{1,2}}) (?P<clock>[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})"
    r"(?P<where> (?:[+-][0-9]{2,4}|[A-Z]{1,5}))? (?P<year>[0-9]{4})(?!\w)",
    _F,
)
