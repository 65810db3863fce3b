"""The short cuts before the patterns of phrases: they may let too much through and never too little."""

import re

import pytest

from pipeline.reading import phrases

LONGEST = 3
Beginnings = set[tuple[str, bool]]
OPEN: Beginnings = {("", False)}  # a class of letters: no more can be said of what follows


def beginnings(pattern: str, at: int) -> tuple[Beginnings, int]:
    """What the group (verbose, its inside begins at `at`) can begin with, up to `LONGEST` letters, each with whether
    more of the pattern follows; and where the group ends. Reads no more of the syntax than the phrases are written in.
    """
    branches: Beginnings = set()
    found = {("", True)}
    while pattern[at] != ")":
        if pattern[at] == "|":
            branches |= found
            found = {("", True)}
            at += 1
        elif pattern[at].isspace():
            at += 1
        else:
            one, at = repeated(pattern, *single(pattern, at))
            found = {
                ((start + more)[:LONGEST], is_open)
                for start, was_open in found
                for more, is_open in (one if was_open and len(start) < LONGEST else OPEN)
            }
    return branches | found, at + 1


def single(pattern: str, at: int) -> tuple[Beginnings, int]:
    """The beginnings of one group, class, escape or letter, and where it ends."""
    if pattern.startswith("(?:", at):
        return beginnings(pattern, at + 3)
    if pattern[at] == "[":
        return OPEN, pattern.index("]", at + 2) + 1
    if pattern[at] == "\\":
        escaped = pattern[at + 1]
        return OPEN if escaped.isalnum() else {(escaped, True)}, at + 2
    assert pattern[at] not in "()^$]{}*+?", f"not understood: {pattern[at : at + 20]}"
    return OPEN if pattern[at] == "." else {(pattern[at].lower(), True)}, at + 1


def repeated(pattern: str, once: Beginnings, at: int) -> tuple[Beginnings, int]:
    """The beginnings of what stands before a `?`, `*`, `+` or `{m,n}`, if one does, and where that ends."""
    sign = re.compile(r"[?*+]|\{(\d+),\d+\}").match(pattern, at)
    if sign is None:
        return once, at
    found = once if sign[0] == "?" else {(start, False) for start, _ in once}
    may_be_left_out = sign[0] in "?*" or sign[1] == "0"
    return found | ({("", True)} if may_be_left_out else set()), sign.end()


@pytest.mark.parametrize(
    ("pattern", "listed"),
    [
        (phrases._SIDE_HEADINGS, phrases._SIDE_BEGINNINGS),
        (phrases._SCRAP, phrases._SCRAP_BEGINNINGS),
    ],
)
def test_every_phrase_is_let_through(pattern: re.Pattern[str], listed: frozenset[str]) -> None:
    bullets = re.compile(r"\^\[[^]]+\]\*\(\?:").match(pattern.pattern)
    assert bullets is not None
    found, _ = beginnings(pattern.pattern, bullets.end())
    texts = {start.lstrip(phrases._BULLETS) for start, _ in found} - {""}
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
