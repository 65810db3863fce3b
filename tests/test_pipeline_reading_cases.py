"""Small pages of every kind that readers get wrong, in Vietnamese, English and other scripts, with what is right.

Rows marked `pending` are read wrongly still; they are expected to fail, and one that no longer does must lose its mark.
"""

import json
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.reading.read import RawPage, Reading, as_json, read, read_text

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "reading" / "cases.jsonl").read_text("utf-8").splitlines()
]


def read_case(row: dict[str, Any]) -> Reading:
    at = datetime.fromisoformat(row["fetched_at"])
    if "text" in row:
        return read_text(row["text"], url=row["url"], now=at)
    body = row["html"].encode("utf-8", "surrogatepass")
    return read(RawPage(url=row["url"], body=body, content_type="text/html; charset=utf-8", fetched_at=at))


def flat(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def faults(row: dict[str, Any]) -> list[str]:
    """What is wrong with the reading of a row, in words."""
    found = as_json(read_case(row).outcome)
    wanted = row["expected"]
    text = " ".join(flat(part) for part in [found.get("lead"), *found.get("paragraphs", [])])
    wrong = []
    if flat(found.get("title")) != flat(wanted["title"]):
        wrong.append(f"headline: {found.get('title')!r}, not {wanted['title']!r}")
    if (found.get("published_at") or "")[:10] != (wanted["published_day"] or ""):
        wrong.append(f"day: {found.get('published_at')}, not {wanted['published_day']}")
    wrong += [f"lost: {part}" for part in wanted["paras"] if flat(part) not in text]
    wrong += [f"leaked: {part}" for part in wanted["drop"] if flat(part) in text]
    if wanted["doubt"] and not found.get("doubts") and not found.get("rejected"):
        wrong.append("no doubt is said")
    return wrong


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row["id"], marks=pytest.mark.xfail(strict=True) if row.get("pending") else ())
        for row in CASES
    ],
)
def test_a_page_is_read_as_a_reader_reads_it(row: dict[str, Any]) -> None:
    assert faults(row) == []


def test_every_kind_has_its_cases() -> None:
    kinds = [row["kind"] for row in CASES]
    assert all(kinds.count(kind) >= 5 for kind in kinds)
