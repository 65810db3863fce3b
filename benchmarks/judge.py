"""How fast the judge is: rows a second in one process, beside three regular expressions over the same rows.

    python benchmarks/judge.py [--seconds 5]

A row is a headline and 300 words made of the repository's own labelled texts, one a paragraph. Two kinds: `ordinary`
rows are made of the negative ones of the blind tests (news of all sections with its share of health), `dense` rows of
all (nothing but health, countries and cooperation: the slow case). Rates are by CPU time of this process, so that other
work on the machine counts less. The peer is the usual keyword triple (health AND foreign AND cooperation), which finds
less than two thirds as well as the judge does.
"""

import argparse
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.relevance import judge_text
from pipeline.relevance.training.rows import Row, read_rows

OWN = Path(__file__).parent.parent / "tests" / "labelled" / "stories.jsonl"
HEALTH = re.compile(
    r"y tế|bệnh viện|sức khỏe|vắc xin|vaccine|bác sĩ|thuốc|dịch bệnh|health|hospital|medical|doctor", re.I
)
FOREIGN = re.compile(
    r"nhật bản|hàn quốc|hoa kỳ|\bmỹ\b|\bpháp\b|\bđức\b|\blào\b|campuchia|cuba|\bnga\b|trung quốc|\bwho\b|unicef|đại sứ"
    r"|japan|korea|\bus\b|france|germany|laos|cambodia|russia|china|ambassador",
    re.I,
)
COOPERATION = re.compile(
    r"hợp tác|ký kết|viện trợ|tài trợ|tặng|hỗ trợ|tiếp|đào tạo|cooperat|sign|donat|grant|support", re.I
)


def keyword_triple(row: Row) -> bool:
    """The peer: all three kinds of words somewhere."""
    text = f"{row.title}\n{row.text}"
    return bool(HEALTH.search(text) and FOREIGN.search(text) and COOPERATION.search(text))


def rows_of_300_words(*, ordinary: bool = False) -> list[Row]:
    """Rows with a headline of one story and the text of that and the following ones, cut at 300 words."""
    own = [row for row in read_rows(OWN) if row.language in ("vi", "en") and row.text]
    if ordinary:
        own = [row for row in own if row.kind.startswith("blind-test") and row.label == "negative"]
    rows = []
    for number, row in enumerate(own):
        paragraphs, words = [], 0
        for other in own[number:] + own[:number]:
            paragraphs.append(" ".join(other.text.split()))
            words += len(other.text.split())
            if words >= 300:
                break
        rows.append(Row(id=row.id, title=row.title, text="\n".join(paragraphs), language=row.language, label=row.label))
    return rows


def rate(what: Callable[[Row], object], rows: Sequence[Row], seconds: float) -> float:
    """Rows a second of CPU time: whole passes until the time is up."""
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for row in rows:
            what(row)
        done += len(rows)
    return done / (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    seconds = parser.parse_args().seconds
    rows = rows_of_300_words()
    started = time.perf_counter()
    judge_text(rows[0].title, rows[0].text, rows[0].language)
    print(f"first judgement, lexicon and weights read: {time.perf_counter() - started:.2f} s")
    for name, some in (("ordinary", rows_of_300_words(ordinary=True)), ("dense", rows)):
        words = sum(len(row.text.split()) for row in some) / len(some)
        judged = rate(lambda row: judge_text(row.title, row.text, row.language), some, seconds)
        triple = rate(keyword_triple, some, seconds)
        print(
            f"{name}: {len(some)} rows of {words:.0f} words: judge {judged:,.0f} rows/s ({1e6 / judged:.0f} µs a row), "
            f"keyword triple {triple:,.0f} rows/s"
        )


if __name__ == "__main__":
    main()
