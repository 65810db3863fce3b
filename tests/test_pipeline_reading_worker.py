"""Reading in a process of its own: the same result, and limits that hold."""

import os
import time

import pytest

from pipeline.reading.read import RawPage, read
from pipeline.reading_worker import Overrun, ReadingWorker, Stopped
from spiders.source import load_sources
from storage.records import SiteMemory

PARAGRAPH = "<p>Thứ trưởng Bộ Y tế và Đại sứ đã trao đổi về việc đào tạo bác sĩ và nghiên cứu vắc xin chung.</p>"
PAGE = RawPage(url="https://baomau.example/bai.html", body=f"<h1>Hợp tác y tế</h1>{PARAGRAPH * 4}".encode())
LONG = RawPage(url="https://baomau.example/dai.html", body=b"<p>a short paragraph" * 250_000)  # seconds of reading


def pids_of(worker: ReadingWorker) -> int:
    assert worker._process is not None
    return worker._process.pid


def test_a_worker_reads_as_we_do_and_stays_for_the_next_page() -> None:
    source = load_sources()["vietnamplus_vn"]
    memory = SiteMemory(source=source.slug, pages=3, blocks={"0123456789abcdef": 2})
    with ReadingWorker() as worker:
        assert worker.read(PAGE) == read(PAGE)
        first = pids_of(worker)
        assert worker.read(PAGE, source=source, memory=memory) == read(PAGE, source=source, memory=memory)
        assert worker.read(PAGE, source=source) == read(PAGE, source=source)
        assert pids_of(worker) == first
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_a_page_that_takes_too_long_costs_the_worker_and_not_the_next_page() -> None:
    with ReadingWorker(seconds=0.3) as worker:
        worker.read(PAGE)
        first = pids_of(worker)
        with pytest.raises(Overrun, match=r"more than 0\.3 seconds"):
            worker.read(LONG)
        assert worker.read(PAGE) == read(PAGE)
        assert pids_of(worker) != first


def test_a_page_that_takes_too_much_memory_is_given_up() -> None:
    with ReadingWorker(memory=150 * 2**20) as worker:
        worker.read(PAGE)
        with pytest.raises(Overrun, match="memory"):
            worker.read(
                RawPage(
                    url=LONG.url,
                    body=b"<p>A paragraph of an article that goes on for a while, as they do.</p>" * 140_000,
                )
            )
        assert worker.read(PAGE) == read(PAGE)


def test_a_stop_is_obeyed_whatever_is_being_read() -> None:
    began = time.monotonic()
    with ReadingWorker(stop=lambda: time.monotonic() - began > 0.5) as worker, pytest.raises(Stopped):
        worker.read(LONG)
    assert time.monotonic() - began < 5


def test_a_worker_ends_with_the_process_that_asked() -> None:
    worker = ReadingWorker()
    worker.read(PAGE)
    process, worker._process = worker._process, None
    assert process is not None
    assert worker._line is not None
    worker._line.close()
    assert process.wait(timeout=10) == 0


def test_an_attribute_bomb_is_read_in_time() -> None:
    bomb = b"<p " + b" ".join(b"a%d=1" % number for number in range(600_000)) + b">"
    with ReadingWorker(seconds=5) as worker:
        reading = worker.read(RawPage(url=PAGE.url, body=PAGE.body + bomb + PAGE.body))
    assert "had no end" in " ".join(getattr(reading.outcome, "doubts", ()))
