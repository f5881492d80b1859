"""One process of a service, by its address, and the connections to it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from gateway_svc.gateway.errors import UpstreamUnreachable
from gateway_svc.gateway.upstreams.addresses import Address
from gateway_svc.gateway.upstreams.connection import FOREVER, Connection
from gateway_svc.gateway.upstreams.ejection import Ejection
from gateway_svc.gateway.upstreams.health import Health

CONNECT_SECONDS = 1.0
# Shorter than the 30 s after which our servers close a connection that nobody uses.
IDLE_SECONDS = 20.0
MOST_IDLE = 64
# Of an answer in the average: the last dozen or so tell most of it.
_WEIGHT = 0.15

P = TypeVar("P", bound=asyncio.Protocol)


class Instance:
    """Connections are kept after use, and the last one used is used first."""

    def __init__(self, address: Address, *, ejection_seconds: float) -> None:
        self.host, self.port = address.host, address.port
        self.address = str(address)
        self.in_flight = 0
        self.latency_seconds = 0.0
        """How long answers took to begin, lately."""
        self.answered_at = -FOREVER
        """When an answer began last."""
        self.health = Health()
        self.ejection = Ejection(ejection_seconds)
        self._idle: deque[Connection] = deque()
        self._is_retired = False

    def kept(self, now: float) -> Connection | None:
        """A connection that was used before, if one is left that is good."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and now - connection.idle_since < IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def connect(self, *, within: float = CONNECT_SECONDS) -> Connection:
        """A new connection. Raises UpstreamUnreachable."""
        return await self.reach(Connection, within=within)

    async def reach(self, kind: Callable[[], P], *, within: float) -> P:
        """A new connection of this kind. Raises UpstreamUnreachable."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within):
                _, connection = await loop.create_connection(kind, self.host, self.port)
        except (OSError, TimeoutError) as error:
            raise UpstreamUnreachable(f"{self.address}: {error!r}") from error
        return connection

    def take_back(self, connection: Connection, *, is_clean: bool, now: float) -> None:
        """Keep it for the next request if this one was answered to the end."""
        if is_clean and connection.is_open and len(self._idle) < MOST_IDLE and not self._is_retired:
            connection.until = FOREVER
            connection.idle_since = now
            self._idle.append(connection)
        else:
            connection.close()

    def note_answer(self, now: float, *, took: float) -> None:
        """An answer begins, after so many seconds."""
        self.answered_at = now
        self.latency_seconds += (took - self.latency_seconds) * (_WEIGHT if self.latency_seconds else 1)

    def is_able(self, now: float) -> bool:
        """It says that it is ready, and does not fail all the time."""
        return self.health.is_ready and not self.ejection.is_out(now)

    def retire(self) -> None:
        """Nobody asks it any more: what is under way is the last."""
        self._is_retired = True
        self.close()

    def close(self) -> None:
        """Close what nobody uses at the moment."""
        while self._idle:
            self._idle.pop().close()
