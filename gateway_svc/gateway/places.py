"""How many WebSockets one may hold open here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.limits.policies import network_of
from gateway_svc.gateway.problems import TooManySockets


@dataclass(frozen=True, kw_only=True)
class SocketLimits:
    """For each gateway process."""

    a_person: int = 20
    an_address: int = 200
    """Whoever comes with a ticket is nobody yet, and a whole office may come from one address."""


class Places:
    """Counted by each gateway process for itself."""

    def __init__(self, limits: SocketLimits) -> None:
        self._limits = limits
        self._taken: Counter[bytes] = Counter()

    @contextmanager
    def taken(self, exchange: Exchange) -> Iterator[None]:
        """One's place, given back at the end. Raises TooManySockets."""
        who, most = self._places_of(exchange)
        if self._taken[who] >= most:
            raise TooManySockets
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]

    def _places_of(self, exchange: Exchange) -> tuple[bytes, int]:
        if exchange.principal.is_anonymous:
            return network_of(exchange.client), self._limits.an_address
        return exchange.principal.user_id.encode(), self._limits.a_person
