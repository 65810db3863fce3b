"""Any bytes at all end as a Document or a Rejection, soon, and with nothing raised."""

import gzip
import random
import resource
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.reading import phrases, press_marks, repair
from pipeline.reading.read import RawPage, Reading, as_json, read, read_text
from spiders.source import Source, load_sources
from storage.records import Document, Rejection

pytestmark = pytest.mark.slow

PAGES = sorted((Path(__file__).parent / "pages").glob("*/*article*.gz"))
PATIENCE = 12  # seconds, on a busy machine; the slowest takes about one on an idle one
GENEROUS = 1_500_000  # KiB of memory that reading one hostile page may add


def check(reading: Reading) -> Reading:
    outcome = reading.outcome
    assert isinstance(outcome, Document | Rejection)
    as_json(outcome)
    if isinstance(outcome, Document):
        assert outcome.paragraphs or outcome.lead
        assert 0 < outcome.confidence <= 1
        text = "\n".join([outcome.title, outcome.lead or "", *outcome.paragraphs, *outcome.captions])
        assert "\x00" not in text
        text.encode()  # no half characters
    else:
        assert outcome.detail
    return reading


def make_raw(body: bytes) -> RawPage:
    return RawPage(url="https://baomau.example/bai.html", body=body)


# ── Anything ───────────────────────────────────────────────────────────────────────────────────────────────

TAGS = [
    "div",
    "p",
    "a",
    "article",
    "h1",
    "table",
    "tr",
    "td",
    "ul",
    "li",
    "br",
    "img",
    "script",
    "time",
    "span",
    "nav",
    "figure",
]
markup = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
        st.sampled_from(
            ['<div class="related">', "<p hidden>", '<time datetime="99">', '<meta property="og:title" content="x">']
        ),
        st.sampled_from(
            [
                '<script type="application/ld+json">{"@type":"NewsArticle","headline":',
                "29/08/2024",
                "./.",
                "\x00",
                "&#7897;",
            ]
        ),
        st.text(max_size=60),
        st.just("A sentence that is long enough to count as prose of an article, and that ends with a full stop. "),
    ),
    max_size=60,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    check(read(make_raw(body)))


@settings(max_examples=150, deadline=None)
@given(markup)
def test_any_markup(text: str) -> None:
    check(read(make_raw(text.encode("utf-8", "surrogatepass"))))


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=400), markup))
def test_any_text_dump(text: str) -> None:
    check(read_text(text))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=30), st.binary(max_size=200))
def test_any_address_and_content_type(url: str, content_type: str, body: bytes) -> None:
    check(read(RawPage(url=url, body=b"<h1>T</h1><p>" + body, content_type=content_type)))


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = repair.clean(text.replace("&", "").replace("\v", ""))
    assert repair.clean(once) == once


@settings(max_examples=60, deadline=None)
@given(st.text(), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_text_of_any_encoding_comes_through(text: str, encoding: str) -> None:
    wanted = f"Một đoạn văn đủ dài để nhận ra bảng mã của nó, và thêm một câu nữa cho chắc chắn. {text}"
    assume(not repair.is_broken(wanted) and "\ufeff" not in text)
    body = wanted.encode(encoding, "ignore")
    assert repair.utf8(body).decode() == wanted.encode("utf-8", "ignore").decode()


# ── Mutated pages ──────────────────────────────────────────────────────────────────────────────────────────


@cache
def sources() -> dict[str, Source]:
    return load_sources()


def mutated(body: bytes, chance: random.Random) -> bytes:
    """A page after what happens to pages on their way: cut, doubled, torn, overwritten, wrongly encoded."""
    for _ in range(chance.randint(1, 6)):
        start, end = sorted(chance.randrange(len(body) + 1) for _ in range(2))
        piece = body[start : min(end, start + 2000)]
        body = chance.choice(
            [
                body[:start] + body[start + len(piece) :],
                body[:start] + piece + body[start:],
                body[: max(start, 1)],
                body[:start] + bytes(chance.randrange(256) for _ in range(8)) + body[start:],
                body.replace(
                    chance.choice([b"</p>", b"</div>", b"<p>", b'"', b">", b"class="]), b"", chance.randint(1, 9)
                ),
                body.replace(b"<p>", chance.choice([b"<td>", b"<p class='related'>", b"<a>", b"<li>", b"<h1>"])),
                body[:start] + b"\x00<!-- " + body[start:],
            ]
        )
    return body


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_mutated_pages(path: Path) -> None:
    chance = random.Random(path.parent.name)
    body = gzip.decompress(path.read_bytes())
    source = sources().get(path.parent.name)
    for _ in range(12):
        raw = make_raw(mutated(body, chance))
        check(read(raw))
        check(read(raw, source=source))


# ── Bounded time and memory ────────────────────────────────────────────────────────────────────────────────

PARAGRAPH = "<p>A paragraph of an article that goes on for a while, as they do, and then comes to its end.</p>"


@pytest.mark.parametrize(
    "body",
    [
        PARAGRAPH.encode() * 100_000,
        b"<div>" * 100_000 + PARAGRAPH.encode() + b"</div>" * 100_000,
        b"<b><i>" * 50_000 + PARAGRAPH.encode(),
        b"<table><tr><td>" * 30_000 + PARAGRAPH.encode(),
        b'<a href="/x">A headline of a story</a>' * 250_000,
        b"<a href=x>y</a>" * 1_000_000,
        b"\x00" * 2_000_000 + PARAGRAPH.encode(),
        b"<p>" + b"\xff\xfe\xc3" * 1_000_000,
        b"<p " + b"a=b " * 500_000 + b">" + PARAGRAPH.encode(),
        b"<" * 1_000_000,
        b"&amp;" * 1_000_000,
        b"<p>" + "Ã¡Â".encode() * 500_000,
        b"<script type='application/ld+json'>" + b"[" * 100_000 + b"</script>" + PARAGRAPH.encode(),
        b"<p>" + b"by " * 300_000,
        b"<h1>" + b"a | " * 100_000 + b"</h1><title>" + b"a | " * 100_000 + b"</title>" + PARAGRAPH.encode(),
        b"<p>" + b"(" * 500_000,
    ],
    ids=[
        "10 MB of paragraphs",
        "deep boxes",
        "deep inline",
        "deep tables",
        "links",
        "a million links",
        "NULs",
        "broken UTF-8",
        "attributes",
        "angle brackets",
        "entities",
        "mojibake",
        "deep JSON",
        "words",
        "bars",
        "brackets",
    ],
)
def test_hostile_pages_end_soon(body: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    check(read(make_raw(body)))
    assert time.process_time() - began < PATIENCE
    if sys.platform == "linux":
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GENEROUS


def test_what_is_buried_in_a_hundred_thousand_boxes_is_still_found() -> None:
    buried = b"<div>" * 100_000 + PARAGRAPH.encode() * 4 + b"</div>" * 100_000
    outcome = check(read(make_raw(b"<h1>A buried article</h1>" + buried))).outcome
    assert isinstance(outcome, Document)


@pytest.mark.parametrize(
    "unit",
    [
        "theo ",
        "By A",
        ">> ",
        "12/12/2012 ",
        "xem thêm ",
        "A. ",
        "(Ảnh: ",
        "a - ",
        "Ả",
        "| ",
        "read more ",
        "x" * 50 + " ",
    ],
)
def test_patterns_take_linear_time(unit: str) -> None:
    began = time.process_time()
    for text in (unit * 20_000, unit * 40, "Theo " + unit * 10, unit * 10 + "!"):
        phrases.is_scrap(text)
        phrases.is_side_heading(text)
        phrases.is_pitch(text)
        phrases.is_consent(text)
        press_marks.signature(text)
        press_marks.caption_evidence(text)
        press_marks.without_mark(text)
        press_marks.dateline_agency(text)
        press_marks.split_credit(text)
        press_marks.is_crumbs(text)
        press_marks.is_slug(text)
        press_marks.is_name(text)
        press_marks.ends_story(text)
    assert time.process_time() - began < 2


def test_a_dump_of_ten_megabytes_ends_soon() -> None:
    began = time.process_time()
    check(read_text("Một dòng văn bản đủ dài để được coi là văn xuôi của một bài báo nào đó.\n" * 120_000))
    assert time.process_time() - began < PATIENCE


@pytest.mark.parametrize(
    "unit",
    [
        "<p>word. </p>",
        "<div class='related'><a href='/a'>A headline of some length</a></div>",
        "<table><tr><td>one<td>two</table>",
        "<template shadowrootmode=open><p>text",
        "<script>window.a={title:'A headline of ours',body:'</script>",
        '<script type="application/ld+json">{"a":[1,],</script>',
        "&#0;&#xfffe;",
    ],
)
def test_work_grows_no_faster_than_the_page(unit: str) -> None:
    # Counted in calls, not in seconds: twice the page may take twice the calls, and some for what is done once.
    def calls(times: int) -> int:
        body = f"<html><head><title>Title of it</title></head><body>{unit * times}</body></html>".encode()
        return counted(lambda: read(RawPage(url="https://a.example/", body=body)))

    calls(10)  # what is loaded only once
    assert calls(1600) < 2.6 * calls(800) + 20_000


@pytest.mark.parametrize(
    "unit", ["A line of prose that ends as prose does.\n", "Tin\nTin\n", "12/12/2025\n", "12/12/2025Tin tức hôm nay\n"]
)
def test_work_on_a_dump_grows_no_faster_than_the_dump(unit: str) -> None:
    calls = [
        counted(lambda n=n: read_text(unit * n, url="https://a.example/tin-tuc-hom-nay.html")) for n in (10, 800, 1600)
    ]
    assert calls[2] < 2.6 * calls[1] + 20_000


def counted(work: Callable[[], object]) -> int:
    """How many calls (of Python and of C) a piece of work makes."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls
