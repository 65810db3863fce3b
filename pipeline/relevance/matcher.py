"""Where the lexicon's terms stand in a text.

Vietnamese and English go through a trie of words: a dictionary walk from each word that begins a term. The other
languages, where words are inflected or not separated, are searched for the terms' written forms. Both were measured
against compiled alternations, which were slower to search and took a tenth of a second a language to compile.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from pipeline.relevance.lexicon import Group, Lexicon, Term, load
from pipeline.relevance.text import UNKNOWN

_WORDS = re.compile(r"(\W+)")
_JOINING = frozenset({" ", "-", " - ", "–", " – ", "'", "’", "/", ".", "\u00a0", "&", " & ", ", ", "‑", "—", " — "})
_DASHES = frozenset("-–—‑")
_SPACES = str.maketrans("-\u2011\u00a0", "   ")
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "ko", "ar"})  # Korean and Arabic hang particles on their words
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


_NO_WORD = "\0"  # stands behind the last word


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
    """One passage with its hits in order; `text` may hold other passages around it."""

    text: str
    hits: tuple[Hit, ...]
    sentences: int
    base: int = 0  # the number of its first sentence in the joined text

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
        return self.scans([text])[0]

    def scans(self, texts: Sequence[str]) -> list[Scan]:
        """Find the terms of several passages in one walk over all of them. Their hits point into the joined text."""
        whole = "\n".join(texts)
        pieces = _WORDS.split(_lowered(whole))
        offsets = [0, *accumulate(map(len, pieces))]
        ends = self._endings(pieces)
        found = self._walk(whole, pieces, offsets, ends)
        if len(texts) == 1:
            return [Scan(whole, tuple(found), len(ends) + 1)]
        borders = [offsets[i] for i in ends]
        starts = [hit.first for hit in found]
        scans: list[Scan] = []
        begin = taken = 0
        for text in texts:
            after = begin + len(text) + 1
            base = bisect_left(borders, begin) if begin else 0
            until = bisect_left(borders, after) if after <= len(whole) else len(ends) + 1
            upto = bisect_left(starts, after, taken)
            scans.append(Scan(whole, tuple(found[taken:upto]), max(1, until - base), base))
            begin, taken = after, upto
        return scans

    def _walk(self, text: str, pieces: list[str], offsets: list[int], ends: list[int]) -> list[Hit]:
        """The terms found, in order."""
        root = self._root
        count = len(pieces)
        padded = [*pieces, " ", _NO_WORD]
        hits: list[Hit] = []
        after = 0
        for start in [i for i in range(0, count, 2) if pieces[i] in root]:
            node = root[pieces[start]]
            if start < after or ("" not in node and padded[start + 2] not in node):
                continue
            candidates = []
            at = start + 1
            while True:
                if "" in node:
                    candidates.append((at, node[""]))
                following = padded[at + 1]
                if following not in node:
                    break
                between = pieces[at]
                if between not in _JOINING and not (between == ". " and pieces[at - 1] in _ABBREVIATED):
                    break
                node = node[following]
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
        return hits

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
        if guard == "own-name":
            if end + 1 >= len(pieces) or pieces[end] != " ":
                return False
            following = text[offsets[end + 1] : offsets[end + 2]]
            return following[0].isupper() and not following.isascii() and _vietnamese(following)
        if guard == "place":
            if not start or pieces[start - 1] != " " or pieces[start - 2] not in self._guards["unit_before"]:
                return True
            return not all(map(_vietnamese, pieces[start:end:2]))
        left = pieces[start - 1] if start else ""
        right = pieces[end] if end < len(pieces) else ""
        for joint, other in ((left, start - 2), (right, end + 1)):
            if not _DASHES.intersection(joint) or not 0 <= other < len(pieces):
                continue
            if pieces[other] in self._guards["dash_with"] or not _vietnamese(pieces[other]):
                return True  # "Việt - Anh", "Singapore - Anh"; "Tuan-Anh" is a given name
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


class Forms:
    """Terms as they stand in the text, tried longest first wherever their first two letters stand.

    For languages whose words change their endings (a term's `*` stands for any ending) or are not separated by spaces
    (`spaced` false: a term may stand anywhere). Word positions are estimated from letters, to be comparable.
    """

    def __init__(self, terms: Iterable[Term], *, spaced: bool) -> None:
        self._spaced = spaced
        self._step = 6 if spaced else 2
        self._terms: dict[str, list[tuple[str, Term]]] = {}
        self._further: dict[str, re.Pattern[str]] = {}  # what follows the first stem of a term with several
        for term in terms:
            form, *others = _evened(term.text.rstrip("*")).split("*")
            if others:
                self._further[term.text] = re.compile(r"\w*" + r"\w*".join(map(re.escape, others)))
            self._terms.setdefault(form[:2], []).append((form, term))
        for begin, some in self._terms.items():
            if len(begin) == 2:
                some.extend(self._terms.get(begin[0], ()))
            some.sort(key=lambda pair: (-len(pair[0]), pair[0]))

    def scan(self, text: str) -> Scan:
        """Find the terms of a passage (already normalised)."""
        lower = _evened(text)
        ends = [match.start() for match in _ENDING.finditer(text)]
        hits: list[Hit] = []
        after = 0
        for first in range(len(lower) - 1):
            terms = self._terms.get(lower[first : first + 2]) or self._terms.get(lower[first])
            if first < after or terms is None:
                continue
            word_begins = first == 0 or not lower[first - 1].isalnum()
            seen: set[tuple[str, str]] = set()
            for form, term in terms:
                last = first + len(form)
                if last < after:  # shorter than what was found here
                    break
                if not lower.startswith(form, first) or (term.cased and not self._same(text[first:last], term)):
                    continue
                if further := self._further.get(term.text):
                    if not (rest := further.match(lower, last)):
                        continue
                    last = rest.end()
                if self._spaced and not term.bare:
                    if not word_begins:
                        continue
                    if term.text.endswith("*"):
                        while last < len(lower) and lower[last].isalnum():
                            last += 1
                    elif last < len(lower) and lower[last].isalnum():
                        continue
                meaning = (term.group.kind, term.group.value)
                if meaning not in seen:
                    seen.add(meaning)
                    start = 2 * (first // self._step)
                    end = max(start + 1, 2 * (last // self._step))
                    hits.append(Hit(start, end, term.group, bisect_left(ends, first), first, last))
                after = max(after, last)
        return Scan(text, tuple(hits), len(ends) + 1)

    def scans(self, texts: Sequence[str]) -> list[Scan]:
        """Find the terms of several passages."""
        return [self.scan(text) for text in texts]

    @staticmethod
    def _same(phrase: str, term: Term) -> bool:
        stem = term.text.split("*")[0]
        return phrase in (stem, stem.upper())


@cache
def matcher(language: str) -> WordTrie | Forms:
    """The matcher of a language; Vietnamese and English texts name things in each other's words, so each reads both."""
    lexicon = load()
    if language == UNKNOWN:
        return matcher("en")
    everywhere = lexicon.terms.get("*", ())
    if language in ("vi", "en"):
        english = lexicon.terms.get("en", ())
        if language == "vi":  # "lung linh", "Cù Lao", "Thai nhi": words of both languages are read as Vietnamese
            english = tuple(term for term in english if not _could_be_vietnamese(term.text))
        own = (*everywhere, *lexicon.terms.get("vi", ()), *english)
        return WordTrie(_with_health_inside([term for term in own if not term.bare], lexicon), lexicon)
    own = (*lexicon.terms.get(language, ()), *everywhere)
    return Forms(own, spaced=language not in UNSPACED)


def _could_be_vietnamese(term: str) -> bool:
    """Whether an English term is made of letters that Vietnamese syllables without marks have too."""
    return term.isascii() and all(_vietnamese(word) for word in _split(term))


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


def _lowered(text: str) -> str:
    """Small letters, each in its place: a letter whose small form is two letters is left alone."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _evened(text: str) -> str:
    """Small letters, hyphens and hard spaces as spaces."""
    return _lowered(text).translate(_SPACES)


_SYLLABLE = re.compile(
    r"^(?:ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?[aeiouyăâêôơư]{1,3}(?:ch|ng|nh|[cmnpt])?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def _vietnamese(word: str) -> bool:
    """Whether a word may be a Vietnamese syllable: then the short name before it is part of a longer name."""
    bare = "".join(
        c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u0323" or c in "\u0302\u0306\u031b"
    )
    return bool(_SYLLABLE.match(unicodedata.normalize("NFC", bare)))
