"""A small copy of the press: a local HTTP server that behaves as the real sites do, for the demo and for tests."""

from spiders.replica.press import replica_sources
from spiders.replica.server import Replica, Requested
from spiders.replica.truth import Truth
from spiders.replica.world import BASE, FIRST, LAST

__all__ = ["BASE", "FIRST", "LAST", "Replica", "Requested", "Truth", "replica_sources"]
