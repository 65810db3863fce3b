"""The whole chain against the replica: visits in processes of their own, as the service makes them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from pipeline.demo import demo_settings, deviations, visit_all
from pipeline.process import process_pending
from pipeline.service.cadence import FIRST_RETRY
from spiders.replica.press import replica_sources
from spiders.replica.server import Replica
from storage.records import CaptureKind, VisitState
from storage.store import Store

pytestmark = pytest.mark.slow

SOME = ("moh_gov_vn", "thoidai_com_vn", "vietnamplus_vn", "suckhoedoisong_vn")
SOURCES = replica_sources()


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(base=datetime.now(UTC).date(), patience=0.1) as running:
        yield running


@pytest.fixture
def archive_store(tmp_path: Path, replica: Replica) -> Iterator[Store]:
    store = Store.open(demo_settings(tmp_path, replica).database_url)
    store.migrate()
    yield store
    store.close()


def article_captures(store: Store) -> list[tuple[str, int, bool]]:
    with store.read() as archive:
        return [
            (capture.key, capture.status, capture.body_digest is not None)
            for capture in archive.captures.all(limit=10_000)
            if capture.kind is CaptureKind.ARTICLE
        ]


def facts(store: Store) -> dict[str, object]:
    """What an archive says, without the times: for comparing two."""
    with store.read() as archive:
        columns, rows = archive.query(
            "select p.key, p.state, s.uid, r.number, r.digest from pages p left join stories s on s.id = p.story_id "
            "left join revisions r on r.page_id = p.id order by p.key, r.number"
        )
        return {"columns": list(columns), "rows": [tuple(row) for row in rows]}


def test_two_visits_find_exactly_what_is_true(tmp_path: Path, replica: Replica, archive_store: Store) -> None:
    settings = demo_settings(tmp_path, replica)
    for edition, revisit in ((1, "due"), (2, "all")):
        replica.turn(edition)
        visit = visit_all(archive_store, SOURCES, settings, replica, revisit=revisit)
        assert visit.tally.failed == 0
        assert deviations(archive_store, SOURCES, replica.expected(), edition) == []


def test_a_second_visit_to_an_unchanged_press_brings_nothing(
    tmp_path: Path, replica: Replica, archive_store: Store
) -> None:
    settings = demo_settings(tmp_path, replica)
    chosen = {slug: SOURCES[slug] for slug in SOME}
    visit_all(archive_store, chosen, settings, replica, revisit="due")
    captured, said = article_captures(archive_store), facts(archive_store)
    published = {path.name: path.read_bytes() for path in settings.feeds_dir.iterdir()}
    again = visit_all(archive_store, chosen, settings, replica, revisit="due")
    assert again.article_bodies == 0
    assert [row for row in article_captures(archive_store) if row[1] == 200] == [r for r in captured if r[1] == 200]
    assert facts(archive_store) == said
    assert again.files == 0
    assert {path.name: path.read_bytes() for path in settings.feeds_dir.iterdir()} == published


def test_looking_again_at_every_page_is_answered_not_modified_where_sites_can(
    tmp_path: Path, replica: Replica, archive_store: Store
) -> None:
    settings = demo_settings(tmp_path, replica)
    chosen = {"vietnamplus_vn": SOURCES["vietnamplus_vn"]}
    visit_all(archive_store, chosen, settings, replica, revisit="due")
    before, said = len(article_captures(archive_store)), facts(archive_store)
    again = visit_all(archive_store, chosen, settings, replica, revisit="all")
    new = article_captures(archive_store)[before:]
    assert again.article_bodies == 0
    assert len(new) > 3
    assert {status for _, status, _ in new} == {304, 500}  # one article of the replica fails at first
    assert facts(archive_store) == said


def crawl(settings_environment: dict[str, str], *sources: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipeline.cli", "crawl", "--quiet", *sources]
    return subprocess.Popen(command, env={**os.environ, **settings_environment}, stderr=subprocess.DEVNULL)


def test_a_killed_visit_leaves_a_whole_archive_and_is_made_up_for(
    tmp_path: Path, replica: Replica, archive_store: Store
) -> None:
    settings = demo_settings(tmp_path, replica)
    chosen = {slug: SOURCES[slug] for slug in SOME}
    victim = crawl(settings.as_environment(), *chosen)
    deadline = time.monotonic() + 60
    while len(article_captures(archive_store)) < 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    killed_with = len(article_captures(archive_store))
    assert killed_with >= 5
    for key, status, has_body in article_captures(archive_store):
        assert has_body == (status == 200), key
    process_pending(archive_store, chosen)
    visit_all(archive_store, chosen, settings, replica, revisit="due")
    mine = [truth for truth in replica.expected() if truth.source in chosen]
    assert deviations(archive_store, SOURCES, mine, edition=1) == []


@contextmanager
def running_service(tmp_path: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`healthwire run` on any free port, told to stop at the end and killed where it does not."""
    with (
        (tmp_path / "service.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "run", "--port", "0"],
            env={**os.environ, **environment, "HEALTHWIRE_LOG_LEVEL": "INFO"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as service,
    ):
        try:
            yield service
            service.send_signal(signal.SIGTERM)
            assert service.wait(timeout=60) == 0
        finally:
            service.kill()


def wait_for(true: Callable[[], bool], within: float = 90) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_visit_by_hand_stands_in_the_books_of_the_service(
    tmp_path: Path, replica: Replica, archive_store: Store
) -> None:
    slug = "vietnamnews_vn"  # one of its lists is broken
    environment = {**os.environ, **demo_settings(tmp_path, replica).as_environment()}
    command = [sys.executable, "-m", "pipeline.cli", "crawl", slug, "--quiet"]
    by_hand = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    with archive_store.read() as archive:
        state = archive.visits.state(slug)
    assert state.last_success_at is not None
    assert state.next_visit_at is not None
    assert state.next_visit_at > state.last_success_at
    assert state.problem is not None
    assert state.problem in by_hand.stderr
    for_service = subprocess.run(
        [*command, "--for-service", str(os.getpid())],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert for_service.stderr == ""  # the service says it, once
    with archive_store.read() as archive:
        assert archive.visits.state(slug) == state


def test_the_service_visits_publishes_serves_and_stops_when_told(
    tmp_path: Path, replica: Replica, archive_store: Store
) -> None:
    settings = demo_settings(tmp_path, replica).model_copy(update={"sources": ("vietnamplus_vn",)})
    with archive_store.write() as archive:  # due at once, not within the first minutes
        state = archive.visits.state("vietnamplus_vn")
        archive.visits.save_state(replace(state, next_visit_at=datetime.now(UTC)))
    with running_service(tmp_path, settings.as_environment()) as service:
        assert service.stdout is not None
        address = service.stdout.readline().split()[-1]
        second = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", "run", "--port", "0"],
            env={**os.environ, **settings.as_environment()},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 1
        assert "schedules visits for this archive already" in second.stderr
        wait_for(lambda: (settings.feeds_dir / "partner-ru.atom").exists() or any(settings.feeds_dir.glob("partner-*")))
        with urlopen(address + "feeds/health-cooperation.json") as answer:
            assert json.load(answer)["items"]
    with archive_store.read() as archive:
        assert archive.visits.recent("vietnamplus_vn", 1)[0].state is VisitState.FINISHED
        assert archive.visits.state("vietnamplus_vn").failures == 0


def test_without_a_network_the_service_stays_up_and_says_what_is_wrong(tmp_path: Path, archive_store: Store) -> None:
    slug = "nhandan_vn"
    environment = {
        "HEALTHWIRE_DATABASE_URL": f"sqlite:///{tmp_path / 'healthwire.db'}",
        "HEALTHWIRE_FEEDS_DIR": str(tmp_path / "feeds"),
        "HEALTHWIRE_REPLICA": "http://127.0.0.1:9",  # nobody answers there
        "HEALTHWIRE_SOURCES": json.dumps([slug]),
    }
    with archive_store.write() as archive:
        archive.visits.save_state(replace(archive.visits.state(slug), next_visit_at=datetime.now(UTC)))
    with running_service(tmp_path, environment) as service:

        def failed() -> bool:
            with archive_store.read() as archive:
                return archive.visits.state(slug).failures > 0

        wait_for(failed)
        assert service.poll() is None
    log = (tmp_path / "service.log").read_text()
    lines = [line for line in log.splitlines() if "tried again at" in line]
    assert len(lines) == 1, log
    assert slug in lines[0]
    assert "Traceback" not in log
    with archive_store.read() as archive:
        state = archive.visits.state(slug)
    assert state.next_visit_at is not None
    assert state.next_visit_at > datetime.now(UTC) + FIRST_RETRY / 2
