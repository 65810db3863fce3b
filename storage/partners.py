"""Partners of a story, countries and organisations: their codes and their names for readers (pure).

A code is a country of ISO 3166-1 alpha-2 (`RU`), named by the CLDR, or an organisation's id (`WHO`, `World Bank`),
named in `partners.toml`. How a partner is recognised in a text is the lexicon's business.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError

_TABLE = Path(__file__).parent / "partners.toml"

_NO_COUNTRIES = ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO")  # what the CLDR names besides the countries

_SHORT = {
    "en": {"HK": "Hong Kong", "MM": "Myanmar", "MO": "Macao"},
    "vi": {"HK": "Hồng Kông", "MM": "Myanmar", "MO": "Ma Cao"},
    "fr": {"HK": "Hong Kong", "MM": "Myanmar", "MO": "Macao"},
}
"""Names as readers know them, where the CLDR has a longer one (`Hong Kong SAR China`, `Myanmar (Burma)`)."""


def is_country(code: str) -> bool:
    """Whether a partner's code is a country of ISO 3166-1 (alpha-2) and not an organisation's id."""
    return bool(re.fullmatch(r"[A-Z]{2}", code)) and code not in _NO_COUNTRIES and code in _territories("en")


def partner_name(code: str, language: str = "en") -> str:
    """The name of a partner (`Russia`, `Nga`) in English, Vietnamese, French or, for countries, another language.

    English where that language has none; the code itself where nothing is known.
    """
    if is_country(code):
        return _SHORT.get(language, {}).get(code) or _territories(language).get(code, code)
    names = organisations().get(code, {})
    return names.get(language) or names.get("en") or code


def partner_code(text: str) -> str | None:
    """The code of a known partner from its slug or its code in any case (`ru` → `RU`, `world-bank` → `World Bank`).

    None for what is no partner.
    """
    if is_country(text.upper()):
        return text.upper()
    return _organisation_slugs().get(slug_of(text))


def slug_of(code: str) -> str:
    """A code as part of an address: `World Bank` → `world-bank`; empty where no letter or digit of ASCII is in it."""
    return "-".join(re.findall(r"[a-z0-9]+", code.lower()))


@cache
def organisations() -> Mapping[str, Mapping[str, Any]]:
    """The organisations by id: `en`, `vi`, `fr` and, of a national agency, its `country`."""
    return tomllib.loads(_TABLE.read_text("utf-8"))


@cache
def _organisation_slugs() -> dict[str, str]:
    return {slug_of(code): code for code in organisations()}


@lru_cache(maxsize=8)
def _territories(language: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(language).territories)
    except (UnknownLocaleError, ValueError):
        return dict(Locale.parse("en").territories)
