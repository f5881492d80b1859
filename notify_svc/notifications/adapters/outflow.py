"""Back pressure: whether a client takes what it is sent.

Daphne buffers what a client has not taken yet, without a limit, and its ``send`` returns at once. Twisted beneath it
tells a registered producer when the buffer is full, and when it is empty again.
"""

from __future__ import annotations

import asyncio
from typing import Any


class Outflow:
    """The push producer of one WebSocket (twisted.internet.interfaces.IPushProducer), which Twisted pauses."""

    def __init__(self, send: Any) -> None:
        self._is_free = asyncio.Event()
        self._is_free.set()
        # Daphne's ``send`` is a partial whose first argument is the protocol. The HTTP protocol is still registered as
        # the transport's producer, of which there can be only one; it has nothing more to send.
        self._transport = send.args[0].transport
        self._transport.unregisterProducer()
        self._transport.registerProducer(self, streaming=True)

    async def free(self, *, within: float) -> None:
        """Return once there is room for more. Raises TimeoutError."""
        if not self._is_free.is_set():
            async with asyncio.timeout(within):
                await self._is_free.wait()

    def end(self) -> None:
        """Unregister: a connection with a paused producer would not close."""
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
