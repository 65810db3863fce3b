"""The world the replica shows: articles as written in `articles/*.toml`, and how they stand at each edition.

An *edition* is a moment. Edition 1 is what a first visit finds; edition 2 comes after new articles, edits and
removals. Everything is dated from one base day, so that the same base gives the same bytes. Pure but for reading
the article files.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BASE = date(2026, 11, 20)
FIRST, LAST = 1, 2

_VCCORP_PREFIX = {"suckhoedoisong": "169", "baochinhphu": "102"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Edit(_Strict):
    """What the publisher changed after publication, and from which edition on readers see it.

    `replace` maps words that stand in the text to the words that come instead.
    """

    edition: int = 2
    title: str | None = None
    lead: str | None = None
    replace: dict[str, str] = {}
    append: str | None = None  # further paragraphs


class Written(_Strict):
    """One article as its file has it.

    `text` holds the paragraphs, parted by blank lines; a copy has none and takes those of `copy_of`. `days` counts
    back from the base day; `on` is a fixed day instead. `time` is local. `number` is the site's own number (the
    milliseconds in VCCorp's ids; unused where the site's id is a slug).
    """

    id: str
    site: str
    number: str = ""
    section: tuple[str, ...] = ()
    title: str
    lead: str = ""
    text: str = ""
    caption: str = ""
    credit: str = ""
    author: str = ""
    agency: str = ""
    place: str = ""
    tags: tuple[str, ...] = ()
    days: int | None = None
    on: date | None = None
    time: time
    relevant: bool
    partners: tuple[str, ...] = ()
    copy_of: str | None = None
    translation_of: str | None = None
    edition: int = FIRST
    edit: Edit | None = None
    removed: int | None = None  # the edition from which it is gone
    removed_status: Literal[404, 410] = 404
    broken_before: int | None = None  # answers 500 until that edition
    redirect: str | None = None
    robots: bool = True
    slow: bool = False
    charset: str | None = None  # a charset the server claims and the page is not in
    form: str = ""  # a variant of the site's page
    trap: str = ""  # in words, what this article is there to catch

    @model_validator(mode="after")
    def _sound(self) -> "Written":
        if (self.days is None) == (self.on is None):
            raise ValueError("either days or on")
        if bool(self.text.strip()) == (self.copy_of is not None):
            raise ValueError("either a text of its own or copy_of")
        if bool(self.partners) != self.relevant:
            raise ValueError("a relevant article has partners, another one has none")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as readers see it at one edition. `number` is its native id on its site; times are local, aware."""

    written: Written
    number: str
    slug: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    published: datetime
    modified: datetime

    @property
    def sections(self) -> tuple[str, ...]:
        return self.written.section


class World:
    """All articles of the replica, dated from `base`."""

    def __init__(self, base: date = BASE, written: Sequence[Written] | None = None) -> None:
        self.base = base
        self.written = tuple(load() if written is None else written)
        self._by_id = {one.id: one for one in self.written}
        if len(self._by_id) != len(self.written):
            raise ValueError("two articles of the replica have the same id")
        for one in self.written:
            if one.copy_of is not None and one.copy_of not in self._by_id:
                raise ValueError(f"{one.id}: copy of an unknown article {one.copy_of}")
            if one.edit and any(old not in one.text for old in one.edit.replace):
                raise ValueError(f"{one.id}: an edit of words that do not stand in the text")

    def moment(self, edition: int) -> datetime:
        """When an edition begins: the evening before the base day, so that nothing lies in the future."""
        evening = datetime.combine(self.base - timedelta(days=1), time(17, 0), ZONE)
        return evening + timedelta(hours=4, minutes=30) * (edition - 1)

    @cached_property
    def _standing(self) -> dict[int, dict[str, tuple[Article, ...]]]:
        standing: dict[int, dict[str, tuple[Article, ...]]] = {}
        for edition in range(FIRST, LAST + 1):
            shelves: dict[str, list[Article]] = {}
            for written in self.written:
                if written.edition <= edition:
                    shelves.setdefault(written.site, []).append(self._at(written, edition))
            standing[edition] = {
                site: tuple(sorted(shelf, key=lambda a: (a.published, a.number), reverse=True))
                for site, shelf in shelves.items()
            }
        return standing

    def on_site(self, site: str, edition: int) -> tuple[Article, ...]:
        """A site's articles at an edition, newest first; those since removed are among them."""
        return self._standing[min(edition, LAST)].get(site, ())

    def article(self, name: str, edition: int = LAST) -> Article:
        """The article of that name; KeyError when there is none."""
        return self._at(self._by_id[name], edition)

    def _at(self, written: Written, edition: int) -> Article:
        day = written.on or self.base - timedelta(days=written.days or 0)
        published = datetime.combine(day, written.time, ZONE)
        original = self._by_id[written.copy_of] if written.copy_of else written
        title, lead, text, modified = written.title, written.lead, original.text, published
        edit = written.edit
        if edit is not None and edit.edition <= edition:
            title, lead = edit.title or title, edit.lead or lead
            for old, new in edit.replace.items():
                text = text.replace(old, new)
            text = f"{text}\n\n{edit.append or ''}"
            modified = max(published, self.moment(edit.edition) - timedelta(minutes=20))
        return Article(
            written=written,
            number=_native_id(written, published),
            slug=slug(written.title),
            title=title,
            lead=lead,
            paragraphs=tuple(" ".join(block.split()) for block in re.split(r"\n\s*\n", text) if block.strip()),
            published=published,
            modified=modified,
        )


def _native_id(written: Written, published: datetime) -> str:
    if prefix := _VCCORP_PREFIX.get(written.site):
        created = published - timedelta(minutes=int(written.number or "0") % 7, seconds=11)
        return f"{prefix}{created:%y%m%d%H%M%S}{written.number}"
    if written.site == "moh_liferay":
        return liferay_slug(written.title)
    if written.site == "who_vietnam":
        return f"{published:%d-%m-%Y}-{slug(written.title)}"
    return written.number


def load() -> list[Written]:
    """All articles of `articles/*.toml`; ValueError that names file and article when one is not sound."""
    written: list[Written] = []
    for path in sorted(files(__package__).joinpath("articles").iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".toml"):
            continue
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        shared = {key: value for key, value in content.items() if key != "article"}
        for row in content["article"]:
            try:
                written.append(Written.model_validate({**shared, **row}))
            except ValidationError as error:
                raise ValueError(f"{path.name}, {row.get('id')}: {error}") from error
    return written


def slug(title: str, *, d: str = "d") -> str:
    """A title as the sites put it into addresses: without diacritics, words joined by hyphens."""
    plain = unicodedata.normalize("NFD", title.lower().replace("đ", d))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:110].strip("-")


def liferay_slug(title: str) -> str:
    """As Liferay does it: the letter đ is lost."""
    return slug(title, d="")


def within(articles: Iterable[Article], section: str | None) -> list[Article]:
    """Those of a section that are still there; None means every section."""
    return [a for a in articles if section is None or section in a.sections]


def gone(article: Article, edition: int) -> bool:
    """Whether its publisher has removed it by that edition."""
    return article.written.removed is not None and edition >= article.written.removed


def shortened(article: Article, words: int = 32) -> Article:
    """The article with its lead cut, as listings print it."""
    parts = article.lead.split()
    return article if len(parts) <= words else replace(article, lead=" ".join(parts[:words]) + "...")
