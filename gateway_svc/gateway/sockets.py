"""The WebSocket proxy: one to the client, one to the service; messages are relayed both ways."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping
from functools import partial

from websockets.typing import Subprotocol

from gateway_svc.gateway import measures
from gateway_svc.gateway.asgi import Headers, Receive, Scope, Send
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.errors import UpstreamError
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.failures import problem_of
from gateway_svc.gateway.middleware.authentication import SUBPROTOCOL
from gateway_svc.gateway.open_sockets import OpenSockets
from gateway_svc.gateway.places import Places, SocketLimits
from gateway_svc.gateway.problems import BadRequest, SocketRefused
from gateway_svc.gateway.request_head import PublicOrigin, own_headers, request_target
from gateway_svc.gateway.routes import Limits
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.instance import Instance
from gateway_svc.gateway.upstreams.socket import Opening, SocketRefusedByService, UpstreamSocket
from gateway_svc.gateway.websocket import ABNORMAL, BROKEN, NO_STATUS, NORMAL, SocketEnded

FROM_CLIENT_BYTES = 64 * 1024
# For one message to be taken by either side.
SEND_SECONDS = 10.0

# RFC 9110, section 5.6.2
_TOKEN = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")

TOO_BIG = 1009
TOO_SLOW = 4008

_IN, _OUT = measures.SOCKET_MESSAGES.labels("in"), measures.SOCKET_MESSAGES.labels("out")


class Sockets:
    """The application behind all middleware, for WebSockets."""

    def __init__(
        self,
        balancers: Mapping[str, Balancer],
        assertions: Assertions,
        origin: PublicOrigin,
        limits: SocketLimits,
        *,
        open_sockets: OpenSockets,
    ) -> None:
        self._balancers = balancers
        self._assertions = assertions
        self._origin = origin
        self._places = Places(limits)
        self._open_sockets = open_sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        exchange: Exchange = scope["exchange"]
        is_open = measures.SOCKETS_OPEN.labels(exchange.audience)
        with self._places.taken(exchange), is_open.track_inprogress():
            instance, upstream = await self._connect(scope)
            try:
                with self._places.taken_by(upstream.holder, exchange):
                    await self._let_through(upstream, scope, receive, send)
            finally:
                instance.in_flight -= 1
                upstream.close()

    async def _let_through(self, upstream: UpstreamSocket, scope: Scope, receive: Receive, send: Send) -> None:
        chosen = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else upstream.subprotocol
        await send({"type": "websocket.accept", "subprotocol": chosen})
        with self._open_sockets.noted(upstream, scope["exchange"].principal):
            _forget_head(scope)
            await _relay(upstream, receive, send)

    async def _connect(self, scope: Scope) -> tuple[Instance, UpstreamSocket]:
        """Open one to any instance that can be reached. Raises a Problem: the client can still be answered by HTTP."""
        exchange: Exchange = scope["exchange"]
        try:
            return await self._balancers[exchange.audience].open(partial(self._open, scope))
        except SocketRefusedByService as refusal:
            raise SocketRefused(refusal.status) from refusal
        except UpstreamError as error:
            raise problem_of(error, exchange) from error

    async def _open(self, scope: Scope, instance: Instance) -> UpstreamSocket:
        exchange: Exchange = scope["exchange"]
        exchange.instance = instance.address
        opening = Opening(
            f"ws://{self._origin.host.decode()}{request_target(scope).decode('latin-1')}",
            self._headers(scope),
            _passed_on(scope["subprotocols"]),
        )
        limits: Limits = scope["exchange"].route.limits
        return await UpstreamSocket.open(
            instance, opening, reach_within=limits.connect_seconds, answer_within=limits.first_byte_seconds
        )

    def _headers(self, scope: Scope) -> Headers:
        exchange: Exchange = scope["exchange"]
        assertion = self._assertions.about(exchange.principal, audience=exchange.audience)
        own = own_headers(assertion, exchange.names, exchange.client, self._origin)
        theirs = [header for header in exchange.headers if not header[0].startswith(b"sec-websocket-")]
        return [(b"host", self._origin.host), *theirs, *own]


def _forget_head(scope: Scope) -> None:
    """Free the memory of the request's head: thousands of sockets stay open for hours, and need it no more."""
    scope["headers"] = scope["subprotocols"] = []
    scope["exchange"].headers = []
    scope["exchange"].authorization = ()


def _passed_on(offered: list[Subprotocol]) -> list[Subprotocol]:
    """The subprotocols for the service, without ``bearer`` and the token after it. Raises BadRequest."""
    if not all(map(_TOKEN.fullmatch, offered)):
        raise BadRequest("A subprotocol is a token (RFC 6455, section 4.1).")
    if SUBPROTOCOL not in offered:
        return offered
    at = offered.index(Subprotocol(SUBPROTOCOL))
    return [*offered[:at], *offered[at + 2 :]]


async def _relay(upstream: UpstreamSocket, receive: Receive, send: Send) -> None:
    """Relay until either side closes, and close the other with the same code and reason."""
    inward = asyncio.create_task(_from_client(upstream, receive))
    try:
        code, reason = await _from_service(upstream, send)
    finally:
        inward.cancel()
    measures.SOCKET_ENDS.labels(measures.code_label(code)).inc()
    upstream.close(code, reason)
    # TimeoutError among them; a client that has gone needs no goodbye.
    with contextlib.suppress(OSError):
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "websocket.close", "code": code, "reason": reason})


async def _from_client(upstream: UpstreamSocket, receive: Receive) -> None:
    """However this ends, it closes the upstream socket, which ends the relay."""
    code, reason = BROKEN, ""
    try:
        code, reason = await _pass_on(upstream, receive)
    except TimeoutError:
        reason = "the service is too slow"
    finally:
        upstream.close(code, reason)


async def _pass_on(upstream: UpstreamSocket, receive: Receive) -> tuple[int, str]:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            code = message.get("code", NO_STATUS)
            return (NORMAL if code in {NO_STATUS, ABNORMAL} else code), ""
        text = message.get("text")
        payload: str | bytes = message["bytes"] if text is None else text
        if len(payload) > FROM_CLIENT_BYTES:
            return TOO_BIG, "message too big"
        async with asyncio.timeout(SEND_SECONDS):
            await upstream.say(payload)
        _IN.inc()


async def _from_service(upstream: UpstreamSocket, send: Send) -> tuple[int, str]:
    try:
        while True:
            message = await upstream.take()
            part = {"text": message} if isinstance(message, str) else {"bytes": message}
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "websocket.send", **part})
            _OUT.inc()
    except SocketEnded as end:
        return end.code, end.reason
    except TimeoutError:
        return TOO_SLOW, "too slow a reader"
    except OSError:
        return NORMAL, ""
