"""Names of countries, organisations and languages, and the archive's short words in words for readers. Pure."""

import re
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError

ORGANISATIONS = {
    "ADB": "Asian Development Bank",
    "AFD": "Agence française de développement",
    "AIIB": "Asian Infrastructure Investment Bank",
    "APEC": "Asia-Pacific Economic Cooperation",
    "ASEAN": "Association of Southeast Asian Nations",
    "CEPI": "Coalition for Epidemic Preparedness Innovations",
    "DFAT": "Australian Department of Foreign Affairs and Trade",
    "EU": "European Union",
    "FAO": "Food and Agriculture Organization",
    "GAVI": "Gavi, the Vaccine Alliance",
    "GIZ": "Deutsche Gesellschaft für Internationale Zusammenarbeit",
    "Global Fund": "The Global Fund",
    "IAEA": "International Atomic Energy Agency",
    "ICRC": "International Committee of the Red Cross",
    "IFRC": "International Federation of Red Cross and Red Crescent Societies",
    "ILO": "International Labour Organization",
    "IOM": "International Organization for Migration",
    "JICA": "Japan International Cooperation Agency",
    "KFW": "KfW Development Bank",
    "KHIDI": "Korea Health Industry Development Institute",
    "KOFIH": "Korea Foundation for International Healthcare",
    "KOICA": "Korea International Cooperation Agency",
    "MSF": "Médecins Sans Frontières",
    "OECD": "Organisation for Economic Co-operation and Development",
    "PAHO": "Pan American Health Organization",
    "PATH": "PATH",
    "PEPFAR": "US President's Emergency Plan for AIDS Relief",
    "UN": "United Nations",
    "UNAIDS": "Joint United Nations Programme on HIV/AIDS",
    "UNDP": "United Nations Development Programme",
    "UNESCO": "United Nations Educational, Scientific and Cultural Organization",
    "UNFPA": "United Nations Population Fund",
    "UNICEF": "United Nations Children's Fund",
    "US CDC": "US Centers for Disease Control and Prevention",
    "US NIH": "US National Institutes of Health",
    "USAID": "United States Agency for International Development",
    "WFP": "World Food Programme",
    "WHO": "World Health Organization",
    "WOAH": "World Organisation for Animal Health",
    "World Bank": "World Bank",
}

_NO_COUNTRIES = ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO")  # what CLDR names besides the countries

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


def is_country(code: str) -> bool:
    """Whether a partner's code is a country of ISO 3166-1 (alpha-2) and not an organisation's id."""
    return bool(re.fullmatch(r"[A-Z]{2}", code)) and code not in _NO_COUNTRIES and code in _territories("en")


def partner_name(code: str, language: str = "en") -> str:
    """The name of a partner in English or Vietnamese (`Russia`, `Nga`), or the code itself where none is known."""
    if is_country(code):
        return _territories(language).get(code, code)
    return ORGANISATIONS.get(code, code)


def partner_code(text: str) -> str | None:
    """The code of a known partner from its slug (`ru` → `RU`, `world-bank` → `World Bank`); None for others."""
    if is_country(text.upper()):
        return text.upper()
    return next((code for code in ORGANISATIONS if slug_of(code) == text), None)


def slug_of(code: str) -> str:
    """A code as part of an address: `World Bank` → `world-bank`; empty where no letter or digit of ASCII is in it."""
    return "-".join(re.findall(r"[a-z0-9]+", code.lower()))


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


@lru_cache(maxsize=8)
def _territories(language: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(language).territories)
    except (UnknownLocaleError, ValueError):
        return dict(Locale.parse("en").territories)
