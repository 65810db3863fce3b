"""The dates of the watched sites, form by form, and what the reader refuses to guess."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.dates import LONGEST_FIELD, created_by_id, day_in_slug, read_timestamp
from storage.records import Precision, Timestamp

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def said(timestamp: Timestamp | None) -> tuple[str, str, bool] | None:
    if timestamp is None:
        return None
    return timestamp.at.isoformat(), timestamp.precision.value, timestamp.zone_assumed


OURS, THEIRS = True, False

FORMS = [
    # the ministry
    ("29/08/2024 | 14:10 PM", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("Thứ Sáu, ngày 04/10/2024 13:40", "2024-10-04T13:40:00+07:00", "minute", OURS),
    ("Friday 2025-07-18 08:43", "2025-07-18T08:43:00+07:00", "minute", OURS),
    ("29/04/2026 08:30 AM", "2026-04-29T08:30:00+07:00", "minute", OURS),
    ("21/07/2026 03:00 PM", "2026-07-21T15:00:00+07:00", "minute", OURS),
    ("29/04/2026 12:05 AM", "2026-04-29T00:05:00+07:00", "minute", OURS),
    ("29/04/2026 12:05 PM", "2026-04-29T12:05:00+07:00", "minute", OURS),
    ("10/12/2025 11:25 AM", "2025-12-10T11:25:00+07:00", "minute", OURS),
    # MasterCMS
    ("12:40 | 07/08/2021 GMT+7", "2021-08-07T12:40:00+07:00", "minute", THEIRS),
    ("12:40 | 07/08/2021", "2021-08-07T12:40:00+07:00", "minute", OURS),
    ("29/08/2024 14:10", "2024-08-29T14:10:00+07:00", "minute", OURS),
    # ePi of several years
    ("04/12/2017 07:23 GMT+7", "2017-12-04T07:23:00+07:00", "minute", THEIRS),
    ("2017-12-04T07:23:00+07:00", "2017-12-04T07:23:00+07:00", "second", THEIRS),
    ("2024-08-29T14:10:00+0700", "2024-08-29T14:10:00+07:00", "second", THEIRS),
    ("2024-08-29T14:10:00", "2024-08-29T14:10:00+07:00", "second", OURS),
    ("2024-08-29 14:10", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("lúc : 11/07/14 11:35", "2014-07-11T11:35:00+07:00", "minute", OURS),
    ("04/12/2020 - 07:23", "2020-12-04T07:23:00+07:00", "minute", OURS),
    ("Thứ Năm, ngày 29/08/2024 - 14:10", "2024-08-29T14:10:00+07:00", "minute", OURS),
    # VCCorp
    ("10:45, 23/06/2026", "2026-06-23T10:45:00+07:00", "minute", OURS),
    ("2026-09-16T16:00:00", "2026-09-16T16:00:00+07:00", "second", OURS),
    ("14/09/2026 - 21:56", "2026-09-14T21:56:00+07:00", "minute", OURS),
    # others
    ("Thứ tư, 22/10/2025, 19:25 (GMT+7)", "2025-10-22T19:25:00+07:00", "minute", THEIRS),
    ("Thứ Tư, 22/10/2025 19:25", "2025-10-22T19:25:00+07:00", "minute", OURS),
    ("12:47 | 07/07/2025", "2025-07-07T12:47:00+07:00", "minute", OURS),
    ("14:10 29/08/2024", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("2020年12月25日", "2020-12-25T00:00:00+07:00", "day", OURS),
    ("2020年12月25日 星期五 08:30", "2020-12-25T00:00:00+07:00", "day", OURS),
    ("2020年12月25日 08:30", "2020-12-25T08:30:00+07:00", "minute", OURS),
    ("15 December 2025", "2025-12-15T00:00:00+07:00", "day", OURS),
    ("2024 Aug 29", "2024-08-29T00:00:00+07:00", "day", OURS),
    ("2024-Aug-29", "2024-08-29T00:00:00+07:00", "day", OURS),
    ("August 29, 2024 - 14:10", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("Updated on 29 August 2024", "2024-08-29T00:00:00+07:00", "day", OURS),
    ("29 août 2024 à 14h10", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("Hanoï, le 1er juillet 2025", "2025-07-01T00:00:00+07:00", "day", OURS),
    ("29 de agosto de 2024", "2024-08-29T00:00:00+07:00", "day", OURS),
    ("ngày 29 tháng 8 năm 2024", "2024-08-29T00:00:00+07:00", "day", OURS),
    ("29 tháng Mười Một năm 2024", "2024-11-29T00:00:00+07:00", "day", OURS),
    ("14 giờ 10 phút, ngày 29/8/2024", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("2:10 chiều, 29/08/2024", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("29/08/2024 2:10 CH", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("29/08/2024 14:10 (giờ Việt Nam)", "2024-08-29T14:10:00+07:00", "minute", THEIRS),
    # feeds
    ("Thu, 29 Aug 2024 14:10:00 +0700", "2024-08-29T14:10:00+07:00", "second", THEIRS),
    ("Thu, 29 Aug 2024 07:10:00 GMT", "2024-08-29T07:10:00+00:00", "second", THEIRS),
    ("Thu, 29 Aug 2024 07:10:00 -0000", "2024-08-29T07:10:00+00:00", "second", THEIRS),
    ("Thu, 29 Aug 2024 02:10:00 EST", "2024-08-29T02:10:00-05:00", "second", THEIRS),
    ("Mon, 05 Oct 2026 11:07:00 +07", "2026-10-05T11:07:00+07:00", "second", THEIRS),
    ("Mon, 05 Oct 2026 11:07:00 GMT+7", "2026-10-05T11:07:00+07:00", "second", THEIRS),
    ("Mon, 05 Oct 26 14:10:00 +0700", "2026-10-05T14:10:00+07:00", "second", THEIRS),
    ("05 Oct 2026 11:07 +0530", "2026-10-05T11:07:00+05:30", "minute", THEIRS),
    ("10/2/2026 9:25:00 AM", "2026-10-02T09:25:00+07:00", "second", OURS),
    ("9/14/2026 6:44:00 PM", "2026-09-14T18:44:00+07:00", "second", OURS),
    ("10/12/2026 11:25:00 AM", "2026-10-12T11:25:00+07:00", "second", OURS),
    ("29/8/2024 2:10:00 PM", "2024-08-29T14:10:00+07:00", "second", OURS),  # 29 can only be a day
    ("2024-08-29T07:10:00.123Z", "2024-08-29T07:10:00.123000+00:00", "second", THEIRS),
    ("2024-08-29", "2024-08-29T00:00:00+07:00", "day", OURS),
    ("Thu Aug 29 14:10:00 ICT 2024", "2024-08-29T14:10:00+07:00", "second", THEIRS),
    ("Thu Aug 29 14:10:00 2024", "2024-08-29T14:10:00+07:00", "second", OURS),
    # weekdays, and a word that looks like one
    ("Chủ nhật, 06/10/2024 06:23", "2024-10-06T06:23:00+07:00", "minute", OURS),
    ("Chủ Nhật, ngày 06/10/2024 06:23", "2024-10-06T06:23:00+07:00", "minute", OURS),
    ("Thứ Hai, ngày 07/10/2024 06:23", "2024-10-07T06:23:00+07:00", "minute", OURS),
    ("Thứ trưởng tiếp khách. Thứ Ba, ngày 08/10/2024 06:23", "2024-10-08T06:23:00+07:00", "minute", OURS),
    ("Thứ trưởng Bộ Y tế, 08/10/2024 06:23", "2024-10-08T06:23:00+07:00", "minute", OURS),
    ("06:23 Thứ Bảy, 05/10/2024", "2024-10-05T06:23:00+07:00", "minute", OURS),
    ("T6, 04/10/2024 06:23", "2024-10-04T06:23:00+07:00", "minute", OURS),
    # disguises
    ("29/08/2024\u00a0|\u00a014:10", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("\ufeff29/08/2024\u200b 14:10\n\t", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("２９/０８/２０２４ １４：１０", "2024-08-29T14:10:00+07:00", "minute", OURS),
    ("Thu\u031b\u0301 Na\u0306m, nga\u0300y 29/08/2024", "2024-08-29T00:00:00+07:00", "day", OURS),  # decomposed
    ("29/08/2024 14:10 | 29/08/2024", "2024-08-29T14:10:00+07:00", "minute", OURS),
]


@pytest.mark.parametrize(("text", "at", "precision", "assumed"), FORMS, ids=[form[0] for form in FORMS])
def test_a_form_is_read_with_its_precision_and_its_zone(text: str, at: str, precision: str, assumed: bool) -> None:
    assert said(read_timestamp(text, HANOI)) == (at, precision, assumed)


def test_a_russian_date_is_in_the_zone_of_its_source() -> None:
    moscow = read_timestamp("Материал опубликован 29 августа 2024 в 14:10.", ZoneInfo("Europe/Moscow"))
    assert said(moscow) == ("2024-08-29T14:10:00+03:00", "minute", True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bộ Y tế",
        "Thứ trưởng",
        "214/09/2026 - 21:56",  # a list once printed this
        "31/02/2024",
        "2024-02-30T10:00:00",
        "29/02/2023 10:00",
        "00/08/2024",
        "13/13/2024",
        "09/14/2026 06:44:00 PM",  # padded: day first, and there is no month 14
        "29/08/2024 25:10",
        "29/08/2024 14:60",
        "2024-08-29T14:10:00+25:00",
        "29/08/2024 14:10 AM",  # a 24-hour time cannot be before noon
        "29/08/2024 00:30 PM",
        "Mon, 05 Oct 2026 11:07:00 XYZ",
        "Thứ Hai, ngày 04/10/2024 06:23",  # it was a Friday
        "Sun, 29 Aug 2024 14:10:00 +0700",
        "14:10 29/08/2024 và 15:10 30/08/2024",
        "29/08/2024 - 30/08/2024",
        "11-07-14",
        "29/08/1024",
        "29/8",  # no year, and nobody said what day it is
        "14:10",
        "2024",
        "tháng 8/2024",
        "1.2.2024.5",
        "Quyết định 29/08/2024/QĐ-BYT",
    ],
)
def test_what_would_be_a_guess_is_refused(text: str) -> None:
    assert read_timestamp(text, HANOI) is None


def test_prose_is_not_a_date_field() -> None:
    assert read_timestamp("x " * LONGEST_FIELD + "29/08/2024", HANOI) is None


def test_month_first_when_the_caller_says_so() -> None:
    assert said(read_timestamp("07/08/2021", HANOI, month_first=True)) == ("2021-07-08T00:00:00+07:00", "day", True)
    assert said(read_timestamp("07/08/2021", HANOI)) == ("2021-08-07T00:00:00+07:00", "day", True)
    assert said(read_timestamp("2021-08-07", HANOI, month_first=True)) == ("2021-08-07T00:00:00+07:00", "day", True)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("29/8", "2026-08-29T00:00:00+07:00"),
        ("14:10 29/8", "2026-08-29T14:10:00+07:00"),
        ("21/11 08:00", "2026-11-21T08:00:00+07:00"),
        ("22/11", "2026-11-22T00:00:00+07:00"),  # tomorrow may be a question of zones
        ("25/12", "2025-12-25T00:00:00+07:00"),  # not ahead of us
        ("29/2", "2024-02-29T00:00:00+07:00"),  # the latest there was
        ("ngày 6 tháng 8", "2026-08-06T00:00:00+07:00"),
        ("Thứ Sáu, 20/11 10:00", "2026-11-20T10:00:00+07:00"),
        ("Thứ Hai, 20/11 10:00", None),
        ("tăng 3/4 so với năm ngoái", None),
        ("31/2", None),
    ],
)
def test_a_year_left_out_is_the_latest_that_fits(text: str, at: str | None) -> None:
    read = read_timestamp(text, HANOI, now=NOW)
    assert (read.at.isoformat() if read else None) == at


def test_the_far_future_is_refused_only_when_the_day_is_known() -> None:
    assert read_timestamp("29/08/2031 10:00", HANOI, now=NOW) is None
    assert read_timestamp("29/08/2031 10:00", HANOI) is not None
    assert read_timestamp("22/11/2026 10:00", HANOI, now=NOW) is not None


def test_now_must_be_aware() -> None:
    with pytest.raises(ValueError, match="time zone"):
        read_timestamp("29/8", HANOI, now=datetime(2026, 11, 21))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("native_id", "at"),
    [
        ("169240829141000123", "2024-08-29T14:10:00+07:00"),
        ("185260623105131392", "2026-06-23T10:51:31+07:00"),
        ("284925071618440178", "2025-07-16T18:44:01+07:00"),
        ("20260728141151125", "2026-07-28T14:11:51+07:00"),
        ("169153232", None),
        ("169241329141000123", None),
        ("16924082914100012x", None),
        ("１６９２４０８２９１４１０００１２３", None),
    ],
)
def test_an_id_may_carry_the_time_of_creation(native_id: str, at: str | None) -> None:
    created = created_by_id(native_id, HANOI)
    assert (created.at.isoformat() if created else None) == at
    assert created is None or created.zone_assumed


def test_a_slug_may_carry_the_day() -> None:
    day = day_in_slug("29-08-2024-viet-nam-and-who-sign", HANOI)
    assert said(day) == ("2024-08-29T00:00:00+07:00", "day", True)
    assert day_in_slug("31-02-2024-x", HANOI) is None
    assert day_in_slug("covid-19-update", HANOI) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120) | st.text(alphabet="0123456789/:-. |+TZhAPMthứánggiờ年月日İı", max_size=80))
def test_any_text_gives_a_moment_or_none(text: str) -> None:
    for now in (None, NOW):
        read = read_timestamp(text, HANOI, now=now)
        assert read is None or read.at.utcoffset() is not None
    created_by_id(text, HANOI)
    day_in_slug(text, HANOI)


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2099, 12, 31)),  # noqa: DTZ001
    st.sampled_from(["%d/%m/%Y | %H:%M", "%H:%M %d/%m/%Y", "%Y-%m-%dT%H:%M", "%H:%M, %d-%m-%Y", "ngày %d/%m/%Y %H:%M"]),
)
def test_what_a_form_states_is_what_is_read(moment: datetime, form: str) -> None:
    moment = moment.replace(second=0, microsecond=0)
    read = read_timestamp(moment.strftime(form), HANOI)
    assert read is not None
    assert read.at == moment.replace(tzinfo=HANOI)
    assert read.precision is Precision.MINUTE


@pytest.mark.parametrize("piece", ["1/1/2024 ", "14:10 ", "- ", "thứ ", "1", "tháng 1 ", "2024-01-01T", "lúc "])
def test_time_is_bounded(piece: str) -> None:
    text = (piece * LONGEST_FIELD)[:LONGEST_FIELD]
    start = time.perf_counter()
    read_timestamp(text, HANOI, now=NOW)
    read_timestamp(piece * 1_000_000, HANOI, now=NOW)
    assert time.perf_counter() - start < 0.5
