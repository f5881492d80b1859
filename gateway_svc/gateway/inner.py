"""Requests that the gateway makes of itself, past whoever is connected: for all who wait, or as a part of an answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from gateway_svc.gateway.asgi import ASGIApp, Headers, Message, Scope
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.problems import BadAnswer
from gateway_svc.gateway.routes import Route

JSON = (b"accept", b"application/json")
_MOST_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class InnerAnswer:
    """An answer, whole."""

    status: int = 0
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    instance: str = ""
    """Who gave it."""


@dataclass(frozen=True, slots=True)
class Inner:
    """What is asked: the GET of a path, for somebody or for nobody in particular."""

    path: str
    raw_path: bytes
    query: bytes
    route: Route
    principal: Principal
    headers: Headers

    async def ask(self, app: ASGIApp, outer: Scope) -> InnerAnswer:
        """Ask as a part of another request, under its names. Raises what the way to the service raises."""
        asking: Exchange = outer["exchange"]
        exchange = Exchange(
            asking.names, headers=self.headers, client=asking.client, route=self.route, principal=self.principal
        )
        scope: Scope = {
            **outer,
            "method": "GET",
            "path": self.path,
            "raw_path": self.raw_path,
            "query_string": self.query,
            "exchange": exchange,
            "extensions": {},
        }
        catching = _Catching(exchange)
        await app(scope, _nothing_more, catching)
        catching.answer.instance = exchange.instance
        return catching.answer


class _Catching:
    """Takes what would be sent."""

    def __init__(self, exchange: Exchange) -> None:
        self.answer = InnerAnswer()
        self._exchange = exchange

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answer.status = self._exchange.status = message["status"]
            self.answer.headers = message["headers"]
            return
        self.answer.body += message.get("body", b"")
        if len(self.answer.body) > _MOST_BYTES:
            raise BadAnswer


async def _nothing_more() -> Message:
    """There is no body, and nobody who could go away."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody sets this future")
