"""uvicorn's WebSockets, which say goodbye a few at a time."""

from __future__ import annotations

import random

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request, Response

from gateway_svc.gateway.problems import BadHandshake
from gateway_svc.gateway.server.refusals import refused

SWITCHING_PROTOCOLS = 101
GOODBYES_A_SECOND = 500
LONGEST_GOODBYE_SECONDS = 5.0


class ConsiderateSocket(WebSocketsSansIOProtocol):
    """A server that stops closes its sockets with 1012 (Service Restart, IANA's registry of RFC 6455).

    All at once they would all be back at once, at the few that are left.
    """

    def handle_connect(self, event: Request) -> None:
        """Refuse what is no handshake as everything is refused here."""
        response = self.conn.accept(event)
        if response.status_code == SWITCHING_PROTOCOLS:
            super().handle_connect(event)
            return
        self.handshake_complete = self.close_sent = True
        self.transport.write(refused(_refusal(response)))
        self.transport.close()

    def start_keepalive(self) -> None:
        """It is open: for hours nobody will ask again how it was opened."""
        super().start_keepalive()
        self.request = self.response = None  # type: ignore[assignment]  # whose types know no end of it

    def shutdown(self) -> None:
        """Close at some moment of the time that so many sockets need."""
        spread = min(len(self.connections) / GOODBYES_A_SECOND, LONGEST_GOODBYE_SECONDS)
        self.loop.call_later(random.uniform(0, spread), self._say_goodbye)  # noqa: S311 - no secret

    def _say_goodbye(self) -> None:
        if not self.disconnected and not self.transport.is_closing():
            super().shutdown()


def _refusal(response: Response) -> BadHandshake:
    """Which versions are spoken, where that is what was wrong (RFC 6455, section 4.4)."""
    said = {name.lower(): value for name, value in response.headers.raw_items()}
    kept = [(name.encode(), said[name].encode()) for name in ("upgrade", "sec-websocket-version") if name in said]
    return BadHandshake(response.status_code, kept)
