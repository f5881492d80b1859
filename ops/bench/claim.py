"""What was promised of a figure, beside what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One figure that was promised."""

    said: str
    found: float
    promised: float
    is_most: bool = False
    """The promise is what it stays under; else what it reaches."""

    @property
    def holds(self) -> bool:
        """Whether it was kept."""
        return self.found < self.promised if self.is_most else self.found >= self.promised


def lines(claims: Iterable[Claim]) -> Iterator[str]:
    """What was promised, as it was seen."""
    for claim in claims:
        holds = "holds" if claim.holds else "does not hold"
        yield f"{claim.said}: {claim.found:.2f}; {'<' if claim.is_most else '≥'} {claim.promised:.3g} {holds}"
