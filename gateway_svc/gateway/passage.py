"""One attempt at one request, over one connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial

from gateway_svc.gateway.asgi import Send, WhenGone
from gateway_svc.gateway.backlog import Backlog
from gateway_svc.gateway.errors import ClientGone
from gateway_svc.gateway.request_head import last_line
from gateway_svc.gateway.room import Room
from gateway_svc.gateway.routes import Limits
from gateway_svc.gateway.upstreams.answer import body_of
from gateway_svc.gateway.upstreams.lease import UNWELL, Lease
from gateway_svc.gateway.upstreams.wire import Head


class Passage:
    """Sends the request while already waiting for the response, and streams the response on to the client."""

    def __init__(self, lease: Lease, limits: Limits, *, when_gone: WhenGone | None, room: Room, until: float) -> None:
        self._lease = lease
        self._room = room
        self._connection = lease.connection
        self._connection.until = until
        self._limits = limits
        self._patience_seconds = min(limits.first_byte_seconds, until - time.monotonic())
        self._when_gone = when_gone
        self._pump: asyncio.Task[None] | None = None
        self._is_cut_short = False

    async def ask(self, head: bytes, *, method: str, body: Iterator[bytes] | None, length: int) -> Head:
        """Send the request. Raises UpstreamError, or ClientGone."""
        head += last_line(self._patience_seconds)
        first = next(body, b"") if body else b""
        self._connection.start(head + first)
        if body and len(first) < length:
            self._pump = asyncio.create_task(self._send_rest(body))
        else:
            self._expect_answer()
        answer = await self._connection.head(method=method)
        self._lease.answered(time.monotonic())
        if self._pump and not self._pump.done():
            # Answered early: the service does not read the rest, so the connection cannot be used again.
            self._is_cut_short = True
            self._pump.cancel()
        return answer

    async def tell(self, head: Head, send: Send) -> None:
        """Stream the response to the client. Raises UpstreamError if the service breaks off, ClientGone if the client
        has gone. A client that reads nothing for long is disconnected by the server.
        """
        body = body_of(head, self._connection, idle_seconds=self._limits.idle_seconds)
        # While nothing was sent to the client, another instance can be tried, even if this one dies after the head.
        first = body.at_hand() or await body.read()
        is_whole = body.is_complete
        if is_whole:
            self._take_leave(head)
        await send({"type": "http.response.start", "status": head.status, "headers": head.headers})
        if not is_whole:
            at_end = partial(self._take_leave, head)
            async with Backlog(body, first, room=self._room, until=self._connection.until, at_end=at_end) as backlog:
                while piece := await backlog.take():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            first = b""
        await send({"type": "http.response.body", "body": first})

    def end(self, *, is_good: bool | None) -> None:
        """Release everything. ``is_good`` is for the lease, unless that has ended already."""
        self._mind_nobody()
        self._lease.end(is_good=is_good)
        if self._pump:
            self._pump.cancel()

    def _take_leave(self, head: Head) -> None:
        """The whole response has arrived: give the connection back, however long the client takes to read."""
        self._mind_nobody()
        is_clean = head.keeps_alive and not self._is_cut_short
        self._lease.end(is_good=head.status not in UNWELL, is_clean=is_clean)

    def _expect_answer(self) -> None:
        self._connection.expect_within(self._patience_seconds)
        if self._when_gone:
            self._when_gone(self._leave)

    def _leave(self) -> None:
        """The client has gone while we wait for the response."""
        self._connection.fail(ClientGone())

    def _mind_nobody(self) -> None:
        if self._when_gone:
            self._when_gone(None)

    async def _send_rest(self, body: Iterator[bytes]) -> None:
        try:
            for piece in body:
                await self._connection.write(piece, within=self._limits.idle_seconds)
        except Exception as error:  # the file cannot be read: the coroutine that waits for the response must fail
            self._connection.fail(error)
        else:
            self._expect_answer()
