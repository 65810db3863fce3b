"""Country names in the languages we read, from the Unicode CLDR as Babel carries it, written as lexicon data.

Run `python -m pipeline.relevance.countries` after an update of Babel; the file is committed, so that a verdict's
lexicon version does not depend on which Babel is installed.
"""

import re

from babel import Locale
from babel.core import get_global

from pipeline.relevance.lexicon import FOLDER

LOCALES = {
    "en": ("en",), "vi": ("vi",), "fr": ("fr",), "ru": ("ru",), "zh": ("zh_Hans", "zh_Hant"), "es": ("es",),
    "pt": ("pt",), "id": ("id",), "de": ("de",), "ja": ("ja",), "ko": ("ko",), "th": ("th",), "lo": ("lo",),
    "km": ("km",), "pl": ("pl",), "it": ("it",),
    "cs": ("cs",), "nl": ("nl",), "ar": ("ar",),
}  # fmt: skip
# Not states anyone cooperates with, and codes that are no country.
LEFT_OUT = frozenset(
    [
        "AC",
        "AQ",
        "BV",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EU",
        "EZ",
        "HM",
        "IC",
        "QO",
        "TA",
        "TF",
        "UM",
        "UN",
        "XA",
        "XB",
        "ZZ",
        "AX",
        "BL",
        "BQ",
        "CC",
        "CX",
        "FO",
        "GS",
        "IM",
        "IO",
        "JE",
        "MF",
        "SJ",
    ]
)
# One-syllable Vietnamese names stand in vi-countries.toml with their guards.
ORDINARY = {"ar": frozenset({"ML", "OM"})}  # names that are everyday words (financial) or another place (Amman)
GUARDED = {"vi": frozenset({"VN", "US", "GB", "FR", "DE", "RU", "IT", "AT", "BE", "AU", "JP", "KR"})}
# Endings change (Вьетнам, Вьетнама): the stem followed by any letters.
INFLECTED = {"ru": "аяийьое", "pl": "aeiyo", "cs": "aeioyáíéýě", "de": ""}
ZONES_OF_CITIES = frozenset({"Africa", "America", "Asia", "Europe", "Australia", "Pacific"})
LATIN = frozenset({"fr", "es", "pt", "id", "de", "pl", "it", "cs", "nl"})
# Cities whose names are ordinary words, persons, or a whole country in most languages.
NO_CITIES = frozenset(
    ["Center", "Casey", "Davis", "Phoenix", "Vincennes", "Monaco", "Marigot", "Nome", "Troll", "Boise"]
)
HEADER = """# {what}, by the names of the Unicode CLDR, one table a language. Written by
# `python -m pipeline.relevance.countries`: do not edit by hand; own forms belong into the language files.
"""


def names(language: str) -> dict[str, list[str]]:
    """The names of every country in a language, by ISO 3166-1 alpha-2 code; short forms first."""
    found: dict[str, list[str]] = {}
    for locale in LOCALES[language]:
        territories = Locale.parse(locale).territories
        for code in sorted(territories):
            if not re.fullmatch("[A-Z]{2}", code) or code in LEFT_OUT or code in GUARDED.get(language, ()):
                continue
            if code in ORDINARY.get(language, ()):
                continue
            name = re.sub("[\u200b\u200c\u200d]", "", territories[code]).replace(" SAR China", "")
            short = re.split(r"\s*[（(]", name)[0]
            for form in (short, name):
                written = _stem(form, language)
                if len(written) > 1 and written not in (forms := found.setdefault(code, [])) and "(" not in written:
                    forms.append(written)
    return found


def cities(language: str) -> dict[str, list[str]]:
    """The cities that time zones are named after, most capitals among them, by the code of their country."""
    found: dict[str, list[str]] = {}
    for locale in LOCALES[language]:
        zones = Locale.parse(locale).time_zones
        for code, own in sorted(get_global("territory_zones").items()):
            if code in LEFT_OUT or not re.fullmatch("[A-Z]{2}", code):
                continue
            for zone in own:
                city = re.sub("[\u200b\u200c\u200d]", "", zones.get(zone, {}).get("city", ""))
                if zone.split("/")[0] in ZONES_OF_CITIES and not city and len(zone.split("/")) == 2:
                    city = zone.split("/")[1].replace("_", " ") if language in LATIN else ""
                written = _stem(city, language)
                if len(written) > 2 and city not in NO_CITIES and written not in found.get(code, ()):
                    found.setdefault(code, []).append(written)
    return found


def _stem(name: str, language: str) -> str:
    if language not in INFLECTED or " " in name or len(name) < 5:
        return name
    return name.rstrip(INFLECTED[language]) + "*"


def write() -> None:
    """Write the lexicon files. Vietnamese and English have cities of their own choice (foreign-places.toml)."""
    for file, found, languages in (
        ("cldr-countries", names, list(LOCALES)),
        ("cldr-cities", cities, [language for language in LOCALES if language not in ("vi", "en")]),
    ):
        lines = [HEADER.format(what=file.removeprefix("cldr-").capitalize())]
        for language in languages:
            lines.append(f"[{language}]")
            for code, forms in found(language).items():
                quoted = [f'"{form}"' for form in forms]
                lines.append(f"{code} = " + (quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"))
            lines.append("")
        (FOLDER / f"{file}.toml").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write()
