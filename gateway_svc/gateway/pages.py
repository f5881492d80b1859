"""What the gateway answers itself: a welcome, its health, the API's document, and the pages of its Django."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from gateway_svc.gateway import api_document
from gateway_svc.gateway.asgi import ASGIApp, Headers, Receive, Scope, Send, send_json
from gateway_svc.gateway.problems import MethodNotAllowed, UnknownPath
from gateway_svc.gateway.routes import RouteTable

_NO_STORE: Headers = [(b"cache-control", b"no-store")]
_CHECK_SECONDS = 3.0

Check = Callable[[], Awaitable[bool]]
Page = Callable[[Scope, Send], Awaitable[None]]


class Pages:
    """A few fixed paths, and those of the site; anything else is nowhere to be found."""

    def __init__(self, *, public_url: str, checks: Mapping[str, Check], site: ASGIApp, routes: RouteTable) -> None:
        self._public_url = public_url.rstrip("/")
        self._checks = checks
        self._site = site
        self._routes = routes
        self._pages: dict[str, Page] = {
            "/": self._welcome,
            "/health/live": self._live,
            "/health/ready": self._ready,
            api_document.PATH: api_document.ApiDocument(public_url).answer,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._pages.get(scope["path"])
        if page is None:
            return await self._show(scope, receive, send)
        if scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed
        return await page(scope, send)

    async def _show(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.find(scope["path"])
        if route is None:
            raise UnknownPath
        scope["exchange"].route = route
        await self._site(scope, receive, send)

    async def _welcome(self, _scope: Scope, send: Send) -> None:
        paths = {
            "products": "/api/v1/products/",
            "categories": "/api/v1/categories/",
            "sign_up": "/api/v1/auth/register/",
            "sign_in": "/api/v1/auth/token/",
            "api": "/api/docs/",
            "api_document": api_document.PATH,
            "health": "/health/ready",
        }
        await send_json(send, {"name": "OpenCommerce", "links": {k: self._public_url + v for k, v in paths.items()}})

    async def _live(self, _scope: Scope, send: Send) -> None:
        await send_json(send, {"status": "live"}, headers=_NO_STORE)

    async def _ready(self, _scope: Scope, send: Send) -> None:
        """Which of the things that the gateway needs is missing."""
        states = dict(zip(self._checks, await asyncio.gather(*map(_state, self._checks.values())), strict=True))
        is_ready = set(states.values()) == {"ok"}
        body = {"status": "ready" if is_ready else "not ready", "checks": states}
        await send_json(send, body, status=200 if is_ready else 503, headers=_NO_STORE)


async def _state(check: Check) -> str:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return "ok" if await check() else "missing"
    except Exception as error:  # whatever a dependency answers with, it is not there for us
        return f"missing: {type(error).__name__}"
