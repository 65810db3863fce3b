"""What a feed is about: a named filter over stories, from a file or made from what the archive holds.

Pure but for `load_specs`, which reads the file it is given.

A file of feeds is TOML:

    [[feed]]
    slug = "vaccines-europe"
    title = "Vaccines: cooperation with Germany and France"
    description = "…"
    language = "en"            # of the feed's own words
    size = 50
    content = "lead"           # or "full": the whole text of the articles
    partners = ["DE", "FR"]    # and languages, sources, themes, acts: stories that have one of each list named
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from feeds.entry import Content
from feeds.labels import language_name, language_tag
from storage.errors import HealthwireError
from storage.partners import is_country, partner_code, partner_name, slug_of
from storage.story_filter import StoryFilter

EVERYTHING = "health-cooperation"
SIZE = 100
LARGEST = 1000

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LISTS = ("partners", "languages", "sources", "themes", "acts")
_KEYS = ("slug", "title", "description", "language", "size", "content", *_LISTS)


class SpecError(HealthwireError):
    """A feed's specification cannot be used; the message names the file, the key and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """One feed: its slug (part of its address), what it is called, and which stories stand in it.

    `language` is that of title and description. `size` is the most entries it shows; `content` whether entries
    carry the article's lead or its whole text. Raises SpecError for a value that is not allowed.
    """

    slug: str
    title: str
    description: str
    language: str = "en"
    filter: StoryFilter = field(default_factory=StoryFilter)
    size: int = SIZE
    content: Content = "lead"

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug) or len(self.slug) > 80:
            raise SpecError(f"slug: lower-case letters, digits and single hyphens are allowed, not {self.slug!r}")
        if not self.title.strip() or not self.description.strip():
            raise SpecError(f"{self.slug}: a feed needs a title and a description")
        if language_tag(self.language) is None:
            raise SpecError(f"{self.slug}: language: a tag such as en or vi is wanted, not {self.language!r}")
        if not 1 <= self.size <= LARGEST:
            raise SpecError(f"{self.slug}: size: 1 to {LARGEST} are allowed, not {self.size}")
        if self.content not in ("lead", "full"):
            raise SpecError(f"{self.slug}: content: lead or full is allowed, not {self.content!r}")


def everything(size: int = SIZE, content: Content = "lead") -> FeedSpec:
    """The feed of all stories."""
    return FeedSpec(
        slug=EVERYTHING,
        title="International health cooperation",
        description="New stories of international cooperation in health, from ministries and news agencies, "
        "each with the reason why it is here.",
        size=size,
        content=content,
    )


def of_partner(code: str, size: int = SIZE, content: Content = "lead") -> FeedSpec:
    """The feed of one partner country or organisation (`RU` → `partner-ru`)."""
    english, vietnamese = partner_name(code, "en"), partner_name(code, "vi")
    name = english if english == vietnamese else f"{english} / {vietnamese}"
    return FeedSpec(
        slug=f"partner-{slug_of(code)}",
        title=f"Health cooperation: {name}",
        description=f"New stories of cooperation in health with {english}, each with the reason why it is here.",
        filter=StoryFilter(partners=(code,)),
        size=size,
        content=content,
    )


def of_language(code: str, size: int = SIZE, content: Content = "lead") -> FeedSpec:
    """The feed of the stories told in one language (`vi` → `language-vi`)."""
    if code.partition("-")[0] == "vi":
        title, description = "Hợp tác y tế quốc tế", "Tin mới về hợp tác y tế quốc tế, kèm lý do chọn từng tin."
    else:
        title = f"International health cooperation, in {language_name(code)}"
        description = (
            f"New stories of international cooperation in health told in {language_name(code)}, "
            "each with the reason why it is here."
        )
    return FeedSpec(
        slug=f"language-{slug_of(code)}",
        title=title,
        description=description,
        language="vi" if code.partition("-")[0] == "vi" else "en",
        filter=StoryFilter(languages=(code,)),
        size=size,
        content=content,
    )


def automatic(
    partners: Iterable[str], languages: Iterable[str], *, size: int = SIZE, content: Content = "lead"
) -> list[FeedSpec]:
    """The feeds every archive has: everything, one a partner, one a language; countries before organisations."""
    ordered = sorted(set(partners), key=lambda code: (not is_country(code), partner_name(code), code))
    specs = [everything(size, content)]
    specs += [of_partner(code, size, content) for code in ordered if slug_of(code)]
    specs += [of_language(code, size, content) for code in sorted(set(languages)) if language_tag(code)]
    return list({spec.slug: spec for spec in reversed(specs)}.values())[::-1]


def of_slug(slug: str, size: int = SIZE, content: Content = "lead") -> FeedSpec | None:
    """The automatic feed of that slug, also while no story stands in it; None when there can be no such feed."""
    kind, _, term = slug.partition("-")
    if slug == EVERYTHING:
        return everything(size, content)
    spec = None
    if kind == "partner" and (code := partner_code(term)) is not None:
        spec = of_partner(code, size, content)
    elif kind == "language" and language_name(term) != term:
        spec = of_language(term, size, content)
    return spec if spec is not None and spec.slug == slug else None


def load_specs(path: Path) -> list[FeedSpec]:
    """The feeds of a TOML file.

    Raises SpecError (one line naming the file and the key) when it cannot be read or a value is not allowed.
    """
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: not valid TOML: {error}") from error
    feeds = given.get("feed", [])
    unknown = sorted(set(given) - {"feed"})
    if unknown or not isinstance(feeds, list):
        raise SpecError(f"{path}: {', '.join(unknown) or 'feed'}: only [[feed]] tables are allowed")
    specs: dict[str, FeedSpec] = {}
    for number, table in enumerate(feeds, start=1):
        try:
            spec = _spec(table)
        except SpecError as error:
            raise SpecError(f"{path}: feed {number}: {error}") from error
        if spec.slug in specs:
            raise SpecError(f"{path}: feed {number}: slug: {spec.slug} is there twice")
        specs[spec.slug] = spec
    return list(specs.values())


def check_terms(specs: Iterable[FeedSpec], *, themes: Collection[str], acts: Collection[str]) -> None:
    """Raise SpecError for a term that no story can have: its feed would stay empty without a word.

    `themes` and `acts` are those there are; a partner is a country's code or an organisation's id.
    """
    for spec in specs:
        for key, given, known in (("themes", spec.filter.themes, themes), ("acts", spec.filter.acts, acts)):
            for term in given:
                if term not in known:
                    raise SpecError(f"{spec.slug}: {key}: there is no {term!r}; there are {'; '.join(sorted(known))}")
        for code in spec.filter.partners:
            if (meant := partner_code(code)) != code:
                advice = (
                    f"write {meant!r}" if meant else "an ISO country code such as 'RU' or an id such as 'WHO' is wanted"
                )
                raise SpecError(f"{spec.slug}: partners: there is no {code!r}; {advice}")
        for code in spec.filter.languages:
            if language_name(code) == code:
                raise SpecError(f"{spec.slug}: languages: there is no {code!r}; a code such as 'vi' is wanted")


def with_configured(automatic_specs: Sequence[FeedSpec], configured: Sequence[FeedSpec]) -> list[FeedSpec]:
    """All feeds: a configured one replaces the automatic one of its slug, the rest follow it."""
    own = {spec.slug: spec for spec in configured}
    merged = [own.pop(spec.slug, spec) for spec in automatic_specs]
    return [*merged, *own.values()]


def _spec(table: object) -> FeedSpec:
    if not isinstance(table, Mapping):
        raise SpecError("a table is wanted")
    unknown = sorted(set(table) - set(_KEYS))
    if unknown:
        raise SpecError(f"{', '.join(unknown)}: no such key; allowed are {', '.join(_KEYS)}")
    for key in ("slug", "title"):
        if key not in table:
            raise SpecError(f"{key}: is missing")
    values: dict[str, Any] = {"description": table.get("title")}
    for key in _KEYS:
        if key not in table or key in _LISTS:
            continue
        wanted = int if key == "size" else str
        if not isinstance(table[key], wanted) or isinstance(table[key], bool):
            raise SpecError(f"{key}: {'a whole number' if wanted is int else 'a text'} is wanted, not {table[key]!r}")
        values[key] = table[key]
    lists: dict[str, Any] = {}
    for key in _LISTS:
        if key in table:
            terms = table[key]
            if not isinstance(terms, list) or not all(isinstance(term, str) and term for term in terms):
                raise SpecError(f"{key}: a list of texts is wanted, not {terms!r}")
            lists[key] = tuple(terms)
    return FeedSpec(**values, filter=replace(StoryFilter(), **lists))
