"""Training: signs, determinism, grouped folds, calibration, rows from people's labels."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.relevance import weights, wording
from pipeline.relevance.training.cross_validation import Examples, cross_validated
from pipeline.relevance.training.fit import fit, joined, margin, split
from pipeline.relevance.training.fit_wording import fit_wording
from pipeline.relevance.training.rows import (
    Row,
    label_row,
    near_duplicate_groups,
    read_rows,
    read_stream,
    row_features,
    row_of,
)
from pipeline.relevance.training.train import main
from storage.records import Document, Label

pytestmark = pytest.mark.slow

OWN = Path(__file__).parent / "labelled" / "stories.jsonl"


def make_row(id: str, title: str, text: str = "", label: str = "negative") -> Row:
    return Row(id=id, title=title, text=text, language="vi", label=label)


def test_weights_keep_their_signs() -> None:
    examples = [{"against: x": 1.0, "title: act": 0.0}, {"title: act": 1.0, "against: x": 0.0}] * 20
    found = fit(examples, [True, False] * 20)  # labels that ask for the wrong signs
    assert found.weights == {}


def test_weights_separate_what_can_be_separated() -> None:
    examples = [{"title: act": 1.0}, {"against: x": 1.0}] * 20
    found = fit(examples, [True, False] * 20)
    assert margin(found, {"title: act": 1.0}) > 1 > -1 > margin(found, {"against: x": 1.0})


def test_folds_keep_groups_whole_and_do_not_move() -> None:
    groups = [f"g{n % 7}" for n in range(40)]
    for inside, outside in split(groups, 5):
        assert not {groups[i] for i in inside} & {groups[i] for i in outside}
    before = {groups[i] for _, outside in list(split(groups, 5))[:1] for i in outside}
    after = {
        g for _, outside in list(split([*groups, "new"], 5))[:1] for i in outside if (g := [*groups, "new"][i]) != "new"
    }
    assert before == after


def test_near_duplicates_share_a_group() -> None:
    text = "Lễ bàn giao máy thở diễn ra sáng nay tại kho trung ương với sự có mặt của Thứ trưởng và ngài Đại sứ"
    rows = [
        make_row("a", "Trao máy thở", text),
        make_row("b", "Bàn giao máy thở cho kho", text + " cùng nhiều khách"),
        make_row("c", "Chuyện khác", "Bóng đá cuối tuần có nhiều trận hay ở khắp nơi trên cả nước"),
        make_row("d", "Trao máy thở", "Một bài ngắn cùng tên"),
        make_row("e", "Sốt rét", "Một bài nữa"),
    ]
    groups = near_duplicate_groups(rows, [["c", "e"]])
    assert groups[0] == groups[1] == groups[3]
    assert groups[2] == groups[4] != groups[0]


def test_a_row_is_never_judged_by_weights_trained_on_it() -> None:
    good = [make_row(f"g{n}", f"Nhật Bản trao tặng máy thở số {n}", f"Việc thứ {n}", "positive") for n in range(30)]
    bad = [make_row(f"b{n}", f"Bóng đá vòng {n}", f"Trận thứ {n}") for n in range(30)]
    odd = make_row("odd", "Nhật Bản trao tặng máy thở lạ lùng", "Chuyện riêng biệt", "negative")
    scores = cross_validated(Examples.of([*good, *bad, odd]), folds=5)
    assert scores[-1] > max(scores[30:60])  # nothing but its own label says otherwise


def test_joining_is_calibrated_to_the_rate_of_a_stream() -> None:
    sure = [(4.0, 4.0)] * 20 + [(-4.0, -4.0)] * 20
    found = joined(sure, [True] * 20 + [False] * 20, [1.0] * 40)
    rare = weights.probability(found.log_odds(0.0, 0.0))
    assert rare < 0.1  # between the two the rate decides
    assert weights.probability(joined(sure, [True] * 20 + [False] * 20).log_odds(0.0, 0.0)) == pytest.approx(0.5)
    mistaken = joined([*sure, (4.0, 4.0), (4.0, 4.0)], [True] * 20 + [False] * 22, [1.0] * 42)
    assert mistaken.log_odds(4.0, 4.0) < found.log_odds(4.0, 4.0)


def test_what_a_row_stands_for_counts() -> None:
    margins = [(1.0, 1.0), (1.2, 1.1), (0.9, 1.0), (-3.0, -3.0)]
    one = joined(margins, [True, True, False, False], [1, 1, 1, 1])
    many = joined(margins, [True, True, False, False], [1, 1, 1, 500])
    assert many.log_odds(1.0, 1.0) > one.log_odds(1.0, 1.0)


def test_wording_learns_words_of_several_rows_only() -> None:
    texts = [("Trao tặng máy thở", "một"), ("Trao tặng thuốc", "hai"), ("Bóng đá", "ba"), ("Bóng chuyền", "bốn")]
    found = fit_wording([wording.phrases(*text) for text in texts], [True, True, False, False])
    assert found.weights["trao tặng"] > 0 > found.weights["bóng"]
    assert "máy thở" not in found.weights
    assert found.margin(wording.phrases("Trao tặng xe", "")) > found.margin(wording.phrases("Bóng rổ", ""))


def test_training_gives_the_same_files_again(tmp_path: Path) -> None:
    small = tmp_path / "rows.jsonl"
    lines = OWN.read_text(encoding="utf-8").splitlines()
    small.write_text("\n".join(lines[::6]) + "\n", encoding="utf-8")
    stream = tmp_path / "stream.jsonl.gz"
    items = [{"id": str(n), "title": f"Tin thứ {n}", "text": "Chuyện trong ngày."} for n in range(40)]
    stream.write_bytes(gzip.compress("\n".join(map(json.dumps, items)).encode()))
    first, second = tmp_path / "one", tmp_path / "two"
    for folder in (first, second):
        folder.mkdir()
        main([str(small), "--stream", str(stream), "--out", str(folder)])
    for name in (weights.FILE.name, wording.FILE.name):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    loaded = weights.load(first / weights.FILE.name)
    assert loaded.version
    assert loaded.weights
    assert wording.load(first / wording.FILE.name).weights


def test_a_stream_gives_its_labelled_rows_and_some_of_the_others(tmp_path: Path) -> None:
    file = tmp_path / "stream.jsonl"
    items = [{"id": str(n), "title": "x", "text": ""} for n in range(400)] + [
        {"id": "p", "title": "x", "text": "", "label": "positive"}
    ]
    file.write_text("\n".join(map(json.dumps, items)), encoding="utf-8")
    rows = read_stream(file)
    others = [row for row in rows if row.id != "p"]
    assert [row.label for row in rows if row.id == "p"] == ["positive"]
    assert 70 < len(others) < 130
    assert {(row.label, row.stands_for) for row in others} == {("negative", 4.0)}


def test_the_second_opinion_is_small() -> None:
    assert wording.FILE.stat().st_size <= 2_000_000


def test_shipped_weights_name_features_that_exist() -> None:
    known = {name for row in read_rows(OWN) for name in row_features(row)}
    shipped = weights.load().weights
    assert len(known & set(shipped)) >= 0.9 * len(shipped)
    assert json.loads(weights.FILE.read_text(encoding="utf-8"))["made"].startswith("trained on ")


def test_a_persons_label_becomes_a_training_row() -> None:
    label = Label(story_id=7, relevant=True, why="đúng chủ đề", by="Lan", at=datetime(2026, 1, 2, tzinfo=UTC))
    document = Document(
        title="Trao máy thở", lead="Sáng nay.", paragraphs=("Một.", "Hai."), language="vi", reader="t", confidence=1.0
    )
    given = label_row(label, document)
    row = row_of(json.loads(json.dumps(given)))
    assert (row.id, row.label, row.text) == ("label-7", "positive", "Sáng nay.\nMột.\nHai.")
    assert given["reason"] == "đúng chủ đề"


def test_the_labelled_set_is_complete() -> None:
    rows = read_rows(OWN)
    assert len(rows) >= 150
    assert len({row.id for row in rows}) == len(rows)
    assert {row.label for row in rows} == {"positive", "negative", "borderline"}
    assert sum(row.label == "negative" for row in rows) * 2 >= len(rows)
    for line in OWN.read_text(encoding="utf-8").splitlines():
        assert set(json.loads(line)) >= {"id", "lang", "title", "text", "label", "kind", "partners", "reason"}


@pytest.mark.parametrize("missing", ["title", "label"])
def test_a_row_without_what_it_needs_is_refused(missing: str) -> None:
    given = {"id": 1, "title": "t", "text": "x", "label": "positive"}
    del given[missing]
    with pytest.raises(KeyError, match=missing):
        row_of(given)
