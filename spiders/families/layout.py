"""How a CMS family lays out an article: where things stand, said strictly, as data.

A `Layout` only *names places* (CSS selectors). It does not interpret: dates, leads and signatures are read by
`pipeline.reading.read`, which applies a layout and calls it broken when a place that must be there is found nowhere or
too often.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One design of a family's article page and the time it was in use.

    Each field is a tuple of CSS selectors tried in order; the first that matches counts. `selector@name` takes
    an attribute instead of the text. `body` must match exactly one element (nested matches count as their
    outermost), `title` at least one with text; the others may be missing.
    """

    name: str  # `epi/2023`: family and first year
    since: date | None = None  # first day of captures this layout is for; None: from the beginning
    until: date | None = None  # first day it is no longer for; None: still in use
    title: tuple[str, ...]
    body: tuple[str, ...]
    lead: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()  # in the body or beside it (the leading picture's): kept apart from the text
    drop: tuple[str, ...] = ()  # inside the body: not the article's
    generic_titles: tuple[str, ...] = ()  # headlines a portal prints for every page: never a title

    def covers(self, day: date) -> bool:
        """Whether a page captured on that day is to be read with this layout."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)
