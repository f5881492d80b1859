"""The application's limits on client connections, for the server, which knows none of its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ADMITTANCE = "admittance"
"""The key in the ASGI lifespan state under which the application puts its ``Admittance``."""


@dataclass(frozen=True)
class Admittance:
    """How many connections one address may hold (one /64 of IPv6), and which addresses have no limit."""

    an_address: int = 1000
    """0: no limit."""
    is_exempt: Callable[[str], bool] = lambda _address: False
