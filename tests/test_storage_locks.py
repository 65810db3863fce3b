"""Leases: one holder through restarts of a server, and nothing from one who has lost it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import locks
from storage.errors import AlreadyHeld, LeaseLost
from storage.locks import Lease
from storage.records import SourceState
from storage.store import Store


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_ASKED_EVERY", 0.05)


@contextmanager
def renewed(lease: Lease) -> Iterator[None]:
    """The lease, renewed again and again as a service does."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(0.05):
            lease.renew()

    renewing = threading.Thread(target=renew)
    renewing.start()
    yield
    done.set()
    renewing.join()


def test_a_lease_has_one_holder(store: Store, store_url: str) -> None:
    with Store.open(store_url) as other:
        with store.lease("scheduler") as mine:
            with renewed(mine), pytest.raises(AlreadyHeld, match="scheduler"), other.lease("scheduler"):
                pass
            with store.write(mine) as archive:
                assert archive.captures.count_unprocessed() == 0
        with other.lease("scheduler"):  # given back: to be had at once
            pass


def test_a_lease_that_is_not_renewed_is_taken_over_and_its_holder_fenced_off(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LEASE", 0.5)
    with Store.open(postgres_url) as store, Store.open(postgres_url) as other, store.lease("scheduler") as stale:
        taken = other.lease("scheduler")
        fresh = taken.__enter__()
        with pytest.raises(LeaseLost):
            stale.renew()
        with pytest.raises(LeaseLost), store.write(stale) as archive:
            archive.visits.save_state(SourceState(slug="a_vn", failures=9))
        fresh.renew()
        with other.write(fresh) as archive:
            assert archive.visits.state("a_vn").failures == 0
        taken.__exit__(None, None, None)


def test_a_lease_outlives_the_connections_of_its_holder(postgres_url: str) -> None:
    with Store.open(postgres_url) as store, Store.open(postgres_url) as other, store.lease("scheduler") as lease:
        with other.read() as archive:  # what a restart of the server does to everyone
            archive._connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid != pg_backend_pid()"
                )
            )
        lease.renew()
        with renewed(lease), pytest.raises(AlreadyHeld), other.lease("scheduler"):
            pass


def test_a_lease_whose_file_was_taken_away_is_lost(sqlite_store: Store) -> None:
    with sqlite_store.lease("scheduler") as lease:
        lease.renew()
        for file in Path(sqlite_store.place).parent.glob("*.lock"):
            file.unlink()
        with pytest.raises(LeaseLost):
            lease.renew()
