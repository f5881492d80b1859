"""Requests that cost a service so much that only few of them are let in at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from gateway_svc.gateway.problems import Unavailable
from gateway_svc.gateway.upstreams.balancer import Balancer

# Of the four threads of a service's process; each of several gateway processes counts for itself.
DEAR_AT_ONCE_AN_INSTANCE = 2
PATIENCE_SECONDS = 8.0
MOST_WAITING = 500


class Turnstile:
    """Lets so many in at a time. Whoever waits out here takes a few bytes; in there it would be a thread."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One's turn, first come first served. Raises Unavailable when too many wait, or for too long."""
        await self._wait()
        try:
            yield
        finally:
            self._places.release()

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


def turnstiles(balancers: Mapping[str, Balancer]) -> dict[str, Turnstile]:
    """One for each service."""
    return {name: Turnstile(DEAR_AT_ONCE_AN_INSTANCE * len(each.instances)) for name, each in balancers.items()}
