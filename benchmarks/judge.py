"""How fast the judge is: rows a second in one process, beside three regular expressions over the same rows.

    python benchmarks/judge.py [--seconds 5]

A row is a headline and 300 words made of the repository's own labelled texts, one a paragraph: much denser in health,
countries and cooperation than ordinary news, so this is the slow case. The peer is the usual keyword triple
(health AND foreign AND cooperation), which finds less than two thirds as well as the judge does.
"""

import argparse
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.relevance import judge_text
from pipeline.relevance.rows import Row, read_rows

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


def rows_of_300_words() -> list[Row]:
    """Rows with a headline of one story and the text of that and the following ones, cut at 300 words."""
    own = [row for row in read_rows(OWN) if row.language in ("vi", "en") and row.text]
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
    """Rows a second: whole passes until the time is up."""
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for row in rows:
            what(row)
        done += len(rows)
    return done / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    seconds = parser.parse_args().seconds
    rows = rows_of_300_words()
    started = time.perf_counter()
    judge_text(rows[0].title, rows[0].text, rows[0].language)
    print(f"first judgement, lexicon and weights read: {time.perf_counter() - started:.2f} s")
    words = sum(len(row.text.split()) for row in rows) / len(rows)
    judged = rate(lambda row: judge_text(row.title, row.text, row.language), rows, seconds)
    triple = rate(keyword_triple, rows, seconds)
    print(f"{len(rows)} rows of {words:.0f} words: judge {judged:,.0f} rows/s, keyword triple {triple:,.0f} rows/s")


if __name__ == "__main__":
    main()
