"""What the gateway answers itself: a welcome, its health, the API's document, and the pages of its Django."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from common.api.problems import RETRY_AFTER_SECONDS
from common.observability import metrics, readiness
from gateway_svc.gateway import api_document, api_root
from gateway_svc.gateway.asgi import ASGIApp, Headers, Receive, Scope, Send, send_json
from gateway_svc.gateway.database import in_any_thread
from gateway_svc.gateway.inside import Inside
from gateway_svc.gateway.once import once
from gateway_svc.gateway.problems import MethodNotAllowed, UnknownPath
from gateway_svc.gateway.routes import RouteTable

_NO_STORE: Headers = [(b"cache-control", b"no-store")]
_SOON = (b"retry-after", RETRY_AFTER_SECONDS.encode())
_OK = 200
_CHECK_SECONDS = 3.0
HELD_SECONDS = 0.5
"""So long it is what it was: anybody may ask as often as they like, and to look takes a connection to the database."""

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
            api_root.PATH: api_root.ApiRoot(public_url).answer,
            api_document.PATH: api_document.ApiDocument(public_url).answer,
        }
        self._inside = Inside(public_url)
        self._states: dict[str, str] = {}
        self._hold_until = float("-inf")
        self._looking: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._pages.get(scope["path"])
        if scope["path"] == "/metrics" and self._inside.sees(scope):
            page = self._metrics
        if page is None or _is_a_page_too(scope):
            return await self._show(scope, receive, send)
        if scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed
        return await page(scope, send)

    async def _show(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.find(scope["path"], scope["method"])
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
            "api_root": api_root.PATH,
            "api_document": api_document.PATH,
            "health": "/health/ready",
        }
        links = {name: self._public_url + path for name, path in paths.items()}
        await send_json(send, {"name": "OpenCommerce", "links": links}, headers=[(b"vary", b"accept")])

    async def _live(self, _scope: Scope, send: Send) -> None:
        await send_json(send, {"status": "live"}, headers=_NO_STORE)

    async def _ready(self, _scope: Scope, send: Send) -> None:
        body, status = readiness.answer(await self.states())
        await send_json(send, body, status=status, headers=_NO_STORE if status == _OK else [*_NO_STORE, _SOON])

    async def states(self) -> dict[str, str]:
        """Which of the things that the gateway needs is missing, as it was a moment ago at most."""
        if time.monotonic() >= self._hold_until:
            await once(self._looking, "states", self._look())
        return self._states

    async def _look(self) -> None:
        states = await asyncio.gather(*map(_state, self._checks.values()))
        self._states = dict(zip(self._checks, states, strict=True))
        self._hold_until = time.monotonic() + HELD_SECONDS

    async def _metrics(self, _scope: Scope, send: Send) -> None:
        """For whoever looks on the machine itself; nobody else gets to know that there is such a page."""
        data = await in_any_thread(metrics.exposition)
        head = [(b"content-type", metrics.CONTENT_TYPE.encode()), (b"content-length", b"%d" % len(data)), *_NO_STORE]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": data})


def _is_a_page_too(scope: Scope) -> bool:
    """What programs read there are links; people see them on a page."""
    is_list_of_links = scope["path"] in {"/", api_root.PATH}
    return bool(is_list_of_links and scope["method"] == "GET" and scope["exchange"].wants_page)


async def _state(check: Check) -> str:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return "ok" if await check() else "missing"
    except Exception as error:  # whatever a dependency answers with, it is not there for us
        return f"missing: {type(error).__name__}"
