"""A place where the books do not agree."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Breach:
    """One row that an invariant does not explain. Two reads that find the same thing find equal breaches."""

    subject: str
    """What it is about: ``order 3f…``, ``SKU MUG-1``."""
    finding: str
    """What does not hold, in a sentence without figures that change from read to read."""
    row: str = field(default="", compare=False)
    """The row as it was read."""
