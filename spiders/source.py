"""The words a source file is written in: what a site is, where it lists its news, how it wants to be visited.

One TOML file a source (`spiders/sources/*.toml`). A file is checked whole: every mistake in it is named with its
key and with what is allowed there. No Scrapy in here; nothing is fetched.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from spiders.families import FAMILIES
from spiders.families.family import Family
from spiders.families.layout import Layout
from spiders.source_errors import allowed_keys, mistakes
from storage.errors import HealthwireError
from storage.keys import canonical_url, edition
from storage.records import Publisher

SOURCES = Path(__file__).parent / "sources"


class SourceError(HealthwireError):
    """A source file cannot be used; the message names file, key and what is allowed."""


class Kind(StrEnum):
    """What a publisher is."""

    MINISTRY = "ministry"
    AGENCY = "agency"
    NEWSPAPER = "newspaper"
    ORGANISATION = "organisation"
    EMBASSY = "embassy"


class Evidence(StrEnum):
    """How sure we are of a fact about a site."""

    SEEN = "seen"  # somebody's code, fixture or stored page shows it
    INFERRED = "inferred"  # concluded from seen facts, a sister site for instance
    UNVERIFIED = "unverified"  # general knowledge only


class EntryKind(StrEnum):
    """In what form an entry point names articles."""

    LISTING = "listing"  # an HTML page, read by the family
    FEED = "feed"  # RSS 2.0, RSS 1.0 or Atom
    SITEMAP = "sitemap"  # a sitemap, a news sitemap or an index of them
    API = "api"  # JSON, asked for and read as the family knows


class Tls(StrEnum):
    """How much of transport security a source is known to support."""

    STRICT = "strict"
    SECLEVEL1 = "seclevel1"  # weaker ciphers allowed, the certificate still verified
    UNVERIFIED = "unverified"  # and the certificate not verified either


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression is wanted: {error}") from error
    return value


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an absolute http:// or https:// address is wanted")
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", value):
        raise ValueError("a host name in lower case is wanted, without scheme, port or path")
    return value


Words = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Pattern = Annotated[str, BeforeValidator(_pattern)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_as_tuple)]
Address = Annotated[str, BeforeValidator(_http)]
Host = Annotated[str, BeforeValidator(_host)]


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EntryPoint(_Words):
    """One place where a site names its articles."""

    kind: EntryKind
    url: Address
    what: str = Field(min_length=1)  # in words, for people: "Hợp tác quốc tế (international cooperation)"
    evidence: Evidence
    section: str | None = None  # given to articles whose listing names no section of its own
    pages: int = Field(default=1, ge=1, le=50)  # pages of a pager, or parts of a sitemap index, a visit
    parts: Patterns = ()  # of a sitemap index: only children whose address matches one of these
    may_be_empty: bool = False  # True: no article here is no problem
    newest_within_hours: int | None = Field(default=None, ge=1, le=24 * 365)  # overrides expect.newest_within_hours
    method: str = Field(default="GET", pattern="^(GET|POST)$")
    body: str | None = None  # of a POST, when the family does not say
    content_type: str | None = None  # of that body

    @model_validator(mode="after")
    def _fits(self) -> "EntryPoint":
        if self.parts and self.kind is not EntryKind.SITEMAP:
            raise ValueError("`parts` is allowed only where kind is sitemap")
        if self.body is not None and self.method != "POST":
            raise ValueError("`body` is allowed only where method is POST")
        return self


class Cadence(_Words):
    """How often the source is visited."""

    minutes: int = Field(default=30, ge=5, le=7 * 24 * 60)


class Expect(_Words):
    """What a healthy visit yields; less is said as a problem, never taken for "no news"."""

    links: int = Field(default=1, ge=0)  # article addresses an entry names at least
    newest_within_hours: int = Field(default=7 * 24, ge=1, le=24 * 365)  # how old the newest dated one may be


class Limits(_Words):
    """How far a visit goes."""

    days_back: int = Field(default=14, ge=1, le=3650)  # older dated links are left alone
    pages: int = Field(default=40, ge=1, le=500)  # listing pages a visit, all entries together
    articles: int = Field(default=120, ge=1, le=5000)  # articles a visit, new ones first
    seconds: int = Field(default=1200, ge=10, le=4 * 3600)  # a visit ends then


class Pace(_Words):
    """How gently the site is asked. The site's own Crawl-delay is kept where it is slower."""

    delay: float = Field(default=2.0, ge=0, le=120)  # seconds between two requests to a host
    connections: int = Field(default=1, ge=1, le=2)  # at once to a host


class Source(_Words):
    """A site we watch."""

    slug: str = Field(pattern="^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)  # in its own language
    name_en: str = Field(min_length=1)
    kind: Kind
    country: str = Field(pattern="^[A-Z]{2}$")  # ISO 3166-1 alpha-2
    language: str = Field(pattern="^[a-z]{2}$")  # ISO 639-1
    timezone: str = "Asia/Ho_Chi_Minh"
    families: Words = Field(default=(), alias="family")  # several: its generations, tried in this order
    home: Address
    hosts: tuple[Host, ...] = Field(min_length=1)  # own first, then mirrors of the same edition; the rest is foreign
    article: Patterns = ()  # what path?query of an article looks like; empty: what the family takes for one
    entries: tuple[EntryPoint, ...] = Field(min_length=1)
    cadence: Cadence = Cadence()
    expect: Expect = Expect()
    limits: Limits = Limits()
    pace: Pace = Pace()
    tls: Tls = Tls.STRICT
    cookies: bool = False
    headers: Mapping[str, str] = {}  # sent with every request, a Referer for instance
    evidence: Mapping[str, Evidence] = {}  # how sure we are of the other keys of this file
    notes: str = ""

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("a time zone name is wanted, as Asia/Ho_Chi_Minh")
        return value

    @field_validator("families")
    @classmethod
    def _families(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in value if name not in FAMILIES]
        if unknown:
            raise ValueError(f"no family is called {', '.join(unknown)}; allowed: {', '.join(sorted(FAMILIES))}")
        return value

    @field_validator("evidence")
    @classmethod
    def _of_keys(cls, value: Mapping[str, Evidence]) -> Mapping[str, Evidence]:
        unknown = [key for key in value if key not in allowed_keys(cls)]
        if unknown:
            raise ValueError(f"no key is called {', '.join(unknown)}; allowed: {', '.join(allowed_keys(cls))}")
        return value

    @model_validator(mode="after")
    def _fits(self) -> "Source":
        if not self.families and not self.article:
            raise ValueError("`article` must say what an article's address looks like, since no `family` does")
        for place, url in (("home", self.home), *((f"entries.{n}.url", e.url) for n, e in enumerate(self.entries))):
            if not self.owns(url):
                raise ValueError(f"`{place}` is on a host that `hosts` does not name: {urlsplit(url).hostname}")
        return self

    # ── What the file says, worked out ──────────────────────────────────────────────────────────────────────

    @property
    def family(self) -> str:
        """The name of the family of today's site; empty where it is of none we know."""
        return self.families[0] if self.families else ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the site means times that name none."""
        return ZoneInfo(self.timezone)

    @property
    def interval(self) -> timedelta:
        """How long after a visit the next one is."""
        return timedelta(minutes=self.cadence.minutes)

    def publisher(self) -> Publisher:
        """What readers are told of this source."""
        return Publisher(
            slug=self.slug,
            name=self.name,
            name_en=self.name_en,
            kind=self.kind.value,
            country=self.country,
            language=self.language,
            home=self.home,
        )

    def owns(self, url: str) -> bool:
        """Whether an address is on a host of this source (`www.`, `m.` and `amp.` before it do not matter)."""
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and host is not None and edition(host) in _editions(self.hosts)

    def family_of(self, url: str) -> Family | None:
        """The family that knows the address as one of its articles, else today's; None where there is none."""
        native = self._native(url)
        if native:
            return native[0]
        return FAMILIES[self.families[0]] if self.families else None

    def layouts(self, url: str) -> tuple[Layout, ...]:
        """The layouts an article at this address may have: its own family's first, then those of the others."""
        first = self.family_of(url)
        families = [] if first is None else [first]
        families += [FAMILIES[name] for name in self.families if FAMILIES[name] is not first]
        return tuple(layout for family in families for layout in family.layouts)

    def _native(self, url: str) -> tuple[Family, str] | None:
        """The first family that takes the address for an article, and the article's id there."""
        if not self.owns(url):
            return None
        parts = urlsplit(url)
        for name in self.families:
            native = FAMILIES[name].native_id(parts)
            if native is not None:
                return FAMILIES[name], native
        return None

    def is_article(self, url: str) -> bool:
        """Whether an address is an article of this source's own hosts."""
        if not self.owns(url) or (self.families and self._native(url) is None):
            return False
        parts = urlsplit(url)
        place = parts.path + (f"?{parts.query}" if parts.query else "")
        return not self.article or any(re.search(pattern, place) for pattern in self.article)

    def key(self, url: str) -> str:
        """The name under which the article at this address is known, whichever of its addresses it is.

        The family's own id under this source's first host; where there is none, the canonical address. Raises
        ValueError for what is no http(s) address.
        """
        native = self._native(url)
        return f"{edition(self.hosts[0])}/{native[1]}" if native else canonical_url(url)

    def address(self, url: str) -> str:
        """The address to fetch an article at: as it was given, less what does not belong to it.

        The home page's scheme, no default port, no fragment, no tracking; no query or trailing `&…` where the
        family knows the article without. Raises ValueError for what is no http(s) address.
        """
        given, clean = urlsplit(url), urlsplit(canonical_url(url))
        # the canonical form drops `www.`; a server may answer only with it, so the host stays as it was given
        host = (given.hostname or "").removesuffix(".")
        netloc = host + (f":{clean.port}" if clean.port else "")
        tidy = clean._replace(scheme=urlsplit(self.home).scheme, netloc=netloc)
        if sorted(given.query.split("&")) == clean.query.split("&"):
            tidy = tidy._replace(query=given.query)  # nothing was dropped: its parameters stay in their order
        native = self._native(urlunsplit(tidy))
        bare = tidy._replace(path=tidy.path.partition("&")[0], query="")
        if native and self._native(urlunsplit(bare)) == native:
            tidy = bare
        return urlunsplit(tidy)


@lru_cache(maxsize=1000)
def _editions(hosts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(edition(host) for host in hosts)


# ── Files ──────────────────────────────────────────────────────────────────────────────────────────────────


def load_sources(directory: Path | None = None) -> dict[str, Source]:
    """The sources of a folder (without one: those that come with Healthwire), by slug, in alphabetical order.

    Raises SourceError naming every mistake of every file.
    """
    folder = directory or SOURCES
    if not folder.is_dir():
        raise SourceError(f"{folder}: there is no such folder of source files")
    sources: dict[str, Source] = {}
    problems = []
    for path in sorted(folder.glob("*.toml")):
        try:
            sources[path.stem] = load_source(path)
        except SourceError as error:
            problems.append(str(error))
    if problems:
        raise SourceError("\n".join(problems))
    return sources


def load_source(path: Path) -> Source:
    """The source that a file describes. Raises SourceError naming every mistake in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path.name}: cannot be read: {error}") from error
    return parse_source(text, path.name)


def parse_source(text: str, name: str) -> Source:
    """The source that TOML text describes; `name` is its file name, `SLUG.toml`. Raises SourceError."""
    try:
        words = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{name}: not TOML: {error}") from error
    slug = Path(name).stem
    if words.setdefault("slug", slug) != slug:
        raise SourceError(f"{name}: key `slug`: {words['slug']!r} is not the file's name; allowed: {slug}")
    try:
        return Source.model_validate(words)
    except ValidationError as error:
        raise SourceError("; ".join(f"{name}: {sentence}" for sentence in mistakes(error, Source))) from error
