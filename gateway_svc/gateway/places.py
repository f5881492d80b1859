"""How many WebSockets one may hold open here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.limits.policies import network_of
from gateway_svc.gateway.problems import TooManySockets

MOST_A_PERSON = 20
# Whoever comes with a ticket is nobody yet, and a whole office may come from one address.
MOST_AN_ADDRESS = 200


class Places:
    """Counted by each gateway process for itself."""

    def __init__(self) -> None:
        self._taken: Counter[bytes] = Counter()

    @contextmanager
    def taken(self, exchange: Exchange) -> Iterator[None]:
        """One's place, given back at the end. Raises TooManySockets."""
        who, most = _places_of(exchange)
        if self._taken[who] >= most:
            raise TooManySockets
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]


def _places_of(exchange: Exchange) -> tuple[bytes, int]:
    if exchange.principal.is_anonymous:
        return network_of(exchange.client), MOST_AN_ADDRESS
    return exchange.principal.user_id.encode(), MOST_A_PERSON
