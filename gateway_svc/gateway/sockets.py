"""WebSockets: one to the client, one to the service, and what comes on either goes out on the other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Mapping

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from gateway_svc.gateway import measures
from gateway_svc.gateway.asgi import Receive, Scope, Send
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.errors import UpstreamUnreachable
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.middleware.authentication import SUBPROTOCOL
from gateway_svc.gateway.problems import BadRequest, Problem, SocketRefused, TimedOut, Unavailable
from gateway_svc.gateway.request_head import PublicOrigin, own_headers, request_target
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.instance import Instance

logger = logging.getLogger(__name__)

FROM_CLIENT_BYTES = 64 * 1024
FROM_SERVICE_BYTES = 1024 * 1024
OPEN_SECONDS = 5.0
PING_SECONDS = 20.0
# For one message to be taken by the client.
SEND_SECONDS = 10.0

# RFC 9110, section 5.6.2
_TOKEN = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")

NORMAL, GOING_AWAY, NO_STATUS, ABNORMAL, TOO_BIG, BROKEN = 1000, 1001, 1005, 1006, 1009, 1011
TOO_SLOW = 4008

_IN, _OUT = measures.SOCKET_MESSAGES.labels("in"), measures.SOCKET_MESSAGES.labels("out")


class Sockets:
    """The end of the way in for WebSockets."""

    def __init__(self, balancers: Mapping[str, Balancer], assertions: Assertions, origin: PublicOrigin) -> None:
        self._balancers = balancers
        self._assertions = assertions
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        instance, upstream = await self._connect(scope)
        is_open = measures.SOCKETS_OPEN.labels(scope["exchange"].audience)
        is_open.inc()
        instance.in_flight += 1
        try:
            chosen = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else upstream.subprotocol
            await send({"type": "websocket.accept", "subprotocol": chosen})
            await _relay(upstream, receive, send)
        finally:
            is_open.dec()
            instance.in_flight -= 1
            await upstream.close()

    async def _connect(self, scope: Scope) -> tuple[Instance, ClientConnection]:
        """At whichever instance can be reached. Raises a Problem while the client can still be answered in HTTP."""
        exchange: Exchange = scope["exchange"]
        balancer = self._balancers[exchange.audience]
        tried: list[Instance] = []
        while True:
            try:
                instance = balancer.pick(not_at=tried)
                return instance, await self._open(scope, instance)
            except UpstreamUnreachable as error:
                logger.warning("%s: %r", exchange.audience, error)
                if len(tried) + 1 >= len(balancer.instances):
                    raise Unavailable from error
                balancer.pool.note_failure(instance, time.monotonic())
                tried.append(instance)

    async def _open(self, scope: Scope, instance: Instance) -> ClientConnection:
        exchange: Exchange = scope["exchange"]
        exchange.instance = instance.address
        try:
            return await connect(
                f"ws://{self._origin.host.decode()}{request_target(scope).decode('latin-1')}",
                host=instance.host,
                port=instance.port,
                additional_headers=self._headers(scope),
                subprotocols=_passed_on(scope["subprotocols"]) or None,
                user_agent_header=None,
                compression=None,
                proxy=None,
                open_timeout=OPEN_SECONDS,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                close_timeout=1.0,
                max_size=FROM_SERVICE_BYTES,
                max_queue=16,
            )
        except InvalidStatus as error:
            raise _refusal(error.response.status_code) from error
        except TimeoutError as error:
            raise TimedOut from error
        except (OSError, InvalidHandshake) as error:
            raise UpstreamUnreachable(f"{instance.address}: {error!r}") from error

    def _headers(self, scope: Scope) -> list[tuple[str, str]]:
        exchange: Exchange = scope["exchange"]
        assertion = self._assertions.about(exchange.principal, audience=exchange.audience)
        own = own_headers(exchange, self._origin, assertion)
        theirs = [header for header in exchange.headers if not header[0].startswith(b"sec-websocket-")]
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in (*theirs, *own)]


def _passed_on(offered: list[Subprotocol]) -> list[Subprotocol]:
    """The service gets the assertion, never the token: that stands after the word bearer. Raises BadRequest."""
    if not all(map(_TOKEN.fullmatch, offered)):
        raise BadRequest("A subprotocol is a token (RFC 6455, section 4.1).")
    if SUBPROTOCOL not in offered:
        return offered
    at = offered.index(Subprotocol(SUBPROTOCOL))
    return [*offered[:at], *offered[at + 2 :]]


def _refusal(status: int) -> Problem:
    """What the service answered instead of a WebSocket: its no is a no, its trouble is ours."""
    return SocketRefused(status) if 400 <= status < 500 else Unavailable()


async def _relay(upstream: ClientConnection, receive: Receive, send: Send) -> None:
    """Until either side ends, whose reason is told to the other."""
    inward = asyncio.create_task(_from_client(upstream, receive))
    outward = asyncio.create_task(_from_service(upstream, send))
    try:
        done, _ = await asyncio.wait({inward, outward}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Both must be over before anything is closed: the server closes no socket that is still being read.
        inward.cancel()
        outward.cancel()
        await asyncio.wait({inward, outward})
    code, reason = done.pop().result()
    measures.SOCKET_ENDS.labels(measures.code_label(code)).inc()
    await upstream.close(code, reason)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "websocket.close", "code": code, "reason": reason})


async def _from_client(upstream: ClientConnection, receive: Receive) -> tuple[int, str]:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            code = message.get("code", NO_STATUS)
            return (NORMAL if code in {NO_STATUS, ABNORMAL} else code), ""
        text = message.get("text")
        payload: str | bytes = message["bytes"] if text is None else text
        if len(payload) > FROM_CLIENT_BYTES:
            return TOO_BIG, "message too big"
        try:
            await upstream.send(payload)
            _IN.inc()
        except ConnectionClosed as closed:
            return _reason(closed)


async def _from_service(upstream: ClientConnection, send: Send) -> tuple[int, str]:
    try:
        async for message in upstream:
            part = {"text": message} if isinstance(message, str) else {"bytes": message}
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "websocket.send", **part})
            _OUT.inc()
    except TimeoutError:
        return TOO_SLOW, "too slow a reader"
    except ConnectionClosed as closed:
        return _reason(closed)
    return upstream.close_code or NORMAL, upstream.close_reason or ""


def _reason(closed: ConnectionClosed) -> tuple[int, str]:
    """What the service said in its close frame; a connection that broke without one is our side's fault."""
    if closed.rcvd is None:
        return BROKEN, "the service is gone"
    code = NORMAL if closed.rcvd.code in {NO_STATUS, ABNORMAL} else closed.rcvd.code
    return code, closed.rcvd.reason
