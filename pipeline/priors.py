"""How rare relevant items are where a text comes from: what its score is a probability of.

A health ministry's page of international cooperation is not a newspaper's front page: the same words mean more there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PRIOR = 0.003  # of a newspaper's stream, as labelled by reading; the judge is calibrated to it


@dataclass(frozen=True)
class Priors:
    """The share of relevant items (0 < share < 1) of an installation's sources, and of those that differ, by slug."""

    share: float = PRIOR
    by_source: Mapping[str, float] = field(default_factory=dict)

    def of(self, source: str) -> float:
        """The share of one source."""
        return self.by_source.get(source, self.share)


NEWSPAPER = Priors()
