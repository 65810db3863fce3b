"""What a text says that tells one event from another: its words, names, numbers, days and parties (pure).

Names and numbers are what two papers share when they write of one event in their own words; another day, another
number and another party are what tells events apart that are told alike. Everything is folded for comparison: a name
loses its diacritics, so that the English `Dao Hong Lan` is the Vietnamese `Đào Hồng Lan`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from math import log, sqrt

from pipeline.matching.rarity import rarity
from storage.folding import fold, fold_tones
from storage.partners import is_country
from storage.records import Document, Verdict

READ = 400
"""Words of a text that are looked at: what an event is stands in headline and first paragraphs."""

LEAD = 60
"""Words of the beginning of a text."""

KEYS = 24
"""Terms under which a text is looked up."""

LIKELY = 0.3
"""From which likelihood of health cooperation on a text is looked up by its parties too."""

PARTY_DAYS = 3

RARE, COMMON = 4.5, 3.0
"""From which rarity on (`rarity`, in nats) a name counts as rare, and up to which a term finds nothing."""

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\d+(?:[.,/\-]\d+)*|[^\W\d_][\w]*(?:[&\-][^\W_]\w*)*|[.!?:;…\"“”()\n|]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

_SCALES = {
    "nghin": 3, "ngan": 3, "thousand": 3, "mille": 3, "mil": 3, "ribu": 3, "тысяч": 3,
    "trieu": 6, "million": 6, "millions": 6, "millones": 6, "milhoes": 6, "juta": 6, "millionen": 6, "milioni": 6,
    "миллиона": 6, "миллионов": 6, "млн": 6,
    "ty": 9, "ti": 9, "billion": 9, "milliard": 9, "milliards": 9, "миллиардов": 9, "млрд": 9, "miliar": 9,
}  # fmt: skip

_SCALE_WORDS = "|".join(sorted(_SCALES, key=len, reverse=True))

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan janvier enero janeiro januari januar gennaio января",
            "february feb fevrier febrero fevereiro februari februar febbraio февраля",
            "march mar mars marzo marco maret marz марта",
            "april apr avril abril aprile апреля",
            "may mai mayo maio mei maggio мая",
            "june jun juin junio junho juni giugno июня",
            "july jul juillet julio julho juli luglio июля",
            "august aug aout agosto agustus августа",
            "september sep sept septembre septiembre setembro settembre сентября",
            "october oct octobre octubre outubro oktober ottobre октября",
            "november nov novembre noviembre novembro ноября",
            "december dec decembre diciembre dezembro desember dezember dicembre декабря",
        ),
        1,
    )
    for name in names.split()
}
_DAY_MONTH = re.compile(
    r"(?<![\d./\-])(\d{1,2})\s?[/.\-]\s?(\d{1,2})(?:\s?[/.\-]\s?(?:19|20)\d\d)?(?![\d/]|[.\-,]\d|\s?(?:%|"
    + _SCALE_WORDS
    + r"))"
)
_ISO_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d[-/年](\d{1,2})[-/月](\d{1,2})(?!\d)")
_CJK_DAY = re.compile(r"(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_MONTH_WORD = re.compile(
    r"(?<!\w)(?:(\d{1,2})(?:st|nd|rd|th|er|\.)?\s(?:de\s)?([^\W\d_]{3,9})|([^\W\d_]{3,9})\.?\s(\d{1,2})(?!\d))"
)
_VI_DAY = re.compile(r"ngay\s(\d{1,2})\sthang\s(\d{1,2})")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, kw_only=True)
class Gist:
    """A text as events are told apart by it. `published` is the local day; `language` a code of two letters."""

    title: str
    text: str
    language: str | None = None
    published: date | None = None
    partners: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    act: str | None = None
    likely: float = 0.0  # how likely it is health cooperation at all, 0…1

    @cached_property
    def title_words(self) -> tuple[str, ...]:
        return _words(self.title)

    @cached_property
    def text_words(self) -> tuple[str, ...]:
        return _words(self.text)[:READ]

    @cached_property
    def found(self) -> frozenset[str]:
        """Every word and pair of words of headline and text."""
        return frozenset((*_terms(self.title_words), *_terms(self.text_words)))

    @cached_property
    def title_pairs(self) -> frozenset[str]:
        """The pairs of words of the headline."""
        return frozenset(pairs_of(self.title_words))

    @cached_property
    def head(self) -> str:
        """Headline and beginning, as written."""
        return f"{self.title}\n{self.text[: READ * 7]}"

    @cached_property
    def names(self) -> frozenset[str]:
        """Names folded: each capitalised word of some length, and two and three that stand together."""
        return frozenset(_names(self.head))

    @cached_property
    def days(self) -> frozenset[tuple[int, int]]:
        """The days the text names, as (month, day)."""
        return frozenset(_days(self.head))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers of two digits and more that are neither days nor years; `2,3 triệu` and `2.3 million` are one."""
        return frozenset(_numbers(self.head))

    @cached_property
    def vectors(self) -> tuple[Mapping[str, float], Mapping[str, float], Mapping[str, float]]:
        """Words and pairs of words weighed by rarity, of length one: headline, with the beginning, with the text."""
        title, text = self.title_words, self.text_words
        return _vector(title), _vector(title + text[:LEAD]), _vector(title + text)

    @cached_property
    def countries(self) -> frozenset[str]:
        """The partners that are countries."""
        return frozenset(filter(is_country, self.partners))

    @cached_property
    def rare_names(self) -> frozenset[str]:
        """The names that few texts share."""
        return frozenset(name for name in self.names if rarity(f"name {name}") > RARE)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What another telling of the event is looked up by: its rarest names, headline words and numbers."""
        terms = {f"name {name}" for name in self.names} | {f"number {number}" for number in self.numbers}
        terms |= set(_terms(self.title_words))
        ranked = sorted(((rarity(term), term) for term in terms), key=lambda pair: (-pair[0], pair[1]))
        return tuple(term for worth, term in ranked[:KEYS] if worth > COMMON) + self._party_keys

    @property
    def _party_keys(self) -> tuple[str, ...]:
        """What an edition is looked up by, whose words are others: a party in the days around publication."""
        if self.published is None or self.likely < LIKELY:
            return ()
        week = self.published.toordinal() // PARTY_DAYS
        return tuple(f"party {code} {near}" for code in sorted(self.partners)[:4] for near in (week, week + 1))


def gist_of(document: Document, verdict: Verdict | None = None) -> Gist:
    """The gist of a document; partners, themes and act are those of its verdict."""
    published = document.published.at.date() if document.published else None
    return Gist(
        title=document.title,
        text="\n".join(filter(None, (document.lead, *document.paragraphs))),
        language=document.language,
        published=published,
        partners=frozenset(verdict.partners) if verdict else frozenset(),
        themes=frozenset(verdict.themes) if verdict else frozenset(),
        act=verdict.act if verdict else None,
        likely=verdict.score if verdict else 0.0,
    )


def terms_of(gist: Gist) -> set[str]:
    """Everything whose rarity is asked for."""
    words = set(_terms(gist.title_words)) | set(_terms(gist.text_words))
    return words | {f"name {name}" for name in gist.names} | {f"number {number}" for number in gist.numbers}


def pairs_of(words: tuple[str, ...]) -> Iterable[str]:
    """Each two words that stand together."""
    return (f"{one} {other}" for one, other in pairwise(words))


def _terms(words: tuple[str, ...]) -> Iterable[str]:
    yield from words
    yield from pairs_of(words)


def _vector(words: tuple[str, ...]) -> Mapping[str, float]:
    weighed = {term: (1 + log(count)) * rarity(term) for term, count in Counter(_terms(words)).items()}
    length = sqrt(sum(weight * weight for weight in weighed.values()))
    return {term: weight / length for term, weight in weighed.items()} if length else {}


def _words(text: str) -> tuple[str, ...]:
    """Words without case; where words are not parted by spaces, pairs of letters stand for them."""
    found: list[str] = []
    for word in _WORD.findall(fold_tones(text).lower()):
        if _UNSPACED.search(word):
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        else:
            found.append(word)
    return tuple(found)


def _names(text: str) -> set[str]:
    found: set[str] = set()
    running: list[str] = []
    begins = True
    for token in [*_TOKEN.findall(text), "."]:
        if token[0].isupper():
            shouted = token.isupper() and len(token) > 1
            word = fold(token)
            if (shouted or not begins or running) and (len(word) >= 4 or shouted):
                found.add(word)
            running.append(word)
            begins = False
            for size in (2, 3):
                if len(running) >= size:
                    found.add(" ".join(running[-size:]))
            continue
        running = []
        begins = not token[0].isalnum()
        if token[0].isdigit() is False and any(letter.isdigit() for letter in token) and len(token) > 2:
            found.add(fold(token))
    return found


def _days(text: str) -> set[tuple[int, int]]:
    folded = fold(text)
    pairs = [(int(m), int(d)) for d, m in _DAY_MONTH.findall(folded)]
    pairs += [(int(m), int(d)) for m, d in _ISO_DAY.findall(folded)]
    pairs += [(int(m), int(d)) for m, d in _CJK_DAY.findall(text)]
    pairs += [(int(m), int(d)) for d, m in _VI_DAY.findall(folded)]
    for before, name, other, after in _MONTH_WORD.findall(folded):
        month = _MONTHS.get(name or other)
        if month:
            pairs.append((month, int(before or after)))
    return {(month, day) for month, day in pairs if 1 <= month <= 12 and 1 <= day <= 31}


def _numbers(text: str, fewest: int = 2) -> set[str]:
    folded = fold(_CJK_DAY.sub(" ", text))
    for pattern in (_ISO_DAY, _DAY_MONTH, _VI_DAY):
        folded = pattern.sub(" ", folded)
    folded = _MONTH_WORD.sub(lambda found: " " if _MONTHS.get(found[2] or found[3]) else found[0], folded)
    tokens = re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+|%", folded)
    found: set[str] = set()
    for place, token in enumerate(tokens):
        if not token[0].isdigit():
            continue
        scale = _SCALES.get(tokens[place + 1], 0) if place + 1 < len(tokens) else 0
        value = _value(token, scale)
        if value is None or (scale == 0 and _YEAR.fullmatch(token)):
            continue
        if len(value) >= fewest:
            found.add(value)
    return found


def _value(token: str, scale: int) -> str | None:
    """A number as its digits: thousands' marks gone, `2,3` with a scale of six as 2300000."""
    if len(token) > 15:
        return None
    parts = re.split(r"[.,]", token)
    if len(parts) == 1:
        whole, rest = parts[0], ""
    elif all(len(part) == 3 for part in parts[1:]) and scale == 0:
        whole, rest = "".join(parts), ""
    elif len(parts) == 2:
        whole, rest = parts
    else:
        return None
    rest = rest[:scale] if scale else rest
    digits = (whole + rest).lstrip("0") + "0" * (scale - len(rest))
    return (digits or "0") if scale or not rest else f"{whole}.{rest}"
