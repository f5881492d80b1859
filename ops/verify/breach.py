"""A breach of an invariant."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Breach:
    """One row that breaks an invariant. Two reads that find the same fault return equal breaches."""

    subject: str
    """What it is about: ``order 3f…``, ``SKU MUG-1``."""
    finding: str
    """What does not hold, in words that do not change from read to read."""
    row: str = field(default="", compare=False)
    """The row as it was read."""
