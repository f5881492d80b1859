"""Targets for figures, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One figure with its target."""

    said: str
    found: float
    promised: float
    is_most: bool = False
    """Whether ``promised`` is an upper bound, which must not be reached; otherwise it is a lower one."""

    @property
    def holds(self) -> bool:
        """Whether the target was met."""
        return self.found < self.promised if self.is_most else self.found >= self.promised


def lines(claims: Iterable[Claim]) -> Iterator[str]:
    """Each claim as a line of text."""
    for claim in claims:
        holds = "holds" if claim.holds else "does not hold"
        yield f"{claim.said}: {claim.found:.2f}; {'<' if claim.is_most else '≥'} {claim.promised:.3g} {holds}"
