"""Noticing that a client has gone away."""

from __future__ import annotations

import asyncio

from gateway_svc.gateway.asgi import Receive
from gateway_svc.gateway.errors import ClientGone
from gateway_svc.gateway.upstreams.connection import Connection

# Most answers come sooner; a task for each of them would cost more than it saves.
PATIENCE_SECONDS = 0.05


class DisconnectWatch:
    """End what is asked of a service when nobody waits for it any more."""

    def __init__(self, receive: Receive, connection: Connection) -> None:
        self._receive = receive
        self._connection = connection
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Watch from a moment on. All of the request must have been received by now."""
        self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._start)

    def stop(self) -> None:
        """The answer is out, or will never be."""
        if self._timer:
            self._timer.cancel()
        if self._task:
            self._task.cancel()

    def _start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._connection.fail(ClientGone())
