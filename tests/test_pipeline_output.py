"""What commands print: nothing a terminal would obey, and JSON that stays JSON."""

import json
import logging

import pytest

from pipeline.commands.output import LONGEST_CELL, MOST_IN_TABLE, Format, line, show, visible
from pipeline.commands.reading import called

HOSTILE = "Bộ Y tế \x1b[31mđỏ\x1b]0;tên\x07 \x9b2J \u202etrái [red]x[/red]"
ROW = {"title": HOSTILE, "head\x1b[5mer": "=1+1", "body": b"\x00\xff"}


def obeyed(text: str) -> list[str]:
    return [sign for sign in text if sign != "\n" and not sign.isprintable()]


@pytest.mark.parametrize("format", list(Format))
def test_no_format_lets_a_terminal_be_commanded(format: Format, capsys: pytest.CaptureFixture[str]) -> None:
    show([ROW], format, tuple(ROW))
    said = capsys.readouterr().out
    assert obeyed(said) == []
    assert "[red]x[/red]" in said
    assert "00ff" in said


def test_json_keeps_what_was_there() -> None:
    read = json.loads(line(ROW))
    assert read["title"] == HOSTILE
    assert read["body"] == "00ff"


def test_half_a_surrogate_can_be_printed() -> None:
    assert visible("a\ud800b").encode() == b"a\\ud800b"


def test_words_of_people_stay_as_they_are() -> None:
    text = "Thầy thuốc\tViệt Nam – “Đại sứ” 👩‍⚕️ \u200fعربي"
    assert visible(text) == text


def test_a_table_in_a_pipe_is_wide_enough_for_an_address(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    address = "https://example.org/" + "a" * 100
    show([{"url": address}], Format.TABLE, ("url",))
    assert address in capsys.readouterr().out


def test_log_lines_show_commands_too() -> None:
    from pipeline.cli import _Visible

    record = logging.LogRecord("x", logging.WARNING, "f", 1, "title “%s”", (HOSTILE,), None)
    assert obeyed(_Visible("%(message)s").format(record)) == []


def test_an_empty_table_is_words_and_empty_data_stays_data(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for format in (Format.TABLE, Format.CSV, Format.JSONL):
        show(iter(()), format, ("a",), empty="Nothing was found.")
        said.append(capsys.readouterr().out)
    assert said == ["Nothing was found.\n", "a\n", ""]


def test_a_row_is_called_by_what_it_has() -> None:
    assert called({"id": 0, "title": "x"}) == "0: x"
    assert called({"title": "x", "text": "y"}) == "x"
    assert called({"text": "y"}) == "(no id, no title)"


def test_a_list_is_the_json_of_its_rows_however_many(capsys: pytest.CaptureFixture[str]) -> None:
    for rows in ([], [{"a": 1}], [{"a": "x\ny", "b": [1, {"c": None}]}, {"a": "\x1b"}]):
        show(iter(rows), Format.JSON, ("a",))
        said = capsys.readouterr().out
        assert json.loads(said) == rows
        assert said == json.dumps(rows, indent=2) + "\n"


def test_a_table_shows_so_many_rows_and_says_how_many_more(capsys: pytest.CaptureFixture[str]) -> None:
    show(({"a": f"row{number}"} for number in range(MOST_IN_TABLE + 5)), Format.TABLE, ("a",))
    said = capsys.readouterr()
    assert f"row{MOST_IN_TABLE - 1}" in said.out
    assert f"row{MOST_IN_TABLE}" not in said.out
    assert "5 more rows" in said.err
    show([{"a": "x " * 1_000_000}], Format.TABLE, ("a",))
    assert capsys.readouterr().out.count("x") == LONGEST_CELL // 2
