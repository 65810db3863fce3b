"""One English line on what a story is about, for readers without its language."""

from collections.abc import Sequence
from datetime import date

from storage.partners import partner_name
from storage.records import Verdict


def gloss_of(act: str | None, partners: Sequence[str], themes: Sequence[str]) -> str:
    """`Meeting · Russia · vaccines, training`; parts that are not known are left out."""
    parties = ", ".join(partner_name(code) for code in partners[:4])
    parts = ((act or "").capitalize(), parties, ", ".join(themes[:3]))
    return " · ".join(part for part in parts if part)


def gloss(verdict: Verdict, day: date | None = None) -> str:
    """The verdict's line, with the day of publication where known: `Meeting · Russia · vaccines · 28 Aug 2024`."""
    if day is None:
        return verdict.gloss
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return " · ".join(part for part in (verdict.gloss, f"{day.day} {months[day.month - 1]} {day.year}") if part)
