"""How many WebSockets one caller may hold open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from common.api.holder import Holder
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.limits.policies import network_of
from gateway_svc.gateway.problems import TooManySockets


@dataclass(frozen=True, kw_only=True)
class SocketLimits:
    """For each gateway process."""

    a_person: int = 20
    an_address: int = 200
    """For callers not identified yet, such as those with a ticket: a whole office may share one address."""


class Places:
    """Counted by each gateway process for itself."""

    def __init__(self, limits: SocketLimits) -> None:
        self._limits = limits
        self._taken: Counter[bytes] = Counter()

    def taken(self, exchange: Exchange) -> AbstractContextManager[None]:
        """Take a place, given back at the end of the ``with``. Raises TooManySockets."""
        if exchange.principal.is_anonymous:
            return self._held(network_of(exchange.client), self._limits.an_address)
        return self._held(exchange.principal.user_id.encode(), self._limits.a_person)

    def taken_by(self, holder: Holder | None, exchange: Exchange) -> AbstractContextManager[None]:
        """A place for the person the service identified, unless they hold this one already. Raises TooManySockets."""
        if holder is None or holder.user_id == exchange.principal.user_id:
            return nullcontext()
        return self._held(holder.user_id.encode(), self._limits.a_person)

    @contextmanager
    def _held(self, who: bytes, most: int) -> Iterator[None]:
        if self._taken[who] >= most:
            raise TooManySockets
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]
