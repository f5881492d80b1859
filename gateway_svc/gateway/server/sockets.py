"""WebSockets to clients, as ASGI has them; they say goodbye a few at a time."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from typing import cast

from uvicorn.config import Config
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.server import ServerState
from websockets.frames import Frame
from websockets.http11 import Request, Response
from websockets.protocol import SERVER
from websockets.server import ServerProtocol

from gateway_svc.gateway.asgi import Headers, Message, Scope
from gateway_svc.gateway.heads import head_of
from gateway_svc.gateway.problems import BadHandshake, InternalError, Problem, Unavailable
from gateway_svc.gateway.server import scopes
from gateway_svc.gateway.server.refusals import refused
from gateway_svc.gateway.websocket import ABNORMAL, BROKEN, NORMAL, RESTARTS, SocketEnded, WebSocket

logger = logging.getLogger(__name__)

SWITCHING_PROTOCOLS = 101
GOODBYES_A_SECOND = 500
LONGEST_GOODBYE_SECONDS = 5.0
# For the answer: of thousands some clients are gone without a word, and a server that stops would wait for those.
ANSWER_SECONDS = 2.0

# Then its client has to come back and show anew who it is: a sign-in that nobody goes on with ends without a word. Not
# all at one moment: they may have come at one.
LONGEST_SECONDS = (20 * 3600.0, 28 * 3600.0)
COME_BACK = RESTARTS, "come back"

# Messages, parts of them, and pings: to read one takes ten times as long as to send it. After a pause so many at once.
FRAMES_A_SECOND, FRAMES_AT_ONCE = 20, 200
TOO_MUCH = 4429, "too many messages"
# Of what comes in one piece, so many bytes are read before it is known whether that is too much.
PIECE_BYTES = 4096
# For whoever is told so to hear it: see http.LINGER_SECONDS.
LINGER_SECONDS = 1.0


class ClientSocket(WebSocket):
    """A server that stops closes its sockets with 1012 (Service Restart, IANA's registry of RFC 6455).

    All at once they would all be back at once, at the few that are left. uvicorn makes it where a request wants to be a
    WebSocket, hands it the head of that, and asks it to shut down.
    """

    __slots__ = ("_app", "_counted_until", "_leave", "_open_until", "_response", "_server")

    SIDE = SERVER
    # The gateway has a smaller bound of its own, which it can explain.
    LARGEST_MESSAGE_BYTES = 128 * 1024
    MOST_WAITING = 1
    CLOSE_SECONDS = 10.0
    GONE = ABNORMAL, ""
    SILENT = BROKEN, "no word from you for too long"

    def __init__(self, config: Config, server_state: ServerState, leave: Callable[[], None]) -> None:
        super().__init__()
        self._leave = leave
        """Say that it has gone."""
        self._app = config.loaded_app
        self._server = server_state
        self._response: Response | None = None
        """With which it opens, until it is known whether it does."""
        self._open_until = 0.0
        self._counted_until = 0.0
        """When all that was heard would have been heard, at the pace that is allowed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._server.connections.add(self)  # type: ignore[arg-type]  # it knows none but uvicorn's

    def connection_lost(self, error: Exception | None) -> None:
        self._leave()
        self._server.connections.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._protocol is None and self._ended is None:
            self._shake_hands(data)
        else:
            for start in range(0, len(data), PIECE_BYTES):
                super().data_received(data[start : start + PIECE_BYTES])

    def shutdown(self) -> None:
        """Close at some moment of the time that so many sockets need."""
        spread = min(len(self._server.connections) / GOODBYES_A_SECOND, LONGEST_GOODBYE_SECONDS)
        self._loop.call_later(random.uniform(0, spread), self._say_goodbye)  # noqa: S311 - no secret

    def _look(self) -> None:
        if self._loop.time() >= self._open_until:
            self.close(*COME_BACK)
        else:
            super()._look()

    def _hear(self, frame: Frame) -> None:
        self._counted_until = max(self._counted_until, self._heard_at) + 1 / FRAMES_A_SECOND
        if self._counted_until - self._heard_at <= FRAMES_AT_ONCE / FRAMES_A_SECOND:
            super()._hear(frame)
        else:
            self._hear_no_more()

    def _hear_no_more(self) -> None:
        """Say why, and pass over what else may come."""
        self.close(*TOO_MUCH)
        self._protocol = None
        self._set_timer(self._loop.call_later(LINGER_SECONDS, self._transport.abort))

    def _say_goodbye(self) -> None:
        if self._response:
            self._refuse(Unavailable())
        self.close(RESTARTS)
        self._set_timer(self._loop.call_later(ANSWER_SECONDS, self._transport.abort))

    def _shake_hands(self, head: bytes) -> None:
        """Refuse what is no handshake as everything is refused here."""
        opening = ServerProtocol()
        opening.receive_data(head)
        for request in cast(list[Request], opening.events_received()):
            response = opening.accept(request)
            if response.status_code == SWITCHING_PROTOCOLS:
                return self._ask(scopes.of_socket(request, get_remote_addr(self._transport)), response)
            return self._refuse(_refusal(response))
        return self._refuse(BadHandshake(400, []))

    def _ask(self, scope: Scope, response: Response) -> None:
        """Whether it may open. What the client says before it knows waits in the kernel."""
        self._response = response
        self._transport.pause_reading()
        task = self._loop.create_task(self._serve(scope))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    async def _serve(self, scope: Scope) -> None:
        code = BROKEN
        try:
            await self._app(scope, self._receive, self._send)
            code = NORMAL
        except Exception:
            logger.exception("a WebSocket failed")
        finally:
            if self._response:
                self._refuse(InternalError())
            self.close(code)

    async def _receive(self) -> Message:
        """Until it is open there is nothing but the wish that it were."""
        if self._response:
            return {"type": "websocket.connect"}
        try:
            said = await self.take()
        except SocketEnded as end:
            return {"type": "websocket.disconnect", "code": end.code, "reason": end.reason}
        return {"type": "websocket.receive", "text" if isinstance(said, str) else "bytes": said}

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "websocket.send":
                text = message.get("text")
                await self.say(message["bytes"] if text is None else text)
            case "websocket.accept":
                self._accept(message.get("subprotocol"), message.get("headers", []))
            case "websocket.close":
                self.close(message["code"], message["reason"])
            case "websocket.http.response.start":
                self._answer(head_of(message["status"], [*message["headers"], (b"connection", b"close")]))
            case "websocket.http.response.body":
                self._answer(message["body"])
                self._transport.close()

    def _accept(self, subprotocol: str | None, headers: Headers) -> None:
        response, self._response = self._response, None
        if response and not self._transport.is_closing():
            if subprotocol:
                response.headers["Sec-WebSocket-Protocol"] = subprotocol
            for name, value in headers:
                response.headers[name.decode()] = value.decode()
            self._transport.write(response.serialize())
            self._begin()
            self._open_until = self._loop.time() + random.uniform(*LONGEST_SECONDS)  # noqa: S311 - no secret
            self._transport.resume_reading()

    def _refuse(self, problem: Problem) -> None:
        self._answer(refused(problem))
        self._transport.close()

    def _answer(self, data: bytes) -> None:
        """In HTTP, instead of a WebSocket."""
        self._response = None
        self._end(*self.GONE)
        if not self._transport.is_closing():
            self._transport.write(data)


def _refusal(response: Response) -> BadHandshake:
    """Which method is right, or which versions are spoken, where that is what was wrong (RFC 6455, section 4.4)."""
    said = {name.lower(): value for name, value in response.headers.raw_items()}
    kept = [
        (name.encode(), said[name].encode()) for name in ("allow", "upgrade", "sec-websocket-version") if name in said
    ]
    return BadHandshake(response.status_code, kept)
