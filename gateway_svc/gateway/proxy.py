"""HTTP: a request goes to a service once it is whole, and its answer comes back as it flows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from common.observability import metrics, tracing
from gateway_svc.gateway import errors, problems, retries
from gateway_svc.gateway.asgi import Receive, Scope, Send
from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.body import gather, pieces_of
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.failures import in_words, problem_of
from gateway_svc.gateway.passage import Passage
from gateway_svc.gateway.request_head import PublicOrigin, own_headers, request_head
from gateway_svc.gateway.room import Room
from gateway_svc.gateway.routes import Limits, Route
from gateway_svc.gateway.turnstile import Turnstile
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.lease import UNWELL, Lease

_KEPT_IN_MEMORY_BYTES = 128 * 1024


@dataclass(slots=True, eq=False)
class Request:
    """What a service is asked."""

    method: str
    head: bytes
    body: Callable[[], Iterator[bytes]] | None
    """From its beginning, as often as it is needed."""
    length: int
    limits: Limits
    until: float
    """When all of it has to be over."""


class Proxy:
    """The end of the way in."""

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
                request = self._request(route, scope, None, exchange.content_length)
                await self._pass(route, request, scope, receive, send)
        except errors.UpstreamError as error:
            raise problem_of(error, exchange) from error

    async def _pass_gathered(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """The body is taken whole first: who sends slowly would hold a thread of the service, which has few."""
        limits = route.limits
        with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES) as file:
            length = await gather(receive, file, idle_seconds=limits.idle_seconds, within=limits.body_seconds)
            request = self._request(route, scope, partial(pieces_of, file) if length else None, length)
            await self._pass(route, request, scope, receive, send)

    def _request(
        self, route: Route, scope: Scope, body: Callable[[], Iterator[bytes]] | None, length: int | None
    ) -> Request:
        exchange: Exchange = scope["exchange"]
        assertion = self._assertions.about(exchange.principal, audience=exchange.audience)
        own = own_headers(exchange, self._origin, assertion)
        return Request(
            method=scope["method"],
            head=request_head(scope, own, self._origin, length=length),
            body=body,
            length=length or 0,
            limits=route.limits,
            until=time.monotonic() + route.limits.total_seconds,
        )

    async def _pass(self, route: Route, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        if not route.is_dear:
            return await self._ask(route, request, scope, receive, send)
        self._balancers[route.service.name].spare(time.monotonic())
        async with self._turnstiles[route.service.name].turn():
            return await self._ask(route, request, scope, receive, send)

    async def _ask(self, route: Route, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        balancer = self._balancers[route.service.name]
        may_repeat = retries.may_repeat(request.method, exchange)
        has_others = may_repeat and len(balancer.instances) > 1
        lease = await balancer.lease(within=route.limits.connect_seconds)
        try:
            await self._try(lease, request, scope, receive, send, has_others=has_others)
            return
        except errors.UpstreamError as error:
            if not may_repeat or exchange.status or not retries.is_worth_it(error, has_others=has_others):
                raise
            first = error
        balancer.try_again_after(first)
        lease = await balancer.lease(not_at=[lease.instance], anew=True, within=route.limits.connect_seconds)
        await self._try(lease, request, scope, receive, send, has_others=False)

    async def _try(
        self, lease: Lease, request: Request, scope: Scope, receive: Receive, send: Send, *, has_others: bool
    ) -> None:
        """At this instance; others can be asked when it is not well."""
        exchange: Exchange = scope["exchange"]
        exchange.instance = lease.instance.address
        passage = Passage(lease, receive, request.limits, room=self._room, until=request.until)
        is_good: bool | None = None
        try:
            body = request.body() if request.body else None
            head = await passage.ask(request.head, method=request.method, body=body, length=request.length)
            if head.status == 401 and exchange.is_strange_visitor(request.method):
                raise problems.NotSignedIn
            if has_others and head.status in UNWELL:
                raise errors.UpstreamUnwell(f"answered {head.status}")
            if head.is_bare_refusal:
                is_good = head.status not in UNWELL
                raise in_words(head.status)
            await passage.tell(head, send)
        except errors.UpstreamError:
            is_good = False
            raise
        finally:
            passage.end(is_good=is_good)
