"""Which stories are asked for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFilter:
    """The stories that meet every condition; an empty tuple sets none, several values of one are alternatives.

    `partners` and `organisations` are looked for among a verdict's partners (`RU`, `WHO`); a story has the language
    of the page it links to, and the sources of all its pages. `since` (included) and `until` (not included) bound
    the moment of entry, or of first sight for a story that never entered. `relevant` and `withdrawn` None ask for
    either. `entered_only=False` with `relevant=None` asks for everything the archive knows.
    """

    relevant: bool | None = True
    partners: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    entered_only: bool = True
    withdrawn: bool | None = False

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            value: datetime | None = getattr(self, name)
            if value is not None and value.utcoffset() is None:
                raise ValueError(f"StoryFilter.{name}: a datetime without a time zone: {value!r}")


EVERYTHING = StoryFilter(relevant=None, entered_only=False, withdrawn=None)
"""Every story, relevant or not."""
