"""Whether a client takes what it is sent.

Daphne keeps what a client has not taken yet, without bound, and never has a sender wait: its ``send`` returns at once.
Twisted beneath it says when its buffer is full, and when it is empty again, to whoever has registered for that.
"""

from __future__ import annotations

import asyncio
from typing import Any


class Outflow:
    """Of one WebSocket: a push producer, as Twisted calls whoever is told (twisted.internet.interfaces)."""

    def __init__(self, send: Any) -> None:
        self._is_free = asyncio.Event()
        self._is_free.set()
        # Daphne's ``send`` is a partial of its own method with the protocol. HTTP has registered before us, and has
        # nothing more to say.
        self._transport = send.args[0].transport
        self._transport.unregisterProducer()
        self._transport.registerProducer(self, streaming=True)

    async def free(self, *, within: float) -> None:
        """Return once there is room for more. Raises TimeoutError."""
        if not self._is_free.is_set():
            async with asyncio.timeout(within):
                await self._is_free.wait()

    def end(self) -> None:
        """Hear no more of it: a connection with a producer that was stopped half-way would not close."""
        self._transport.unregisterProducer()

    def pauseProducing(self) -> None:
        """The buffer is full."""
        self._is_free.clear()

    def resumeProducing(self) -> None:
        """It is empty."""
        self._is_free.set()
        if self._transport.disconnecting:
            self.end()

    def stopProducing(self) -> None:
        """There is no connection any more."""
        self._is_free.set()
