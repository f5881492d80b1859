"""Amounts that say how they came about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Part:
    """One amount, and the rule that made it of a base at a rate."""

    rule: str
    of: str
    """What it is for: a SKU, ``shipping`` or ``total``."""
    base_minor: int
    rate: str
    """In the rule's own terms: a quantity, a percentage, an amount."""
    amount_minor: int
    is_included: bool = False
    """It lies within what other steps count already, so that it is shown and not added."""


@dataclass(frozen=True)
class Sum:
    """What one step comes to, as exactly the sum of its parts."""

    parts: tuple[Part, ...] = ()

    @property
    def amount_minor(self) -> int:
        """All parts together."""
        return sum(part.amount_minor for part in self.parts)

    @property
    def added_minor(self) -> int:
        """What it adds to the total."""
        return sum(part.amount_minor for part in self.parts if not part.is_included)
