"""The second step: what is taken off. The shop has no such rule yet; this is what one has to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from order_svc.pricing.rules.lines import Line
from order_svc.pricing.rules.parts import Part


class DiscountRule(Protocol):
    """One reason to ask for less."""

    def parts(self, lines: Sequence[Line]) -> Iterable[Part]:
        """Negative amounts, each ``of`` the SKU of one line, so that tax knows whose price they lower.

        What a line loses to all rules together is never more than it costs.
        """
