"""Request id and trace of each request."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import AbstractContextManager

from common.observability import correlation, metrics, tracing
from common.observability.correlation import Correlation
from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.exchange import Exchange


class CorrelationId:
    """Gives every request an id that follows it through all services and stands on its response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # Not for a WebSocket: a span of hours is of no use.
        if tracing.IS_ON and scope["type"] == "http":
            return self._traced(scope, receive, send)
        names = Correlation.start(*sent_names(scope))
        # Never left again: they end with the task, which is the request's own.
        correlation.enter(names)
        scope["exchange"] = _begun(names)
        return self.app(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id, traceparent = sent_names(scope)
        with _spanned(scope, request_id, traceparent) as names:
            scope["exchange"] = _begun(names)
            await self.app(scope, receive, send)
            _note_answer(names, scope)


def _begun(names: Correlation) -> Exchange:
    exchange = Exchange(names)
    exchange.marks.append(mark(names))
    return exchange


def _spanned(scope: Scope, request_id: str, traceparent: str) -> AbstractContextManager[Correlation]:
    method = metrics.method_label(scope["method"])
    attributes = tracing.of_request(method, scope["path"], scope.get("scheme", "http"))
    return tracing.served(tracing.SERVER, method, attributes, request_id=request_id, traceparent=traceparent)


def _note_answer(names: Correlation, scope: Scope) -> None:
    exchange: Exchange = scope["exchange"]
    method = metrics.method_label(scope["method"])
    route = exchange.route.prefix if exchange.route else "own"
    tracing.answered(names, method=method, route=route, status=exchange.status)


def mark(names: Correlation) -> tuple[bytes, bytes]:
    """The header with the request id, for the response."""
    return b"x-request-id", names.request_id.encode()


def sent_names(scope: Scope) -> tuple[str, str]:
    """The request id and the traceparent that the caller sent; empty if it did not."""
    request_id = traceparent = b""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            request_id = value
        elif name == b"traceparent":
            traceparent = value
    return request_id.decode("latin-1"), traceparent.decode("latin-1")
