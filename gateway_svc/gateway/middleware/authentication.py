"""Authentication of the caller."""

from __future__ import annotations

from collections.abc import Awaitable

from gateway_svc.gateway import measures
from gateway_svc.gateway.api_keys import MARK
from gateway_svc.gateway.asgi import SOCKET_METHOD, ASGIApp, Message, Receive, Scope, Send
from gateway_svc.gateway.callers import Callers
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.key_scopes import require_scope
from gateway_svc.gateway.limits.limiter import Limiter
from gateway_svc.gateway.middleware.rate_limits import count
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.problems import BadCredential, Unavailable

SUBPROTOCOL = "bearer"
CLOSED_UNAUTHENTICATED = 4401


class Authentication:
    """Checks the credential if there is one. A bad token is refused even where none is needed.

    A session cookie counts if no token is sent. Since a cookie outlives its session in the browser, one without a
    session is no error: the caller is a visitor. A cookie opens no WebSocket, because pages of other sites could open
    it too.
    """

    def __init__(self, app: ASGIApp, *, callers: Callers, house_rules: HouseRules, limiter: Limiter | None) -> None:
        self.app = app
        self._limiter = limiter
        self._tokens = callers.tokens
        self._api_keys = callers.api_keys
        self._browsers = callers.browsers
        self._staff_door = callers.staff_door
        self._house_rules = house_rules

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        exchange: Exchange = scope["exchange"]
        if exchange.authorization or exchange.cookie or scope["type"] == "websocket":
            known = self._tokens.at_hand(exchange.authorization[0]) if len(exchange.authorization) == 1 else None
            if known is None:
                return self._find_out(scope, receive, send)
            exchange.principal = known
        return self._let_in(scope, receive, send)

    async def _find_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        try:
            token = _token(scope, exchange)
            if token is not None:
                exchange.principal = await self._holder(token, exchange)
                require_scope(exchange.principal, scope.get("method", SOCKET_METHOD), scope["path"])
            elif exchange.cookie and scope["type"] == "http":
                await self._find_person(scope, exchange)
        except BadCredential as problem:
            await self._count(scope, exchange)
            if scope["type"] == "websocket":
                return await _close(problem, scope, receive, send)
            raise
        return await self._let_in(scope, receive, _unless_refused(send) if exchange.is_undecided else send)

    def _let_in(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        exchange: Exchange = scope["exchange"]
        self._house_rules.now.blocks.check(exchange)
        if exchange.route and exchange.route.is_for_staff:
            self._staff_door.check(exchange.principal)
        return self.app(scope, receive, send)

    async def _count(self, scope: Scope, exchange: Exchange) -> None:
        """Count a request with a bad credential, since checking it is work too. Raises TooManyRequests."""
        if self._limiter is not None:
            method = scope.get("method", SOCKET_METHOD)
            count(await self._limiter.take(method, scope["path"], exchange.principal, exchange.client), exchange)

    async def _holder(self, token: bytes, exchange: Exchange) -> Principal:
        if token.startswith(MARK):
            return await self._api_keys.holder(token, address=exchange.client)
        return await self._tokens.holder(token)

    async def _find_person(self, scope: Scope, exchange: Exchange) -> None:
        """Identify a browser. If that fails, reads go on undecided, except those of staff pages. Raises Unavailable."""
        try:
            exchange.principal = await self._browsers.person(exchange.cookie, address=exchange.client)
        except Unavailable:
            is_for_all = exchange.route is None or not exchange.route.is_for_staff
            exchange.is_undecided = is_for_all and scope["method"] in {"GET", "HEAD"}
            if not exchange.is_undecided:
                raise


def _unless_refused(send: Send) -> Send:
    """Replace a service's 401 by a 503: the caller may be signed in, it is only unknown right now."""

    async def send_unless_refused(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 401:
            raise Unavailable
        await send(message)

    return send_unless_refused


def _token(scope: Scope, exchange: Exchange) -> bytes | None:
    if exchange.authorization:
        return _bearer(exchange.authorization)
    offered = scope.get("subprotocols") or []
    if SUBPROTOCOL not in offered:
        return None
    # A browser cannot send the header, but it can offer subprotocols: "bearer", then the token.
    following = offered[offered.index(SUBPROTOCOL) + 1 :]
    if not following:
        raise BadCredential
    return str(following[0]).encode("latin-1", "replace")


def _bearer(values: tuple[bytes, ...]) -> bytes:
    scheme, _, token = values[0].partition(b" ")
    token = token.strip()
    if len(values) > 1 or scheme.lower() != b"bearer" or not token:
        raise BadCredential
    return token


async def _close(problem: BadCredential, scope: Scope, receive: Receive, send: Send) -> None:
    """Accept and close with 4401: a page's script sees the code of a close, but not why a handshake was refused."""
    measures.PROBLEMS.labels(problem.code).inc()
    await receive()
    subprotocol = SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", []) else None
    await send({"type": "websocket.accept", "subprotocol": subprotocol})
    await send({"type": "websocket.close", "code": CLOSED_UNAUTHENTICATED, "reason": problem.detail})
