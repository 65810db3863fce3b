"""The short cuts before the patterns of phrases: they may let too much through and never too little."""

import re
from collections.abc import Iterable
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from pipeline import phrases

LONGEST = 3


def beginnings(parsed: Iterable[tuple[Any, Any]]) -> set[tuple[str, bool]]:
    """What a parsed pattern can begin with, up to `LONGEST` letters, each with whether more of the pattern follows."""
    found = {("", True)}
    for kind, value in parsed:
        found = {
            ((start + more)[:LONGEST], is_open)
            for start, was_open in found
            for more, is_open in (_of_one(str(kind), value) if was_open and len(start) < LONGEST else {("", False)})
        }
    return found


def _of_one(kind: str, value: Any) -> set[tuple[str, bool]]:
    if kind == "LITERAL":
        return {(chr(value).lower(), True)}
    if kind == "SUBPATTERN":
        return beginnings(value[-1])
    if kind == "BRANCH":
        return set().union(*(beginnings(branch) for branch in value[1]))
    if kind == "MAX_REPEAT":
        least, most, repeated = value
        once = beginnings(repeated)
        return (once if most == 1 else {(start, False) for start, _ in once}) | ({("", True)} if not least else set())
    return {("", False)}


@pytest.mark.parametrize(
    ("pattern", "listed"),
    [
        (phrases._SIDE_HEADINGS, phrases._SIDE_BEGINNINGS),
        (phrases._SCRAP, phrases._SCRAP_BEGINNINGS),
    ],
)
def test_every_phrase_is_let_through(pattern: re.Pattern[str], listed: frozenset[str]) -> None:
    _, bullets, *rest = _parser.parse(pattern.pattern, pattern.flags)
    assert str(bullets[0]) == "MAX_REPEAT"
    texts = {start.lstrip(phrases._BULLETS) for start, _ in beginnings(rest)} - {""}
    assert len(texts) > 50
    missed = {text for text in texts if not phrases._may_begin(text + "\x00", listed)}
    # what begins with a class of letters is listed by hand: `a{2,3}`, `a[+-]`
    assert missed <= {"a"}


@pytest.mark.parametrize("text", ["» Related stories", "12 comments", "READ MORE", "Tin liên quan", "đọc thêm"])
def test_a_side_heading_is_one_in_any_case_and_behind_bullets(text: str) -> None:
    assert phrases.is_side_heading(text)


@pytest.mark.parametrize("text", ["aa", "A+", "(c) 2024 A Company", "[ Advertisement ]", "5 min read", "– Xem thêm"])
def test_a_scrap_is_one_in_any_case_and_behind_bullets(text: str) -> None:
    assert phrases.is_scrap(text)


@pytest.mark.parametrize("text", ["The ministry said so on Monday.", "Relations between the two grew."])
def test_a_sentence_is_neither(text: str) -> None:
    assert not phrases.is_scrap(text)
    assert not phrases.is_side_heading(text)
