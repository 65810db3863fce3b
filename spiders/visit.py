"""One visit to a source while it lasts: what it asks for, what it counts, what went wrong."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from spiders.source import EntryPoint
from storage.records import CaptureKind, Hint, Visit, VisitState

ERRAND = "errand"
"""The key in a request's meta under which its errand stands."""

MOST_PROBLEMS = 50


class Revisit(StrEnum):
    """Which known pages a visit looks at again."""

    DUE = "due"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a request is for. `key` and `address` are the article's; `page` counts along a listing's pager."""

    kind: CaptureKind
    address: str
    key: str
    entry: EntryPoint | None = None
    page: int = 1
    hint: Hint | None = None
    page_id: int | None = None  # of an article that the archive knows

    @property
    def what(self) -> str:
        """The errand in words."""
        if self.entry is not None:
            return self.entry.what if self.page == 1 else f"{self.entry.what}, page {self.page}"
        return self.address


@dataclass(slots=True)
class OngoingVisit:
    """Counts what happens in a visit; becomes the record of a Visit."""

    record: Visit
    listings: int = 0
    discovered: int = 0
    fetched: int = 0
    unchanged: int = 0
    kept: int = 0
    failed: int = 0
    broken: bool = False  # a bug of ours, or the archive refused: the visit has failed whatever else it did
    answered: bool = False  # some listing gave an answer that could be used
    _problems: dict[str, None] = field(default_factory=dict)

    def problem(self, sentence: str) -> bool:
        """Keep a problem in words, each once; False where it is known already."""
        sentence = " ".join(sentence.split())[:400]
        if sentence in self._problems:
            return False
        self._problems[sentence] = None
        return True

    @property
    def problems(self) -> tuple[str, ...]:
        """The problems in the order they were met; beyond a limit only how many more there are."""
        sentences = tuple(self._problems)
        more = len(sentences) - MOST_PROBLEMS
        return sentences if more <= 0 else (*sentences[:MOST_PROBLEMS], f"and {more} more problems")

    def closed(self, at: datetime, reason: str) -> Visit:
        """The record as it ended; `reason` is Scrapy's word for why the spider closed.

        Failed when something of ours broke or no listing gave a usable answer; interrupted when it was told to
        stop.
        """
        if reason == "shutdown":
            state = VisitState.INTERRUPTED
            self.problem("stopped on request before the visit was over")
        elif self.broken or not self.answered:
            state = VisitState.FAILED
        else:
            state = VisitState.FINISHED
        if reason == "closespider_timeout":
            self.problem("the time for a visit ran out; the rest is left for the next one")
        elif reason not in ("finished", "shutdown") and not self.problems:
            self.problem(f"the visit ended early: {reason}")
        return replace(
            self.record,
            ended_at=at,
            state=state,
            listings=self.listings,
            discovered=self.discovered,
            fetched=self.fetched,
            unchanged=self.unchanged,
            kept=self.kept,
            failed=self.failed,
            problems=self.problems,
        )


def host_of(url: str) -> str:
    """The host in an address, for sentences."""
    return urlsplit(url).hostname or url
