"""Text folded for comparison and for search; what is stored and shown stays as the page said it (pure).

Vietnamese is written with two legal placements of the tone mark (`hoà` and `hòa`, `khoẻ` and `khỏe`, `thuỷ` and
`thủy`), and pages carry both, often in one article. Typing slips put the mark on a vowel where it never stands
(`Đaò` for `Đào`), composed and decomposed forms occur side by side, and `Đ` is at times the Icelandic `Ð`. No
Unicode normal form makes these equal; a rule over the syllable does.
"""

import re
import unicodedata

_TONES = {
    "\N{COMBINING GRAVE ACCENT}",
    "\N{COMBINING ACUTE ACCENT}",
    "\N{COMBINING TILDE}",
    "\N{COMBINING HOOK ABOVE}",
    "\N{COMBINING DOT BELOW}",
}

_LOOK_ALIKES = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})

# Onset, nucleus and coda of a Vietnamese syllable, tone mark taken off. `qu`, and `gi` before a vowel, are onsets.
_SYLLABLE = re.compile(
    r"(qu|gi(?=[aăâeêoôơuưy])|ngh|ng|nh|gh|ch|kh|ph|th|tr|[bcdđghklmnprstvx])?"
    r"(iêu|yêu|oai|oao|oay|oeo|uây|uôi|ươi|ươu|uya|uyê|uyu"
    r"|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|iê|yê|oa|oă|oe|oi|ôi|ơi|oo|ua|ưa|uâ|ue|uê|ui|ưi|uô|uơ|ưu|ươ|uy|[aăâeêioôơuưy])"
    r"(ch|ng|nh|[cmnpt])?"
)
_SHAPED = frozenset("ăâêôơư")  # vowels with a mark of quality draw the tone mark to themselves

_PIECES = re.compile(r"[^\W\d_]+|[\W\d_]+")  # words, and what stands between them


def fold_tones(text: str) -> str:
    """The text in NFC with every tone mark where the traditional spelling has it (`hòa`, `khỏe`, `thủy`, `Đào`).

    Case, accents, punctuation and white space stay; look-alikes of `Đ` become `Đ`. A word that is no Vietnamese
    syllable with exactly one tone mark is left alone. Folding twice changes nothing.
    """
    text = unicodedata.normalize("NFC", text.translate(_LOOK_ALIKES))
    return text if text.isascii() else "".join(map(_PLACED.__getitem__, _PIECES.findall(text)))


class _Placed(dict[str, str]):
    """Word → the word with its tone mark in place. A language has few words, and texts repeat them."""

    MOST = 1 << 16

    def __missing__(self, word: str) -> str:
        if len(word) > 7:
            return word  # no syllable is that long
        if len(self) >= self.MOST:
            self.clear()
        self[word] = placed = _placed(word)
        return placed


_PLACED = _Placed()


def _placed(word: str) -> str:
    if len(word) < 2 or word.isascii():
        return word
    bare: list[str] = []
    tone = ""
    for letter in word:
        decomposed = unicodedata.normalize("NFD", letter)
        marks = [mark for mark in decomposed[1:] if mark in _TONES]
        if marks and (tone or len(marks) > 1):
            return word
        if marks:
            tone = marks[0]
            letter = unicodedata.normalize("NFC", decomposed.replace(tone, ""))
        bare.append(letter)
    lowered = "".join(bare).lower()
    syllable = _SYLLABLE.fullmatch(lowered) if tone and len(lowered) == len(bare) else None
    if syllable is None:
        return word
    at = syllable.start(2) + _toned_vowel(syllable[2], closed=syllable[3] is not None)
    bare[at] = unicodedata.normalize("NFC", bare[at] + tone)
    return "".join(bare)


def _toned_vowel(nucleus: str, *, closed: bool) -> int:
    shaped = [place for place, vowel in enumerate(nucleus) if vowel in _SHAPED]
    if shaped:
        return shaped[-1]  # ươ carries it on ơ
    if len(nucleus) == 3:
        return 1
    return len(nucleus) - 1 if closed else 0


def fold(text: str) -> str:
    """The text in lower case without diacritics, đ as d: for search only, never for telling two texts apart."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """Character → its letters in lower case without marks; nothing for a mark by itself."""

    def __missing__(self, code: int) -> str:
        lowered = chr(code).translate(_LOOK_ALIKES).lower().replace("đ", "d")
        decomposed = unicodedata.normalize("NFKD", lowered)
        self[code] = kept = (
            "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower().replace("ς", "σ")
        )
        return kept


_FOLDED = _Folded()
