"""The HTTP proxy: a request is sent once its body is complete; the response is streamed back."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial

from common.observability import metrics, tracing
from gateway_svc.gateway import errors, problems, retries
from gateway_svc.gateway.asgi import GONE, Receive, Scope, Send, WhenGone
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.body import gather, pieces_of
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.failures import in_words, problem_of
from gateway_svc.gateway.passage import Passage
from gateway_svc.gateway.request_head import PublicOrigin, own_headers, request_head
from gateway_svc.gateway.room import Room
from gateway_svc.gateway.routes import Route
from gateway_svc.gateway.turnstile import Turnstile
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.lease import UNWELL, Lease

_KEPT_IN_MEMORY_BYTES = 128 * 1024


class Request:
    """A request, ready to be sent to a service, more than once if need be."""

    __slots__ = ("body", "head", "length", "method", "route", "until", "when_gone")

    def __init__(
        self,
        route: Route,
        method: str,
        *,
        head: bytes,
        body: Callable[[], Iterator[bytes]] | None,
        length: int,
        when_gone: WhenGone | None,
    ) -> None:
        self.route = route
        self.method = method
        self.head = head
        self.body = body
        """Each call starts the body from its beginning."""
        self.length = length
        self.until = time.monotonic() + route.limits.total_seconds
        """The deadline for all of it, on the monotonic clock."""
        self.when_gone = when_gone
        """Registers a callback for when the client disconnects; None if the server cannot tell."""


class Proxy:
    """The application behind all middleware, for HTTP."""

    def __init__(
        self,
        balancers: Mapping[str, Balancer],
        assertions: Assertions,
        origin: PublicOrigin,
        turnstiles: Mapping[str, Turnstile],
        *,
        room: Room,
    ) -> None:
        self._room = room
        self._balancers = balancers
        self._turnstiles = turnstiles
        self._assertions = assertions
        self._origin = origin

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (self._pass_traced if tracing.IS_ON else self._pass_on)(scope, receive, send)

    async def _pass_traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        method = metrics.method_label(scope["method"])
        attributes = {"http.request.method": method, "peer.service": exchange.audience}
        with tracing.step(tracing.CLIENT, method, attributes) as exchange.names:
            await self._pass_on(scope, receive, send)

    def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        exchange: Exchange = scope["exchange"]
        if exchange.has_body:
            return self._pass_gathered(scope, receive, send)
        return self._pass(self._request(scope, None, exchange.content_length), scope, send)

    async def _pass_gathered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Receive the whole body first: a slow sender would block one of the service's few threads."""
        limits = scope["exchange"].route.limits
        with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES) as file:
            length = await gather(receive, file, idle_seconds=limits.idle_seconds, within=limits.body_seconds)
            request = self._request(scope, partial(pieces_of, file) if length else None, length)
            await self._pass(request, scope, send)

    def _request(self, scope: Scope, body: Callable[[], Iterator[bytes]] | None, length: int | None) -> Request:
        exchange: Exchange = scope["exchange"]
        route: Route = scope["exchange"].route
        assertion = self._assertions.about(exchange.principal, audience=route.service.name)
        own = own_headers(assertion, exchange.names, exchange.client, self._origin)
        return Request(
            route,
            scope["method"],
            head=request_head(scope, own, self._origin, length=length),
            body=body,
            length=length or 0,
            when_gone=scope["extensions"].get(GONE),
        )

    def _pass(self, request: Request, scope: Scope, send: Send) -> Awaitable[None]:
        return (self._take_turn if request.route.is_dear else self._ask)(request, scope["exchange"], send)

    async def _take_turn(self, request: Request, exchange: Exchange, send: Send) -> None:
        name = request.route.service.name
        try:
            self._balancers[name].spare(time.monotonic())
        except errors.CircuitOpen as error:
            raise problem_of(error, exchange) from error
        async with self._turnstiles[name].turn():
            await self._ask(request, exchange, send)

    async def _ask(self, request: Request, exchange: Exchange, send: Send) -> None:
        balancer = self._balancers[request.route.service.name]
        within = request.route.limits.connect_seconds
        may_repeat = retries.may_repeat(request.method, exchange)
        has_others = may_repeat and len(balancer.instances) > 1
        try:
            lease = balancer.at_hand() or await balancer.lease(within=within)
            try:
                await self._try(lease, request, exchange, send, has_others=has_others)
            except errors.UpstreamError as error:
                if not may_repeat or exchange.status or not retries.is_worth_it(error, has_others=has_others):
                    raise
                balancer.try_again_after(error)
                lease = await balancer.lease(not_at=[lease.instance], anew=True, within=within)
                await self._try(lease, request, exchange, send, has_others=False)
        except errors.UpstreamError as error:
            raise problem_of(error, exchange) from error

    async def _try(self, lease: Lease, request: Request, exchange: Exchange, send: Send, *, has_others: bool) -> None:
        """One attempt, at this instance. ``has_others``: raise UpstreamError for a 502, 503 or 504, to try another."""
        exchange.instance = lease.instance.address
        limits, until = request.route.limits, request.until
        passage = Passage(lease, limits, when_gone=request.when_gone, room=self._room, until=until)
        is_good: bool | None = None
        try:
            body = request.body() if request.body else None
            head = await passage.ask(request.head, method=request.method, body=body, length=request.length)
            if head.status == 401 and exchange.is_strange_visitor(request.method):
                raise problems.NotSignedIn
            if has_others and head.status in UNWELL:
                raise errors.UpstreamUnwell(f"answered {head.status}")
            if head.is_bare_refusal and (problem := in_words(head.status)):
                is_good = head.status not in UNWELL
                raise problem
            await passage.tell(head, send)
        except errors.UpstreamError:
            is_good = False
            raise
        finally:
            passage.end(is_good=is_good)
