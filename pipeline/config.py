"""What an installation is told: defaults, then `healthwire.toml`, then `HEALTHWIRE_*` variables, then flags.

Only the command line reads this; the rooms are handed values.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import DirectoryPath, Field, FilePath, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from feeds.clean_text import safe_url
from feeds.site import Site
from pipeline.priors import PRIOR, Priors
from storage.errors import HealthwireError

DEFAULT_FILE = Path("healthwire.toml")


class ConfigError(HealthwireError):
    """The configuration cannot be used; the message names the setting and what is allowed."""


class Settings(BaseSettings):
    """The settings of one installation. Unknown keys are refused, so that a misspelt one is not ignored."""

    model_config = SettingsConfigDict(env_prefix="HEALTHWIRE_", extra="forbid", frozen=True)

    database_url: str = Field(
        default="sqlite:///healthwire-data/healthwire.db",
        description="where the archive is: sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME",
    )
    feeds_dir: Path = Field(default=Path("healthwire-data/feeds"), description="where feeds are written")
    site_url: str = Field(default="http://127.0.0.1:8600", description="the address subscribers reach this site under")
    authority: str = Field(default="healthwire.local", description="a domain name of yours: part of every entry's id")
    hub: str | None = Field(
        default=None, description="a WebSub hub that tells subscribers of new entries, if you use one"
    )
    feeds_file: FilePath | None = Field(default=None, description="a TOML file of feeds of your own")
    contact: str = Field(
        default="", description="an address or page of yours, told to the sites we visit in the user agent"
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8600, ge=0, le=65535)
    sources_dir: DirectoryPath | None = Field(default=None, description="a folder of further source files")
    sources: tuple[str, ...] = Field(default=(), description="only these sources; empty: all")
    visits_at_once: int = Field(default=2, ge=1, le=32)
    feed_size: int = Field(default=100, ge=1, le=1000)
    feed_content: Literal["lead", "full"] = "lead"
    prior: float = Field(
        default=PRIOR, gt=0, lt=1, description="the share of relevant items among all that sources publish"
    )
    priors: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(
        default={}, description="the same of sources that differ, by slug"
    )
    replica: str | None = Field(default=None, description="for trials: send every request to this local server")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def priors_of_sources(self) -> Priors:
        """How rare relevant items are, for the judge."""
        return Priors(share=self.prior, by_source=self.priors)

    def as_environment(self) -> dict[str, str]:
        """These settings as the variables a child process reads them from."""
        values = self.model_dump(mode="json", exclude_none=True, exclude={"sources", "priors"})
        environment = {f"HEALTHWIRE_{name.upper()}": str(value) for name, value in values.items()}
        return environment | {
            "HEALTHWIRE_SOURCES": json.dumps(self.sources),
            "HEALTHWIRE_PRIORS": json.dumps(self.priors),
        }

    @field_validator("site_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if safe_url(value) is None:
            raise ValueError("an address that begins with http:// or https:// is wanted")
        return value.rstrip("/")

    @field_validator("hub")
    @classmethod
    def _of_the_web(cls, value: str | None) -> str | None:
        Site(url="http://localhost", hub=value)  # says what is wrong with it
        return value

    @field_validator("authority")
    @classmethod
    def _domain(cls, value: str) -> str:
        Site(url="http://localhost", authority=value)  # says what is wrong with it
        return value

    @field_validator("replica")
    @classmethod
    def _here(cls, value: str | None) -> str | None:
        if value is None:
            return None
        from spiders.replica.route import loopback_base  # here: it brings Scrapy, which most commands do not need

        return loopback_base(value)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(file: Path | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings; `flags` are the command line's, None among them means not given.

    Raises ConfigError when the file is missing or no TOML, or a value is not allowed.
    """
    path = file or DEFAULT_FILE
    if file is not None and not file.is_file():
        raise ConfigError(f"{file}: no such configuration file")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    given = {name: value for name, value in (flags or {}).items() if value is not None}
    _refuse_unknown_variables()
    try:
        return FromFile(**given)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except SettingsError as error:
        raise ConfigError(f'{error}; a list is written as JSON, as ["moh_gov_vn"]') from error
    except ValidationError as error:
        raise ConfigError("; ".join(_sentence(problem) for problem in error.errors())) from error


def _refuse_unknown_variables() -> None:
    prefix = "HEALTHWIRE_"
    known = {prefix + name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(prefix) and name not in known and not name.startswith("HEALTHWIRE_TEST_"):
            raise ConfigError(f"{name}: no such setting; known are {', '.join(sorted(known))}")


def _sentence(problem: Any) -> str:
    name = ".".join(map(str, problem["loc"])) or "configuration"
    if problem["type"] == "extra_forbidden":
        return f"{name}: no such setting; known are {', '.join(sorted(Settings.model_fields))}"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')} (given: {problem['input']!r})"
