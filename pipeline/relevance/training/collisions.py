"""Terms that fire in the wrong sense: reads texts that are no stories and lists suspects.

    python -m pipeline.relevance.training.collisions FILE.jsonl … [--stream FILE] [--fewest 4]

* `inside`: mostly the same word stands before or after the term: it is part of a longer name or phrase.
* `across`: the words at its two ends belong to their neighbours rather than to each other: "động kinh" in "hoạt động
  kinh doanh" is no epilepsy.
* `name`: a country or place of one word, mostly beside one more word with a capital: a person, a club, a street.

Nothing is decided here: a person reads the list and mends the lexicon. `across` is a test over our own labelled set.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pipeline.relevance.judging import passages
from pipeline.relevance.matcher import Hit
from pipeline.relevance.text import paragraphs_of
from pipeline.relevance.training.rows import Row, read_rows, read_stream

MOSTLY = 0.7  # of a term's hits, for terms of several words
OFTEN = 0.3  # for terms of one word
_WORD = re.compile(r"\w+")
_BEFORE = re.compile(r"(\w+) $")
_AFTER = re.compile(r" (\w+)")


@dataclass(frozen=True)
class Suspect:
    """A term, the file and group it is written in, what is odd about it in how many of its hits, and one example."""

    term: str
    group: str
    odd: str
    count: int
    hits: int
    example: str


@dataclass
class _Seen:
    hits: int = 0
    names: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    around: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)


def suspects(rows: Sequence[Row], fewest: int = 4) -> list[Suspect]:
    """The suspicious terms of rows that are no stories, the commonest first."""
    pairs: Counter[tuple[str, str]] = Counter()
    seen: dict[tuple[str, str], _Seen] = defaultdict(_Seen)
    for row in rows:
        words = _WORD.findall(f"{row.title}. {row.text}".lower())
        pairs.update(pairwise(words))
        lines = paragraphs_of(row.text)
        head, lead, body, _ = passages(
            title=row.title, lead=lines[0] if lines else None, paragraphs=lines[1:], captions=(), language=row.language
        )
        for passage in (head, *([lead] if lead else []), *body):
            for hit in passage.scan.hits:
                _note(seen[passage.scan.phrase(hit).lower(), hit.group.name], passage.scan.text, hit)
    found = [
        suspect
        for (term, group), one in seen.items()
        for suspect in (*_inside(term, group, one, fewest), *_across(term, group, one, pairs))
    ]
    return sorted(found, key=lambda suspect: (-suspect.count, suspect.term, suspect.odd))


def _note(one: _Seen, text: str, hit: Hit) -> None:
    one.hits += 1
    before, after = _BEFORE.search(text[max(0, hit.first - 30) : hit.first]), _AFTER.match(text, hit.last)
    left, right = before[1] if before else "", after[1] if after else ""
    one.before[left.lower()] += 1
    one.after[right.lower()] += 1
    one.around[left.lower(), right.lower()] += 1
    example = " ".join(text[max(0, hit.first - 40) : hit.last + 40].split())
    for word in (left.lower(), right.lower()):
        one.examples.setdefault(word, example)
    if hit.group.kind == "country" and " " not in text[hit.first : hit.last]:
        one.names += left.istitle() or right.istitle()


def _inside(term: str, group: str, one: _Seen, fewest: int) -> Iterator[Suspect]:
    share = MOSTLY if " " in term else OFTEN
    for side, longer in ((one.before, "{} " + term), (one.after, term + " {}")):
        word, count = max(((w, c) for w, c in side.items() if w), key=lambda pair: (pair[1], pair[0]), default=("", 0))
        if count >= max(fewest, share * one.hits):
            yield Suspect(term, group, "inside: " + longer.format(word), count, one.hits, one.examples[word])
    if one.names >= max(fewest, MOSTLY * one.hits):
        yield Suspect(term, group, "name", one.names, one.hits, next(iter(one.examples.values())))


def _across(term: str, group: str, one: _Seen, pairs: Counter[tuple[str, str]]) -> Iterator[Suspect]:
    words = _WORD.findall(term)
    if len(words) != 2:
        return
    own = pairs[words[0], words[1]]
    for (left, right), count in one.around.items():
        outer = min(pairs[left, words[0]], pairs[words[1], right])
        if left and right and outer > own + 2:
            odd = f"across: {left} {term} {right}"
            yield Suspect(term, group, odd, count, one.hits, one.examples[left])


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the suspects."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--stream", type=Path, action="append", default=[])
    parser.add_argument("--fewest", type=int, default=4, help="hits in which a term must be odd")
    given = parser.parse_args(arguments)
    rows = [row for file in given.files for row in read_rows(file)]
    rows += [row for file in given.stream for row in read_stream(file)]
    for suspect in suspects([row for row in rows if row.label == "negative"], given.fewest):
        print(f"{suspect.count:>4}/{suspect.hits:<4} {suspect.term:<24} {suspect.group:<34} {suspect.odd}")
        print(f"          … {suspect.example} …")


if __name__ == "__main__":
    main()
