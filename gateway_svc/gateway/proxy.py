"""HTTP: a request goes to a service once it is whole, and its answer comes back as it flows."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from common.observability import metrics, tracing
from gateway_svc.gateway import errors, measures, problems
from gateway_svc.gateway.asgi import Receive, Scope, Send
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.body import gather, pieces_of
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.passage import Passage
from gateway_svc.gateway.request_head import PublicOrigin, own_headers, request_head
from gateway_svc.gateway.routes import Route
from gateway_svc.gateway.turnstile import Turnstile
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.connection import Connection

logger = logging.getLogger(__name__)

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_KEPT_IN_MEMORY_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What a service is asked."""

    method: str
    head: bytes
    body: Iterator[bytes] | None
    length: int

    def may_repeat(self, connection: Connection) -> bool:
        """A kept connection may be closed from the other side just when it is used again."""
        return connection.was_used and self.body is None and self.method in _IDEMPOTENT


class Proxy:
    """The end of the way in."""

    def __init__(
        self,
        balancers: Mapping[str, Balancer],
        assertions: Assertions,
        origin: PublicOrigin,
        turnstiles: Mapping[str, Turnstile],
    ) -> None:
        self._balancers = balancers
        self._turnstiles = turnstiles
        self._assertions = assertions
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        route: Route = scope["exchange"].route
        method = metrics.method_label(scope["method"])
        attributes = {"http.request.method": method, "peer.service": route.service.name}
        with tracing.step(tracing.CLIENT, method, attributes) as exchange.names:
            await self._pass_on(exchange, route, scope, receive, send)

    async def _pass_on(self, exchange: Exchange, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if exchange.has_body:
                await self._pass_gathered(route, scope, receive, send)
            else:
                request = self._request(scope, None, exchange.content_length)
                await self._pass(route, request, scope, receive, send)
        except errors.UpstreamError as error:
            logger.warning("%s at %s: %r", route.service.name, exchange.instance or "no instance", error)
            measures.UPSTREAM_ERRORS.labels(route.service.name, error.reason).inc()
            raise _problem(error) from error

    async def _pass_gathered(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """The body is taken whole first: who sends slowly would hold a thread of the service, which has few."""
        limits = route.limits
        with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES) as file:
            length = await gather(receive, file, idle_seconds=limits.idle_seconds, within=limits.body_seconds)
            request = self._request(scope, pieces_of(file) if length else None, length)
            await self._pass(route, request, scope, receive, send)

    def _request(self, scope: Scope, body: Iterator[bytes] | None, length: int | None) -> Request:
        exchange: Exchange = scope["exchange"]
        assertion = self._assertions.about(exchange.principal, audience=exchange.audience)
        own = own_headers(exchange, self._origin, assertion)
        head = request_head(scope, own, self._origin, length=length)
        return Request(method=scope["method"], head=head, body=body, length=length or 0)

    async def _pass(self, route: Route, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        turn = self._turnstiles[route.service.name].turn() if route.is_dear else nullcontext()
        async with turn:
            await self._ask(route, request, scope, receive, send)

    async def _ask(self, route: Route, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        balancer = self._balancers[route.service.name]
        instance, connection = await balancer.connect()
        may_repeat = request.may_repeat(connection)
        while True:
            exchange.instance = instance.address
            passage = Passage(connection, receive, route.limits)
            try:
                head = await passage.ask(request.head, method=request.method, body=request.body, length=request.length)
                if head.status == 401 and exchange.is_strange_visitor(request.method):
                    raise problems.NotSignedIn
                await passage.tell(head, send)
                return
            except errors.UpstreamClosed:
                if not may_repeat or exchange.status:
                    raise
                may_repeat = False
                measures.RETRIES.labels(route.service.name).inc()
            finally:
                passage.end()
                instance.take_back(connection, is_clean=passage.is_clean)
            instance, connection = await balancer.connect(anew=True)


def _problem(error: errors.UpstreamError) -> problems.Problem:
    if isinstance(error, errors.UpstreamTimedOut):
        return problems.TimedOut()
    if isinstance(error, errors.UpstreamGarbled):
        return problems.BadAnswer()
    return problems.Unavailable()
