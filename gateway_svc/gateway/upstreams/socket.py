"""A WebSocket to an instance of a service."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Self, cast

from websockets.client import ClientProtocol
from websockets.http11 import Response
from websockets.protocol import CLIENT, OPEN, Protocol
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from common.api.holder import HEADER, Holder
from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.errors import UpstreamClosed, UpstreamError, UpstreamGarbled, UpstreamTimedOut, UpstreamUnwell
from gateway_svc.gateway.upstreams.instance import Instance
from gateway_svc.gateway.upstreams.wire import MAX_HEAD_BYTES, read_head
from gateway_svc.gateway.websocket import BROKEN, Goodbye, WebSocket

_END_OF_HEAD = b"\r\n\r\n"
_SWITCHING = b"HTTP/1.1 101 "


class SocketRefusedByService(Exception):
    """The service answered the handshake with this status, 4xx."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


class UpstreamSocket(WebSocket):
    """The gateway is the client."""

    __slots__ = ("_opening", "holder", "subprotocol")

    SIDE = CLIENT
    LARGEST_MESSAGE_BYTES = 1024 * 1024
    MOST_WAITING = 16
    CLOSE_SECONDS = 1.0
    GONE = BROKEN, "the service is gone"
    SILENT = BROKEN, "the service is silent"

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self._opening: Opening | None = opening
        self.subprotocol: Subprotocol | None = None
        """What the service chose among those that were offered."""
        self.holder: Holder | None = None
        """Whose it is, where the service says so."""

    @classmethod
    async def open(cls, instance: Instance, opening: Opening, *, reach_within: float, answer_within: float) -> Self:
        """Raises UpstreamError, or SocketRefusedByService."""
        socket = await instance.reach(partial(cls, opening), within=reach_within)
        await socket._shake_hands(opening, within=answer_within)
        return socket

    def data_received(self, data: bytes) -> None:
        if self._opening is None:
            super().data_received(data)
        elif (rest := self._opening.hear(data)) is not None:
            self._opening = None
            self._begin()
            super().data_received(rest)

    def _end(self, code: int, reason: str) -> None:
        super()._end(code, reason)
        if self._opening:
            self._opening.fail(UpstreamClosed(reason))

    def _misheard(self, protocol: Protocol) -> Goodbye:
        return BROKEN, "the service cannot be understood"

    async def _shake_hands(self, opening: Opening, *, within: float) -> None:
        self._transport.write(opening.question)
        try:
            async with asyncio.timeout(within):
                self.subprotocol, self.holder = await opening.answer
        except BaseException as error:
            self._transport.abort()
            if isinstance(error, TimeoutError):
                raise UpstreamTimedOut from error
            raise


class Opening:
    """The handshake (RFC 6455, section 4), which nobody needs once it is over."""

    def __init__(self, uri: str, headers: Headers, subprotocols: list[Subprotocol]) -> None:
        self._protocol = ClientProtocol(parse_uri(uri), subprotocols=subprotocols or None)
        self.question = self._asked_with(headers)
        self.answer: asyncio.Future[tuple[Subprotocol | None, Holder | None]]
        self.answer = asyncio.get_running_loop().create_future()
        """The subprotocol that the service chose, and whose it says that the socket is."""
        self._heard = bytearray()

    def hear(self, data: bytes) -> bytes | None:
        """What was said after the handshake, once that has come to a good end."""
        self._heard += data
        head, end, rest = self._heard.partition(_END_OF_HEAD)
        if end:
            return bytes(rest) if self._is_good(bytes(head)) else None
        if len(head) > MAX_HEAD_BYTES:
            self.fail(UpstreamGarbled("a head without an end"))
        return None

    def fail(self, error: UpstreamError | SocketRefusedByService) -> None:
        """It has come to a bad end."""
        if not self.answer.done():
            self.answer.set_exception(error)

    def _asked_with(self, headers: Headers) -> bytes:
        request = self._protocol.connect()
        del request.headers["Host"]
        for name, value in headers:
            request.headers[name.decode("latin-1")] = value.decode("latin-1")
        self._protocol.send_request(request)
        return b"".join(self._protocol.data_to_send())

    def _is_good(self, head: bytes) -> bool:
        if not head.startswith(_SWITCHING):
            self._fail_as_told(head)
            return False
        self._protocol.receive_data(head + _END_OF_HEAD)
        if self._protocol.state is not OPEN:
            self.fail(UpstreamGarbled(repr(self._protocol.handshake_exc)))
            return False
        [response] = cast(list[Response], self._protocol.events_received())
        self.answer.set_result((self._protocol.subprotocol, _holder(response)))
        return True

    def _fail_as_told(self, head: bytes) -> None:
        try:
            self.fail(_told(read_head(head, method="GET").status))
        except UpstreamGarbled as error:
            self.fail(error)


def _told(status: int) -> UpstreamError | SocketRefusedByService:
    """What the service answered instead of a WebSocket: its no is a no, its trouble is ours."""
    if 400 <= status < 500:
        return SocketRefusedByService(status)
    return (UpstreamUnwell if status >= 500 else UpstreamGarbled)(f"answered {status}")


def _holder(response: Response) -> Holder | None:
    said = response.headers.get_all(HEADER)
    return Holder.read(said[0]) if said else None
