"""Scrapy's own command from the project's folder, and doors that stay shut."""

import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings

from spiders.replica.server import Replica
from spiders.source import load_sources
from spiders.spider import AGENT, spider_class
from storage.records import VisitState
from storage.store import Store

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent


def scrapy(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def make_settings(slug: str = "moh_gov_vn", **given: object) -> Settings:
    settings = Settings()
    settings.setmodule("spiders.settings", priority="project")
    settings.setdict(given, priority="cmdline")
    spider_class(load_sources()[slug]).update_settings(settings)
    return settings


def test_list() -> None:
    done = scrapy("list")
    assert done.returncode == 0
    assert done.stdout.split() == sorted(load_sources())
    assert done.stderr == ""


def test_crawl_with_settings_of_the_user(tmp_path: Path) -> None:
    with Replica(patience=0) as replica:
        done = scrapy(
            "crawl", "who_int_vietnam", "-a", "revisit=none", "-L", "WARNING",
            "-s", f"HEALTHWIRE_DATABASE_URL=sqlite:///{tmp_path}/a.db", "-s", f"HEALTHWIRE_REPLICA={replica.url}",
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    with Store.open(f"sqlite:///{tmp_path}/a.db") as store, store.read() as archive:
        (run,) = archive.visits.recent("who_int_vietnam", 5)
    assert run.state is VisitState.FINISHED
    assert run.fetched > 0


def test_crawl_with_the_variables_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Replica(patience=0) as replica:
        monkeypatch.setenv("HEALTHWIRE_DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
        monkeypatch.setenv("HEALTHWIRE_REPLICA", replica.url)
        monkeypatch.setenv("HEALTHWIRE_CONTACT", "https://example.org/who")
        done = scrapy("crawl", "who_int_vietnam", "-a", "revisit=none", "-L", "WARNING")
        assert (done.returncode, done.stderr) == (0, "")
        asked = replica.requests
    assert asked
    with Store.open(f"sqlite:///{tmp_path}/a.db") as store, store.read() as archive:
        (run,) = archive.visits.recent("who_int_vietnam", 5)
    assert run.fetched > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROBOTSTXT_OBEY", True),
        ("TELNETCONSOLE_ENABLED", False),
        ("REMOTE_CONTROL_ENABLED", False),
        ("HTTPPROXY_ENABLED", False),
        ("METAREFRESH_ENABLED", False),
        ("COOKIES_ENABLED", False),
        ("AUTOTHROTTLE_ENABLED", True),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
    ],
)
def test_doors(name: str, value: bool) -> None:
    assert make_settings().getbool(name) is value


def test_bounds() -> None:
    settings = make_settings()
    assert settings.getint("DOWNLOAD_MAXSIZE") == 10_000_000
    assert settings.getint("DOWNLOAD_TIMEOUT") == 30
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") in (1, 2)
    assert settings.getfloat("DOWNLOAD_DELAY") >= 1
    assert 0 < settings.getint("RETRY_TIMES") <= 3
    assert settings.getint("CLOSESPIDER_TIMEOUT") > 0


def test_only_http() -> None:
    handlers = {k: v for k, v in make_settings().getwithbase("DOWNLOAD_HANDLERS").items() if v is not None}
    assert set(handlers) == {"http", "https"}


def test_agent_is_honest() -> None:
    assert make_settings(HEALTHWIRE_CONTACT="me@x.example")["USER_AGENT"] == f"{AGENT} (+me@x.example)"
    assert make_settings()["USER_AGENT"].startswith(AGENT)


def test_language_of_the_source_comes_first() -> None:
    assert make_settings()["DEFAULT_REQUEST_HEADERS"]["Accept-Language"].startswith("vi")
    assert make_settings("fr_vietnamplus_vn")["DEFAULT_REQUEST_HEADERS"]["Accept-Language"].startswith("fr")


def test_replica_takes_every_request() -> None:
    handlers = make_settings(HEALTHWIRE_REPLICA="http://127.0.0.1:1")["DOWNLOAD_HANDLERS"]
    assert handlers["https"] == handlers["http"] == "spiders.replica.route.ReplicaRoute"
