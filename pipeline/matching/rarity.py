"""How rare a word, a pair of words, a name or a number is in the news: what is rare and shared tells an event (pure).

A table of document frequencies over labelled material and a stream of feed items, hashed: it holds counts and no words.
What was never seen counts as seen once. Made by `python -m pipeline.matching.training.train`.
"""

import math
import sys
import zlib
from functools import lru_cache
from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FILE = Path(__file__).parent / "rarity.bin.zst"
SLOTS = 1 << 18
"""Each slot is a byte: the most documents that one of its terms stands in, on a logarithmic scale."""

STEPS = 16  # of the scale for each doubling
_HEAD = 4  # bytes before the slots: the number of documents


def slot(term: str) -> int:
    """The place of a term in the table."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass")) % SLOTS


def packed(counts: dict[str, int], documents: int) -> bytes:
    """The table of these document frequencies as it is kept in the file."""
    table = bytearray(SLOTS)
    for term, count in counts.items():
        place = slot(term)
        table[place] = max(table[place], min(255, round(STEPS * math.log2(count))))
    return zstd.compress(documents.to_bytes(_HEAD, "big") + bytes(table), 19)


@lru_cache(maxsize=1)
def _loaded() -> tuple[float, bytes]:
    raw = zstd.decompress(FILE.read_bytes())
    return math.log(int.from_bytes(raw[:_HEAD], "big")), raw[_HEAD:]


@lru_cache(maxsize=1 << 17)  # a language has few words, and texts repeat them
def rarity(term: str) -> float:
    """The inverse document frequency of a term, in nats; the logarithm of all documents for one never seen."""
    most, table = _loaded()
    return max(0.0, most - table[slot(term)] / STEPS * _LN2)


def forget() -> None:
    """Read the table anew when it is next asked for: it has been made again."""
    _loaded.cache_clear()
    rarity.cache_clear()


_LN2 = math.log(2)
