"""Django inside the gateway: for pages that people look at, never on the way to a service."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest

from common.topology import GATEWAY
from gateway_svc.gateway.asgi import ASGIApp, Headers, Message, Receive, Scope, Send
from gateway_svc.gateway.assertions import HEADER, Assertions
from gateway_svc.gateway.body import gather
from gateway_svc.gateway.browsers import Browsers
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.platform_figures import Platform
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.problems import NotSignedIn
from gateway_svc.gateway.request_head import PublicOrigin
from gateway_svc.gateway.retries import SAFE_METHODS
from gateway_svc.gateway.routes import PAGE
from gateway_svc.gateway.turnstile import Turnstile
from gateway_svc.gateway.users import Users

# That look, and as many that change something. Each has a thread of its own and perhaps a connection to the database,
# and all services together have 150 of those.
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a page, and whom the page asks for them."""

    person: Principal
    cookie: str
    source: str
    """The network address that they come from."""
    users: Users
    browsers: Browsers
    platform: Platform

    @classmethod
    def of(cls, request: HttpRequest) -> Visit:
        """The one that this request is."""
        visit: Visit = request.scope["visit"]  # type: ignore[attr-defined]
        return visit


class Site:
    """Gives Django a request that is whole, and says of it only what is true."""

    def __init__(
        self, *, users: Users, browsers: Browsers, platform: Platform, assertions: Assertions, origin: PublicOrigin
    ) -> None:
        self._users = users
        self._browsers = browsers
        self._platform = platform
        self._assertions = assertions
        self._origin = origin
        self._django: Any = ASGIHandler()
        # Whoever only looks does not wait behind those who sign in, for whom user_svc takes its time.
        self._turnstiles = {is_safe: Turnstile(lambda: AT_ONCE) for is_safe in (True, False)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["exchange"]
        if scope["path"].startswith(GATEWAY.own_prefixes) and exchange.is_strange_visitor(scope["method"]):
            raise NotSignedIn
        body = BytesIO()
        await gather(receive, body, idle_seconds=PAGE.idle_seconds, within=PAGE.body_seconds)
        visit = Visit(exchange.principal, exchange.cookie, exchange.client, self._users, self._browsers, self._platform)
        headers = self._headers(exchange, len(body.getvalue()))
        place = {"scheme": self._origin.scheme.decode(), "client": (exchange.client, 0)}
        inner = {**scope, **place, "headers": headers, "visit": visit}
        django: ASGIApp = self._django  # Django's types know of messages that nobody changes
        async with self._turnstiles[scope["method"] in SAFE_METHODS].turn():
            await django(inner, _replayed(body.getvalue(), receive), send)

    def _headers(self, exchange: Exchange, length: int) -> Headers:
        # The gateway's admin and API let people in as each service's do.
        assertion = self._assertions.about(exchange.principal, audience=GATEWAY.name)
        own = [(b"host", self._origin.host), (b"content-length", b"%d" % length), (HEADER, assertion)]
        return [*own, *exchange.headers]


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body at once, then whatever comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
