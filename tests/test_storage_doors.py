"""`from storage import …`: what a notebook begins with."""

import subprocess
import sys

import pytest

import storage
from storage import Archive, Store


def test_the_doors_are_those_of_their_modules() -> None:
    from storage.archive import Archive as archive
    from storage.store import Store as store

    assert (Archive, Store) == (archive, store)
    with pytest.raises(AttributeError, match="Shop"):
        storage.Shop  # noqa: B018


def test_the_nouns_do_not_bring_the_database() -> None:
    asked = "import sys, storage.records; print('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True).stdout == "False\n"
