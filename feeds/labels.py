"""Names of languages, and the archive's short words in words for readers (partners: `storage.partners`). Pure."""

import re
from datetime import datetime, timedelta

from babel import Locale

from feeds.site import Site

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # of no locale

ROLES = {
    "original": "first publisher",
    "copy": "the same text, republished",
    "telling": "the same event in other words",
    "edition": "the same story in another language",
}

KINDS = {
    "ministry": "ministry",
    "agency": "news agency",
    "newspaper": "newspaper",
    "organisation": "organisation",
    "embassy": "embassy",
}


def language_name(code: str, language: str = "en") -> str:
    """The name of a language (`vi` → `Vietnamese`), or the code itself where none is known."""
    return str(Locale.parse(language).languages.get(code.replace("-", "_"), code))


def language_tag(code: str | None) -> str | None:
    """The code as a language tag of BCP 47 when it has the form of one, else None."""
    tag = (code or "").strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", tag) else None


def words(term: str) -> str:
    """A short word of the archive as readers write it: `human_resources` → `human resources`."""
    return " ".join(term.replace("_", " ").replace("-", " ").split())


def in_words(moment: datetime, site: Site, day_only: bool = False) -> str:
    """`20 Nov 2026, 15:00 (UTC+7)` in the site's time, or its day alone."""
    local = moment.astimezone(site.zone)
    day = f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    hours = (local.utcoffset() or timedelta()) / timedelta(hours=1)
    return day if day_only else f"{day}, {local:%H:%M} (UTC{hours:+g})"
