"""Rate limits, and the headers that tell of them (draft-ietf-httpapi-ratelimit-headers-11)."""

from __future__ import annotations

from collections.abc import Callable

from gateway_svc.gateway.asgi import SOCKET_METHOD, ASGIApp, Headers, Receive, Scope, Send
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.limits.buckets import Taken
from gateway_svc.gateway.limits.limiter import Limiter
from gateway_svc.gateway.problems import TooManyRequests


class RateLimits:
    """Refuses requests beyond the limit, and says on each response how much is left.

    Cached responses are not counted: counting one would cost more than giving it.
    """

    def __init__(self, app: ASGIApp, *, limiter: Limiter, is_in_memory: Callable[[Scope], bool]) -> None:
        self.app = app
        self._limiter = limiter
        self._is_in_memory = is_in_memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_in_memory(scope):
            return await self.app(scope, receive, send)
        exchange: Exchange = scope["exchange"]
        method = scope.get("method", SOCKET_METHOD)
        count(await self._limiter.take(method, scope["path"], exchange.principal, exchange.client), exchange)
        return await self.app(scope, receive, send)


def count(taken: Taken | None, exchange: Exchange) -> None:
    """Mark the response with what is left of the limit. Raises TooManyRequests if it is used up."""
    if taken is not None:
        refuse(taken)
        exchange.marks += _headers(taken)


def refuse(taken: Taken | None) -> None:
    """Raises TooManyRequests if the limit is used up."""
    if taken is not None and taken.is_refused:
        raise TooManyRequests(taken.policy.name, taken.seconds, _headers(taken))


def _headers(taken: Taken) -> Headers:
    policy = taken.policy
    return [policy.header, (b"ratelimit", b"%b;r=%d;t=%d" % (policy.item, taken.left, taken.seconds))]
