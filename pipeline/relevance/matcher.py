"""Where the lexicon's terms stand in a text.

Vietnamese and English go through a trie of words (a dictionary walk from each word that begins a term; measured
about four times faster than one compiled alternation). The other languages, where words are inflected or not
separated, go through one compiled alternation a language.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from pipeline.relevance.lexicon import Group, Lexicon, Term, load

_WORDS = re.compile(r"(\W+)")
_JOINING = frozenset({" ", "-", " - ", "–", " – ", "'", "’", "/", ".", "\u00a0", "&", " & ", ", ", "‑", "—", " — "})
_DASHES = frozenset("-–—‑")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_ENDING = re.compile(r"[.!?…]\W*\s|[\n;。！？]|\s\|\s")
_ABBREVIATED = frozenset(
    [
        "tp",
        "ts",
        "gs",
        "pgs",
        "bs",
        "ths",
        "th",
        "dr",
        "mr",
        "mrs",
        "ms",
        "st",
        "no",
        "ck1",
        "ck2",
        "cki",
        "ckii",
        "vs",
        "ks",
        "cn",
        "ls",
        "t",
        "u",
        "s",
    ]
)
_TONES = (
    ("òa", "oà"), ("óa", "oá"), ("ỏa", "oả"), ("õa", "oã"), ("ọa", "oạ"), ("òe", "oè"), ("óe", "oé"),
    ("ỏe", "oẻ"), ("õe", "oẽ"), ("ọe", "oẹ"), ("ùy", "uỳ"), ("úy", "uý"), ("ủy", "uỷ"), ("ũy", "uỹ"), ("ụy", "uỵ"),
)  # fmt: skip


class Hit(NamedTuple):
    """A term found: word positions (two steps a word), its group, the sentence it stands in, its characters."""

    start: int
    end: int
    group: Group
    sentence: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Scan:
    """One passage with its hits in order."""

    text: str
    hits: tuple[Hit, ...]
    sentences: int

    def phrase(self, hit: Hit) -> str:
        """The words of a hit as they stand in the text."""
        return self.text[hit.first : hit.last]


def normalised(text: str) -> str:
    """NFC, without invisible characters, Icelandic Ð read as the Vietnamese Đ it was meant to be."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _INVISIBLE.sub("", text).replace("Ð", "Đ")


class WordTrie:
    """Longest terms from each word on; a word belongs to one match (all kinds the longest accepted term has)."""

    def __init__(self, terms: Iterable[Term], guards: Lexicon) -> None:
        self._root: dict[str, Any] = {}
        self._guards = guards.guards
        self._ends: dict[str, bool] = {}
        for term in terms:
            for words in _spellings(term.text):
                node = self._root
                for word in words:
                    node = node.setdefault(word.lower(), {})
                cased = words if term.cased else None
                entries = node.setdefault("", [])
                meaning = (term.group.kind, term.group.value)
                if not any((g.kind, g.value) == meaning and other in (None, cased) for g, other in entries):
                    entries.append((term.group, cased))

    def scan(self, text: str) -> Scan:
        """Find the terms of a passage (already normalised)."""
        lowered = text.lower()
        if len(lowered) != len(text):  # a letter whose small form is two letters: leave that letter alone
            lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
        pieces = _WORDS.split(lowered)
        count = len(pieces)
        offsets = [0, *accumulate(map(len, pieces))]
        ends = self._endings(pieces)
        root = self._root
        hits: list[Hit] = []
        after = 0
        for start in [i for i in range(0, count, 2) if pieces[i] in root]:
            if start < after:
                continue
            candidates = []
            node = root[pieces[start]]
            at = start + 1
            while True:
                if "" in node:
                    candidates.append((at, node[""]))
                if at + 1 >= count:
                    break
                between = pieces[at]
                if between not in _JOINING and not (between == ". " and pieces[at - 1] in _ABBREVIATED):
                    break
                node = node.get(pieces[at + 1])
                if node is None:
                    break
                at += 2
            while candidates:
                end, entries = candidates.pop()
                first, last = offsets[start], offsets[end]
                accepted = False
                for group, cased in entries:
                    if cased is not None and not _as_written(text[first:last], cased):
                        continue
                    if group.guard and not self._allowed(group.guard, text, pieces, offsets, start, end):
                        continue
                    accepted = True
                    if group.kind != "plain" or group.health:
                        hits.append(Hit(start, end, group, bisect_left(ends, start), first, last))
                if accepted:
                    after = end
                    break
        return Scan(text, tuple(hits), len(ends) + 1)

    def _endings(self, pieces: list[str]) -> list[int]:
        known = self._ends
        ends = []
        for i in [i for i in range(1, len(pieces), 2) if pieces[i] != " "]:
            piece = pieces[i]
            ending = known.get(piece)
            if ending is None:
                ending = known[piece] = bool(_ENDING.search(piece))
            if ending and not (piece == ". " and (pieces[i - 1] in _ABBREVIATED or len(pieces[i - 1]) == 1)):
                ends.append(i)
        return ends

    def _allowed(self, guard: str, text: str, pieces: list[str], offsets: list[int], start: int, end: int) -> bool:
        """Whether the neighbours of a short name let it be a country (see guards.toml)."""
        if guard == "dash":
            return any(_DASHES.intersection(piece) for piece in pieces[start + 1 : end : 2])
        left = pieces[start - 1] if start else ""
        right = pieces[end] if end < len(pieces) else ""
        if _DASHES.intersection(left) or _DASHES.intersection(right):
            return True
        before = text[offsets[start - 2] : offsets[start - 1]] if left == " " else ""
        following = text[offsets[end + 1] : offsets[end + 2]] if right == " " and end + 1 < len(pieces) else ""
        if before.lower() in self._guards["person_before"]:
            return False
        state = before.lower() in self._guards["state_before"]
        name = text[offsets[start] : offsets[end]]
        if not state and len(name) > 1 and name.isupper():
            return False  # a headline in capitals tells no names from words
        if before and not state and before[0].isupper() and not before.isupper():
            return False
        if not state and following[:1].isupper() and _vietnamese(following):
            return False
        if guard == "name-start" and not before:
            return following.lower() in self._guards["state_verbs"]
        return True


class Alternation:
    """One compiled alternation of a language's terms, longest first; positions are made comparable to words."""

    def __init__(self, terms: Iterable[Term], *, spaced: bool) -> None:
        self._step = 6 if spaced else 2
        exact: list[Term] = []
        any_case: list[Term] = []
        groups: dict[str, list[Group]] = {}
        for term in terms:
            meanings = groups.setdefault(term.text, [])
            if not meanings:
                (exact if term.cased else any_case).append(term)
            if all((group.kind, group.value) != (term.group.kind, term.group.value) for group in meanings):
                meanings.append(term.group)
        self._patterns = [
            (re.compile(_alternatives(some, spaced=spaced), flags), [groups[term.text] for term in some])
            for some, flags in ((_longest(exact), re.NOFLAG), (_longest(any_case), re.IGNORECASE))
            if some
        ]

    def scan(self, text: str) -> Scan:
        """Find the terms of a passage (already normalised)."""
        ends = [match.start() for match in _ENDING.finditer(text)]
        hits: list[Hit] = []
        for pattern, meanings in self._patterns:
            for match in pattern.finditer(text):
                first, last = match.span()
                start = 2 * (first // self._step)
                end = max(start + 1, 2 * (last // self._step))
                sentence = bisect_left(ends, first)
                found = meanings[(match.lastindex or 1) - 1]
                hits.extend(Hit(start, end, group, sentence, first, last) for group in found)
        hits.sort(key=lambda hit: hit[:2])
        return Scan(text, tuple(hits), len(ends) + 1)


@cache
def matcher(language: str) -> WordTrie | Alternation:
    """The matcher of a language; Vietnamese and English share one."""
    if language == "en":
        return matcher("vi")
    lexicon = load()
    everywhere = lexicon.terms.get("*", ())
    if language == "vi":
        own = (*everywhere, *lexicon.terms.get("vi", ()), *lexicon.terms.get("en", ()))
        return WordTrie(_with_health_inside([term for term in own if not term.bare], lexicon), lexicon)
    own = (*lexicon.terms.get(language, ()), *everywhere)
    return Alternation(own, spaced=language not in ("zh", "ja", "th", "lo", "km"))


def _with_health_inside(terms: Sequence[Term], lexicon: Lexicon) -> Iterator[Term]:
    """The terms; an act, office or name with a health word inside ("hội nghị bộ trưởng y tế") carries its health."""
    health = WordTrie((term for term in terms if term.group.kind == "health"), lexicon)
    for term in terms:
        group = term.group
        if " " in term.text and group.kind in ("act", "home", "organisation", "party", "false"):
            inside = max((hit.group.strength for hit in health.scan(term.text).hits), default=0.0)
            if inside > group.health:
                term = replace(term, group=replace(group, health=inside))
        yield term


def _spellings(text: str) -> Iterator[list[str]]:
    """A term's words, with the tone mark on either vowel where both are written (hòa, hoà)."""
    yield _split(text)
    other = text
    for new, old in _TONES:
        for one, two in ((new, old), (new.capitalize(), old.capitalize()), (new.upper(), old.upper())):
            other = other.replace(one, two)
    if other != text:
        yield _split(other)


def _as_written(phrase: str, words: list[str]) -> bool:
    """Whether a phrase has the words in their own case, or all in capitals."""
    if len(words) == 1:
        return phrase == words[0] or phrase == words[0].upper()
    found = _WORDS.split(phrase)[::2]
    return found == words or found == [word.upper() for word in words]


def _split(text: str) -> list[str]:
    return [word for word in _WORDS.split(unicodedata.normalize("NFC", text))[::2] if word]


def _longest(terms: Iterable[Term]) -> list[Term]:
    return sorted(terms, key=lambda term: (-len(term.text), term.text))


def _alternatives(terms: Sequence[Term], *, spaced: bool) -> str:
    forms = []
    for term in terms:
        text = re.escape(term.text.rstrip("*")).replace(r"\ ", r"[\s\-]+")
        if spaced and not term.bare:
            text = rf"(?<!\w){text}" + (r"\w*" if term.text.endswith("*") else r"(?!\w)")
        forms.append(f"({text})")
    return "|".join(forms)


_SYLLABLE = re.compile(
    r"^(?:ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?[aeiouyăâêôơư]{1,3}(?:ch|ng|nh|[cmnpt])?$",
    re.IGNORECASE,
)


def _vietnamese(word: str) -> bool:
    """Whether a word may be a Vietnamese syllable: then the short name before it is part of a longer name."""
    bare = "".join(
        c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u0323" or c in "\u0302\u0306\u031b"
    )
    return bool(_SYLLABLE.match(unicodedata.normalize("NFC", bare)))
