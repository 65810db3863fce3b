"""The lexicon: TOML files of terms, each group with what it is, read once.

A file has a `language` (one code, several joined by `+`, or `*` for names read in every language), a `kind` and
`[[group]]` tables. A group's `terms` may hold `{a,b}` alternatives; `abbreviations` are matched in their own case;
`substrings` serve scripts without spaces. A term ending in `*` stands for every word that begins so (only in
languages other than Vietnamese and English). Adding a term needs no code.
"""

import hashlib
import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "lexicon"
KINDS = frozenset({"country", "organisation", "party", "home", "health", "act", "against", "false", "plain", "bearer"})
GUARDS = frozenset({"", "name", "name-start", "dash", "own-name", "place"})


class LexiconError(ValueError):
    """A lexicon file that says something we do not understand; the message names file, group and what is allowed."""


@dataclass(frozen=True, slots=True)
class Group:
    """Terms that mean the same thing.

    `value` is the country code, organisation id, theme, act or topic; `strength` what one mention weighs (0…2);
    `health` how much health is in the term besides its own kind; `country` the state a national agency stands
    for; `weak` marks parties that do not make a story international by themselves (a foreign company); `seat` the
    country of a foundation that is at home there too; `second` marks
    words that say by themselves that there is a second party (an envoy, two sides, aid); after an act `by` stands who
    gives ("thanks to", "with support from"); `subject = "team"` marks acts that only people of medicine can do.
    """

    file: str
    id: str
    kind: str
    value: str
    strength: float = 1.0
    guard: str = ""
    health: float = 0.0
    country: str | None = None
    weak: bool = False
    seat: str | None = None
    second: bool = False
    by: bool = False
    subject: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Where the group is written: `vi-acts.toml#donation`."""
        return f"{self.file}#{self.id}"


@dataclass(frozen=True, slots=True)
class Term:
    """One written form. `cased` terms match only as written; `bare` ones stand inside longer strings (CJK, Thai)."""

    text: str
    group: Group
    cased: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Lexicon:
    """All terms by language, the words that guard one-syllable names, and a digest of the files."""

    terms: Mapping[str, tuple[Term, ...]]
    guards: Mapping[str, frozenset[str]]
    country_names: Mapping[str, str]
    version: str

    def sources(self, phrase: str) -> tuple[str, ...]:
        """The groups a phrase is written in, as `file#id`, for explanations; () where no term is that phrase."""
        wanted = _folded(phrase)
        found = (term.group.name for terms in self.terms.values() for term in terms if _folded(term.text) == wanted)
        return tuple(dict.fromkeys(found))


def expand(pattern: str) -> Iterator[str]:
    """All forms of a term written with `{a,b}` alternatives, in order; spaces are tidied."""
    pieces = [piece.split(",") if odd else [piece] for odd, piece in _braced(pattern)]
    for choice in itertools.product(*pieces):
        yield " ".join("".join(choice).split())


@cache
def load(folder: Path = FOLDER) -> Lexicon:
    """Read every TOML file of the folder, in the order of names.

    Raises LexiconError with a message that names file and group.
    """
    digest = hashlib.sha256()
    terms: dict[str, list[Term]] = {}
    guards: dict[str, frozenset[str]] = {}
    names: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        raw = path.read_bytes()
        digest.update(path.name.encode() + b"\0" + raw)
        content = tomllib.loads(raw.decode())
        if path.stem == "guards":
            guards = {name: frozenset(words) for name, words in content.items()}
        elif path.stem == "cldr-countries":
            for code, written in content["en"].items():
                names[code] = written[0] if isinstance(written, list) else written
            for language, countries in content.items():
                terms.setdefault(language, []).extend(_countries(path.name, countries))
        elif path.stem == "cldr-cities":
            for language, countries in content.items():
                terms.setdefault(language, []).extend(_countries(path.name, countries))
        elif path.stem == "country-forms":
            for language, countries in content.items():
                terms.setdefault(language, []).extend(_country_forms(path.name, countries))
        else:
            languages = str(content.get("language", "")).split("+")
            for group, table in _groups(path.name, content):
                for language in languages:
                    terms.setdefault(language, []).extend(_terms(group, table, content))
    return Lexicon(
        terms={language: tuple(found) for language, found in terms.items()},
        guards=guards,
        country_names=names,
        version=digest.hexdigest()[:12],
    )


def _groups(file: str, content: Mapping[str, Any]) -> Iterator[tuple[Group, Mapping[str, Any]]]:
    for table in content.get("group", ()):
        where = f"{file}, group {table.get('id', '?')!r}"
        kind = table.get("kind", content.get("kind"))
        if kind not in KINDS:
            raise LexiconError(f"{where}: kind {kind!r} is none of {', '.join(sorted(KINDS))}")
        if (guard := table.get("guard", content.get("guard", ""))) not in GUARDS:
            raise LexiconError(f"{where}: guard {guard!r} is none of {', '.join(sorted(GUARDS - {''}))}")
        if not table.get("value"):
            raise LexiconError(f"{where}: no value")
        yield (
            Group(
                file=file,
                id=table["id"],
                kind=kind,
                value=table["value"],
                strength=float(table.get("strength", 1.0)),
                guard=guard,
                health=float(table.get("health", 0.0)),
                country=table.get("country"),
                weak=bool(table.get("weak", False)),
                seat=table.get("seat"),
                second=bool(table.get("second", False)),
                by=bool(table.get("by", False)),
                subject=table.get("subject", ""),
                reason=table.get("reason", ""),
            ),
            table,
        )


def _terms(group: Group, table: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Term]:
    cased = bool(table.get("cased", content.get("cased", False)))
    for pattern in table.get("terms", ()):
        for text in expand(pattern):
            yield Term(text, group, cased=cased)
    for text in table.get("abbreviations", ()):
        yield Term(text, group, cased=True)
    for text in table.get("substrings", ()):
        yield Term(text, group, bare=True)


def _countries(file: str, countries: Mapping[str, Any]) -> Iterator[Term]:
    for code, written in countries.items():
        group = Group(file=file, id=code, kind="country", value=code)
        for text in written if isinstance(written, list) else [written]:
            yield Term(text, group, cased=True)


def _country_forms(file: str, countries: Mapping[str, Sequence[str]]) -> Iterator[Term]:
    for code, written in countries.items():
        group = Group(file=file, id=code, kind="country", value=code)
        for text in (form for pattern in written for form in expand(pattern)):
            yield Term(text, group, cased=text[0].isupper())


def _braced(pattern: str) -> Iterator[tuple[bool, str]]:
    for number, piece in enumerate(re.split(r"[{}]", pattern)):
        yield bool(number % 2), piece


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
