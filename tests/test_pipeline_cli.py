"""The command as a user meets it: in a process of its own, in an empty folder."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

Healthwire = Callable[..., subprocess.CompletedProcess[str]]

MEETING = (
    "Chiều 12/3, tại Hà Nội, Thứ trưởng Bộ Y tế đã tiếp Đại sứ Nhật Bản tại Việt Nam và trao đổi về hợp tác y tế.\n"
    "Hai bên thống nhất mở rộng đào tạo bác sĩ, điều dưỡng và cùng nghiên cứu vắc xin trong ba năm tới.\n"
    "Đại sứ cho biết Chính phủ Nhật Bản sẽ viện trợ thiết bị y tế cho hai bệnh viện ở miền núi."
)
HEADLINE = "Thứ trưởng Bộ Y tế tiếp Đại sứ Nhật Bản"
DOMESTIC = "Sáng nay, Sở Y tế tỉnh tổ chức hội nghị tổng kết công tác khám chữa bệnh của các trạm y tế xã trong tỉnh."


@pytest.fixture
def healthwire(tmp_path: Path) -> Healthwire:
    def run(*arguments: str, input: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEALTHWIRE_")}
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments],
            input=input,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**kept, **environment},
            timeout=120,
            check=False,
        )

    return run


SOURCE_OF_ONES_OWN = """
slug = "example_vn"
name = "Báo Ví dụ"
name_en = "Example News"
kind = "newspaper"
country = "VN"
language = "vi"
family = "epi"
home = "https://example.vn/"
hosts = ["example.vn"]

[[entries]]
kind = "feed"
url = "https://example.vn/rss/y-te-12.rss"
what = "Y tế (health)"
evidence = "seen"
"""


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def one_line_error(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("healthwire: ")
    return lines[0]


COMMANDS = [
    "demo",
    "run",
    "serve",
    "crawl",
    "process",
    "publish",
    "import",
    "replay",
    "read",
    "judge",
    "match",
    "search",
    "show",
    "export",
    "query",
    "label",
    "labels",
    "why",
    "sources",
    "doctor",
]


def test_help_names_every_command(healthwire: Healthwire) -> None:
    said = healthwire("--help").stdout
    assert all(f" {command} " in said for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(healthwire: Healthwire, command: str) -> None:
    done = healthwire(command, "--help")
    assert done.returncode == 0
    assert len(done.stdout.split()) > 20


def test_read_answers_each_line_with_its_id(healthwire: Healthwire) -> None:
    paragraphs = "".join(f"<p>{p}</p>" for p in MEETING.split("\n"))
    head = "<html><head><title>Tiếp Đại sứ Nhật Bản</title></head><body><h1>Tiếp Đại sứ Nhật Bản</h1>"
    page = f"{head}<article>{paragraphs}</article></body></html>"
    lines = [
        {"id": "a", "url": "https://example.org/a", "html": page},
        {"id": "b", "url": "https://example.org/b", "text": "Tiếp Đại sứ Nhật Bản\n\n12/03/2026 08:15\n\n" + MEETING},
        {"id": "c", "url": "https://example.org/c", "html": ""},
    ]
    answers = rows(healthwire("read", "-", input="\n".join(map(json.dumps, lines))))
    assert [answer["id"] for answer in answers] == ["a", "b", "c"]
    assert answers[0]["title"] == answers[1]["title"] == "Tiếp Đại sứ Nhật Bản"
    assert answers[0]["paragraphs"] == MEETING.split("\n")
    assert answers[2]["rejected"] == "empty"


def test_judge_tells_cooperation_from_the_rest_and_says_why(healthwire: Healthwire) -> None:
    lines = [
        {"id": 1, "title": "Thứ trưởng Bộ Y tế tiếp Đại sứ Nhật Bản", "text": MEETING},
        {"id": 2, "title": "Sở Y tế tổng kết công tác năm", "text": DOMESTIC},
    ]
    first, second = rows(healthwire("judge", "-", input="\n".join(map(json.dumps, lines))))
    assert (first["relevant"], second["relevant"]) == (True, False)
    assert "JP" in first["partners"]
    assert first["evidence"]
    said = healthwire("judge", "--explain", input=json.dumps(lines[1])).stdout
    assert "Sở Y tế tổng kết" in said
    assert len(said.splitlines()) > 1


def test_match_groups_copies(healthwire: Healthwire) -> None:
    lines = [
        {"id": "one", "title": "Tiếp Đại sứ", "text": MEETING},
        {"id": "two", "title": "Tổng kết", "text": DOMESTIC},
        {"id": "three", "title": "Nhật Bản giúp", "text": MEETING},
    ]
    answers = rows(healthwire("match", input="\n".join(map(json.dumps, lines))))
    assert [answer["copies"] for answer in answers] == ["one", "two", "one"]


def test_an_imported_page_stands_in_search_feed_and_export(healthwire: Healthwire, tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text(f"{HEADLINE}\n\n12/03/2026 | 15:10 PM\n\n{MEETING}", "utf-8")
    first = healthwire("import", "dump.txt", "--captured-at", "2026-03-12T16:00+07:00")
    assert "1 new" in first.stdout, first.stderr
    assert "1 stories entered" in first.stdout
    assert "nothing to do" in healthwire("process").stdout

    (exported,) = rows(healthwire("export", "--partner", "jp"))
    assert exported["partners"] == ["JP"]
    assert exported["published_at"] == "2026-03-12T15:10:00+07:00"
    uid = str(exported["story"])
    found = healthwire("search", "thu truong bo y te", "--format", "json")
    assert [row["story"] for row in json.loads(found.stdout)] == [uid]
    feed = (tmp_path / "healthwire-data" / "feeds" / "partner-jp.atom").read_text("utf-8")
    assert uid in feed

    assert "JP" in healthwire("show", uid).stdout or "Japan" in healthwire("show", uid).stdout
    assert healthwire("why", uid).returncode == 0
    assert "recorded" in healthwire("label", uid, "no", "--why", "a test", "--by", "tester").stdout
    assert rows(healthwire("export")) == []
    assert "a test" in healthwire("why", uid).stdout
    (row,) = rows(healthwire("labels"))
    assert row["label"] == "negative"
    counted = healthwire("query", "select count(*) as n from pages", "--format", "jsonl")
    assert json.loads(counted.stdout) == {"n": 1}


def test_why_a_page_was_refused_can_be_asked_however_its_address_is_spelt(
    healthwire: Healthwire, tmp_path: Path
) -> None:
    (tmp_path / "empty.html").write_text("<html><body></body></html>", "utf-8")
    address = "https://www.vietnamplus.vn/tin-nao-do-post912345.vnp"
    assert "1 unreadable" in healthwire("import", "empty.html", "--url", address).stdout
    said = healthwire("why", "http://vietnamplus.vn/ten-khac-post912345.vnp?utm_source=x").stdout
    assert "no article (empty" in said


def test_the_same_dump_twice_is_one_page(healthwire: Healthwire, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"{HEADLINE}\n\n12/03/2026 15:10\n\n{MEETING}", "utf-8")
    assert healthwire("import", "a.txt", "b.txt").returncode == 0
    counted = healthwire("query", "select count(*) as n from revisions", "--format", "jsonl")
    assert json.loads(counted.stdout) == {"n": 1}


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("crawl", "no_such_source"), {}, "no source is called no_such_source"),
        (("read", "missing.html"), {}, "missing.html"),
        (("show", "nothing"), {}, "no such story"),
        (("export", "--partner", "ZZ"), {}, "no story has this partner"),
        (("process",), {"HEALTHWIRE_SOURCES_DIR": "/nowhere"}, "sources_dir"),
        (("--config", "missing.toml", "process"), {}, "missing.toml"),
        (("process",), {"HEALTHWIRE_PORT": "many"}, "port"),
        (("process",), {"HEALTHWIRE_COLOUR": "red"}, "HEALTHWIRE_COLOUR"),
        (("process",), {"HEALTHWIRE_DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/none"}, "127.0.0.1"),
        (("process",), {"HEALTHWIRE_DATABASE_URL": "sqlite:////proc/none/a.db"}, "/proc/none"),
        (("publish",), {"HEALTHWIRE_FEEDS_DIR": "/proc/none"}, "/proc/none"),
        (("query", "delete from pages"), {}, "only reading is allowed"),
        (("judge", "-"), {}, "line 1"),
        (("import", "x.txt", "y.txt", "--url", "https://example.org/"), {}, "--url"),
        (("import", "README", "--url", "somewhere"), {}, "somewhere"),
        (("publish",), {"HEALTHWIRE_AUTHORITY": "no domain/"}, "authority"),
        (("publish",), {"HEALTHWIRE_SITE_URL": "https://"}, "site_url"),
        (("run",), {"HEALTHWIRE_REPLICA": "http://example.org"}, "replica"),
        (("run", "--host", "192.0.2.1"), {}, "cannot serve on 192.0.2.1"),
        (("process",), {"HEALTHWIRE_SOURCES": "moh_gov_vn"}, "sources"),
        (("demo", "--once", "--directory", "/proc/none"), {}, "/proc/none"),
        (("show", "\x1b[31mx"), {}, "\\x1b[31mx"),
    ],
)
def test_what_a_user_can_cause_is_one_clear_line(
    healthwire: Healthwire, tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    (tmp_path / "README").write_text(MEETING, "utf-8")
    assert said.lower() in one_line_error(healthwire(*arguments, input="{not json", **environment)).lower()


@pytest.mark.parametrize(
    ("row", "said"),
    [("[1]", "an object"), ("[" * 100_000, "nested"), ('{"title": "x", "lang": 5}', "lang"), ("\0", "not JSON")],
)
@pytest.mark.parametrize("command", ["read", "judge", "match", "why"])
def test_a_bad_line_is_named_by_its_number(healthwire: Healthwire, command: str, row: str, said: str) -> None:
    message = one_line_error(healthwire(command, "-", input=f'{{"id": 1, "text": "x"}}\n{row}\n'))
    assert "line 2" in message
    assert said in message


def test_a_terminal_without_vietnamese_letters_still_gets_an_answer(healthwire: Healthwire) -> None:
    row = json.dumps({"id": "a", "title": HEADLINE, "text": MEETING})
    done = healthwire("judge", "-", input=row, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert json.loads(done.stdout)["id"] == "a"


def test_a_configuration_that_is_no_text_is_named(healthwire: Healthwire, tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    assert "odd.toml" in one_line_error(healthwire("--config", "odd.toml", "publish"))


def test_a_wrong_source_file_is_named_with_its_key(healthwire: Healthwire, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('slug = "bad"\nkind = "blog"\n', "utf-8")
    said = one_line_error(healthwire("sources", "check", "bad.toml"))
    assert "bad.toml" in said
    assert "kind" in said
    assert "newspaper" in said


def test_every_wrong_source_file_is_named(healthwire: Healthwire, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text('kind = "blog"\n', "utf-8")
    said = one_line_error(healthwire("sources", "check", "one.toml", "two.toml", "three.toml"))
    assert all(name in said for name in ("one.toml", "two.toml", "three.toml"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_an_output_without_room_is_one_clear_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", "sources", "list", "--format", "csv"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, timeout=60, check=False,
        )  # fmt: skip
    assert "no room" in one_line_error(done)


def test_the_demo_is_the_replicas_whatever_is_installed_here(healthwire: Healthwire, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "example_vn.toml").write_text(SOURCE_OF_ONES_OWN, "utf-8")
    (tmp_path / "healthwire.toml").write_text(f'sources_dir = "{own}"\nsources = ["example_vn"]\n', "utf-8")
    done = healthwire("demo", "--once", HEALTHWIRE_SOURCES_DIR=str(own))
    assert (done.returncode, done.stderr) == (0, "")
    assert "The result is the expected one." in done.stdout
    assert not (tmp_path / "healthwire-data").exists()


def test_a_full_disk_ends_processing_at_the_first_capture_in_one_line(healthwire: Healthwire, tmp_path: Path) -> None:
    from storage.store import Store

    for number in range(4):
        page = f"<h1>{HEADLINE} {number}</h1>" + "".join(f"<p>{line}</p>" for line in MEETING.splitlines())
        (tmp_path / f"{number}.html").write_text(page)
    assert healthwire("import", "0.html").returncode == 0
    database = f"sqlite:///{tmp_path / 'healthwire-data' / 'healthwire.db'}"
    with Store.open(database) as store, store.write() as archive:
        (capture,) = archive.captures.all()
        for number in range(1, 4):
            archive.captures.add(
                replace(capture, key=f"k{number}", requested_url=f"imported:{number}", body_digest=None),
                (tmp_path / f"{number}.html").read_bytes(),
            )
    full = (  # no file may grow: what a disk without room does, and the system says nothing of it beforehand
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "from pipeline.cli import main; sys.argv = ['healthwire', 'process']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", full], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "disk" in done.stderr
    with Store.open(database) as store, store.read() as archive:
        assert archive.captures.count_unprocessed() == 3
    again = healthwire("process")
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("3 captures processed")


def test_doctor_deep_says_what_is_damaged(healthwire: Healthwire, tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "saved.txt").write_text(f"{HEADLINE}\n{MEETING}\n")
    assert healthwire("import", "saved.txt").returncode == 0
    assert "every row and every body is what was stored" in healthwire("doctor", "--deep").stdout
    with sqlite3.connect(tmp_path / "healthwire-data" / "healthwire.db") as connection:
        connection.execute("UPDATE revisions SET document = substr(document, 1, 40)")
    connection.close()
    sick = healthwire("doctor", "--deep")
    assert sick.returncode == 1
    assert "BAD  contents: revisions: " in sick.stdout
    assert "restore the archive from a backup" in sick.stdout
