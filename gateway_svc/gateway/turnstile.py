"""A bulkhead for expensive requests: only a few at once, so that cheap ones still find a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from gateway_svc.gateway.problems import Unavailable
from gateway_svc.gateway.upstreams.balancer import Balancer

# Of the four threads of a service's process. Each gateway process counts for itself.
DEAR_AT_ONCE_AN_INSTANCE = 2
PATIENCE_SECONDS = 8.0
MOST_WAITING = 500


class Turnstile:
    """Lets so many in at a time. A request that waits here costs a few bytes; in the service it would cost a thread."""

    def __init__(self, at_once: Callable[[], int]) -> None:
        self._at_once = at_once
        self._size = at_once()
        self._places = asyncio.Semaphore(self._size)
        self._too_many = 0
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One's turn, first come first served. Raises Unavailable when too many wait, or for too long."""
        self._fit()
        await self._wait()
        try:
            yield
        finally:
            self._leave()

    async def _wait(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise Unavailable
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable from None
        finally:
            self._waiting -= 1

    def _fit(self) -> None:
        """Adjust to the current number of instances. A place that is taken disappears once it is left."""
        size = self._at_once()
        self._too_many += self._size - size
        self._size = size
        while self._too_many < 0:
            self._too_many += 1
            self._places.release()

    def _leave(self) -> None:
        if self._too_many:
            self._too_many -= 1
        else:
            self._places.release()


def turnstiles(balancers: Mapping[str, Balancer]) -> dict[str, Turnstile]:
    """One for each service."""
    return {name: Turnstile(partial(_places_at, each)) for name, each in balancers.items()}


def _places_at(balancer: Balancer) -> int:
    return DEAR_AT_ONCE_AN_INSTANCE * max(1, len(balancer.instances))
