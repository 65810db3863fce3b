"""Whether two pages carry the same text: republished whole, shortened, or under another headline, lead and captions.

Texts are compared as sets of five-word runs over words folded for comparison; the limits were found by reading pairs
of real news: at a Jaccard index of 0.7 and more pairs are copies once the furniture is gone, and a containment of 0.87
and more marks a shortened copy. Under the same headline half of the shorter text is enough: what differs is captions,
teasers and where a copy was cut.

However alike, two texts are no copies where words stand in the place of others that matter: bulletins, templates,
advertorials and a page brought up to date differ in numbers and names. And a short text is the blurb of a series as
often as a copy: it needs a headline that shares words, and nearness in time. Pure.
"""

import hashlib
import heapq
import re
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from functools import cached_property

from storage.folding import fold, fold_tones
from storage.records import Document

RUN = 5
SAME_TEXT = 0.7
SHORTENED = 0.87
SAME_HEADLINE = 0.5
FEWEST_RUNS = 12  # a text shorter than this says too little to be recognised in another

SKETCH = 32
"""How many of a text's runs stand for it when candidates are looked up: the 32 with the smallest hashes (a
bottom-k sketch, Broder 1997). Texts that share most of their runs share most of these, also where one is cut."""

SHORT = 50  # five-word runs up to which a text may be the blurb of a series
SHORT_WITHIN = timedelta(days=3)
SHORT_HEADLINE = 0.3  # of the shorter headline's words

ALIGNED = 500  # words that are laid beside each other
CONTRADICTIONS = 2  # numbers or names that stand for each other, from which two texts are no copies

TEMPLATE = 0.4  # of the shorter text's runs, from which two texts are one wording
FILLED_IN = 3  # contradictions from which that wording tells two events

_SEVERAL = re.compile(r"\s\|\s|;\s|^(?:điểm|bản) tin\b|^tin (?:sáng|trưa|chiều|tối)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|\w+")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A document as texts are compared by it; what is worked out is kept."""

    document: Document

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        """The five-word runs of the paragraphs (of the lead where there are no more), folded for comparison.

        The headline is left out: republishers change it. So is the lead of a longer article.
        """
        words = _WORD.findall(fold_tones(" ".join(self._text)).lower())
        if len(words) < RUN:
            return frozenset([tuple(words)]) if words else frozenset()
        return frozenset(zip(*(words[i:] for i in range(RUN)), strict=False))

    @cached_property
    def headline(self) -> tuple[str, ...]:
        """The headline's words; quotation marks and other signs do not count."""
        return tuple(_WORD.findall(fold_tones(self.document.title).lower()))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The first words of the text in their order, as written."""
        return tuple(_TOKEN.findall(" ".join(self._text))[:ALIGNED])

    @property
    def _text(self) -> tuple[str, ...]:
        return self.document.paragraphs or tuple(filter(None, (self.document.lead,)))


def same_text(one: Wording, other: Wording) -> tuple[float, str]:
    """How alike two texts are (0…1), and in words why they are the same text; no words when they are not."""
    smaller = min(len(one.runs), len(other.runs))
    if smaller == 0:
        return 0.0, ""
    shared = len(one.runs & other.runs)
    jaccard = shared / (len(one.runs) + len(other.runs) - shared)
    containment = shared / smaller
    same_headline = one.headline == other.headline
    if jaccard >= SAME_TEXT:
        likeness, why = jaccard, f"same text: {jaccard:.0%} of five-word runs shared"
    elif containment >= SHORTENED and smaller >= FEWEST_RUNS:
        likeness, why = containment, f"shortened copy: {containment:.0%} of the shorter text stands in the longer"
    elif same_headline and containment >= SAME_HEADLINE and smaller >= FEWEST_RUNS:
        likeness, why = containment, f"same headline, and {containment:.0%} of the shorter text stands in the other"
    else:
        return jaccard, ""
    if not same_headline and (_are_digests(one, other) or (smaller < SHORT and not _short_copies(one, other))):
        return likeness, ""
    return likeness, "" if contradictions(one, other) >= CONTRADICTIONS else why


def is_template(one: Wording, other: Wording) -> bool:
    """Whether two texts are one wording filled in twice: much is word for word the same, and what matters differs.

    Bulletins of two days, one ceremony in two districts, a page brought up to date. Two papers on one event share
    little of their wording, and what they share does not contradict.
    """
    smaller = min(len(one.runs), len(other.runs))
    if smaller == 0 or len(one.runs & other.runs) < TEMPLATE * smaller:
        return False
    return contradictions(one, other) >= FILLED_IN


def contradictions(one: Wording, other: Wording) -> int:
    """How often a number stands where the other text has another, or a name where it has another name."""
    if one.tokens == other.tokens:
        return 0
    mine, theirs = ([fold(token) for token in each.tokens] for each in (one, other))
    found = 0
    for kind, i, j, k, m in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "replace" and (j - i) <= 8 and (m - k) <= 8:
            found += _differ(one.tokens[i:j], other.tokens[k:m])
    return found


def _differ(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    numbers = [
        {re.sub(r"[.,]", "", token).lstrip("0") for token in each if token[0].isdigit()} for each in (some, others)
    ]
    if all(numbers) and not numbers[0] & numbers[1]:
        return True
    names = [{fold(token) for token in each if token[0].isupper()} for each in (some, others)]
    return all(names) and not names[0] & names[1]


def _are_digests(one: Wording, other: Wording) -> bool:
    return is_digest(one.document.title) or is_digest(other.document.title)


def _short_copies(one: Wording, other: Wording) -> bool:
    """Whether two short texts under different headlines may be copies and are not the blurb of a series."""
    first, second = set(one.headline), set(other.headline)
    numbers = [{word for word in each if word.isdigit()} for each in (first, second)]
    if all(numbers) and numbers[0] != numbers[1]:
        return False  # a part of a series, or the bulletin of another day
    if len(first & second) < SHORT_HEADLINE * min(len(first), len(second)):
        return False
    times = [each.document.published.at for each in (one, other) if each.document.published]
    return len(times) < 2 or abs(times[0] - times[1]) <= SHORT_WITHIN


def is_digest(title: str) -> bool:
    """Whether a headline is several, one after the other, or announces a round-up."""
    return _SEVERAL.search(title) is not None


def sketch(runs: frozenset[tuple[str, ...]]) -> tuple[str, ...]:
    """The keys under which a text is looked up: the hashes (16 hex digits) of a fixed sample of its runs."""
    hashes = (hashlib.blake2b(" ".join(run).encode(), digest_size=8).hexdigest() for run in runs)
    return tuple(heapq.nsmallest(SKETCH, hashes))
