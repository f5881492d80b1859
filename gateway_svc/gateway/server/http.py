"""uvicorn's HTTP/1.1, with bounds on what a stranger may do before there is a request that the gateway could judge."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from common import open_files
from gateway_svc.gateway.problems import BadRequest, ClientTooSlow, HeadersTooLarge, Problem, Unavailable
from gateway_svc.gateway.server.refusals import refused

# The gateway itself refuses half of it, once it has all of it; here is what it never gets to see the end of.
MAX_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0
# Of any kind, with or without a request under way. An idle WebSocket takes some 20 KiB.
MOST_CONNECTIONS = 20_000
# Of the files that a process may have open: for all that is no connection to a client, or to a service for one.
OTHER_FILES = 256
_FEWEST_CONNECTIONS = 64
# For whoever is refused in the middle of a sentence: a connection that is closed at once is reset, and the answer lost.
LINGER_SECONDS = 1.0


def most_connections() -> int:
    """So many that each can have another one, to a service, before the system refuses more files to this process."""
    return min(MOST_CONNECTIONS, max(_FEWEST_CONNECTIONS, (open_files.most() - OTHER_FILES) // 2))


class BoundedHttp(HttpToolsProtocol):
    """A head has an end, in time and in bytes; what is no HTTP gets a problem that says so (RFC 9457)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_in_head = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there, and has yet to say what for."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            self._refuse(Unavailable())
        else:
            self._expect_head()

    def connection_lost(self, error: Exception | None) -> None:
        """They have gone."""
        self._relax()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Read on, unless it is too much."""
        if self._is_refused:
            return
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes and not self._is_refused:
            self._wait_for_the_rest()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        """Its head is whole; the gateway takes over."""
        self._relax()
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What comes next is the head of another."""
        super().on_message_complete()
        self._is_in_head = True
        self._head_bytes = 0

    def send_400_response(self, msg: str) -> None:
        """Say it as everything is said here; the parser's own words tell a stranger nothing."""
        self._refuse(BadRequest("This is no request that can be read in one way only (RFC 9112)."))

    def _wait_for_the_rest(self) -> None:
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(HeadersTooLarge())
        elif self._head_timer is None:
            self._expect_head()

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _relax(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        if self._head_bytes:
            self._refuse(ClientTooSlow("The head of the request did not arrive in time."))
        else:
            self.transport.close()

    def _refuse(self, refusal: Problem) -> None:
        """Say why, and hang up. In the middle of another answer there is nothing that could be said."""
        self._is_refused = True
        self._relax()
        if self._is_answering():
            self.transport.close()
            return
        self.transport.write(refused(refusal))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _is_answering(self) -> bool:
        """Whether an answer is half out. A request whose answer has not begun is given up instead."""
        if self.cycle is None or self.cycle.response_complete:
            return False
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        return self.cycle.response_started
