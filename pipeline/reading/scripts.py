"""Lengths as readers feel them, and ends of sentences, in any script (pure).

A Chinese sentence of thirty characters says what a Vietnamese one of ninety does. Every limit on the length of a text
is meant in letters of the Latin script; `length` counts the others as so many of these.
"""

import re

SENTENCE_ENDS = frozenset(".!?…。！？．｡।။។؟")
"""What ends a sentence, in any script. Thai and Lao have no mark."""

CLOSERS = "\"'”’»)）」』】"
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # Chinese and Japanese
_SYLLABIC = re.compile(r"[\uac00-\ud7a3]")  # Korean
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer
_LATIN_ENOUGH = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7a3]")


def length(text: str) -> int:
    """The length of a text in letters of the Latin script."""
    plain = len(text)
    if text.isascii() or _LATIN_ENOUGH.search(text) is None:
        return plain
    extra = 1.8 * len(_DENSE.findall(text)) + 1.2 * len(_SYLLABIC.findall(text)) + 0.3 * len(_UNSPACED.findall(text))
    return plain + int(extra)


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, closing quotes and brackets aside."""
    return text.rstrip(CLOSERS + " ")[-1:] in SENTENCE_ENDS


def is_unspaced(text: str) -> bool:
    """Whether a text is Thai, Lao, Khmer or Burmese: scripts without spaces, and mostly without full stops."""
    return not text.isascii() and len(_UNSPACED.findall(text)) > len(text) * 0.4
