"""What an application says of whom its server lets connect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ADMITTANCE = "admittance"
"""Where an application says in its state, as it starts, whom to let in."""


@dataclass(frozen=True)
class Admittance:
    """How many connections an address may have, of an IPv6 address the /64; and who speaks for many."""

    an_address: int = 1000
    """0: as many as there are."""
    is_exempt: Callable[[str], bool] = lambda _address: False
