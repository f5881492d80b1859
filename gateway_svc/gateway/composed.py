"""Answers that are put together of several others, asked for at once by the gateway itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import msgspec
from django.template.loader import render_to_string

from gateway_svc.gateway.asgi import ASGIApp, Headers, Receive, Scope, Send
from gateway_svc.gateway.cache.lifetimes import FIELD
from gateway_svc.gateway.conditions import etag_of, is_known
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.inner import JSON, Inner
from gateway_svc.gateway.principals import ANONYMOUS, Principal
from gateway_svc.gateway.problem_pages import page_headers
from gateway_svc.gateway.problems import MethodNotAllowed, NotSignedIn, Problem, Unavailable, UnknownPath

logger = logging.getLogger(__name__)

PART_SECONDS = 3.0
"""Whatever takes longer is left out: the rest is worth more than waiting."""

_JSON_TYPE = (b"content-type", b"application/json")
_NO_STORE: Headers = [(b"cache-control", b"no-store")]
_PERSONAL: Headers = [(b"cache-control", b"private, no-store")]
_PUBLIC: Headers = [(b"cache-control", b"public, no-cache"), (b"vary", b"Accept")]
# As long as what it is made of.
_AT_THE_DOOR = (FIELD, b"max-age=60, stale-while-revalidate=60, stale-if-error=86400")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the answers."""

    path: str
    query: bytes = b""
    """In which ``{me}`` is the id of whoever asks: staff and sellers may see more than what is theirs."""
    member: str = ""
    """What of it is taken; empty: all."""


@dataclass(frozen=True, slots=True)
class Composition:
    """Which parts make an answer, by the names that they have in it."""

    title: str
    parts: Mapping[str, Part]
    is_personal: bool


COMPOSITIONS = {
    "/api/v1/home/": Composition(
        "Home",
        {
            "featured": Part("/api/v1/products/", b"in_stock=true&ordering=rating&page_size=8", "results"),
            "categories": Part("/api/v1/categories/", member="results"),
            "newest": Part("/api/v1/products/", b"ordering=newest&page_size=12", "results"),
        },
        is_personal=False,
    ),
    "/api/v1/me/overview/": Composition(
        "Overview",
        {
            "profile": Part("/api/v1/users/me/"),
            "cart": Part("/api/v1/cart/"),
            "orders": Part("/api/v1/orders/", b"page_size=5&customer={me}", "results"),
            "unread": Part("/api/v1/notifications/", b"page_size=1&unread=true", "unread_count"),
        },
        is_personal=True,
    ),
}


class Composed:
    """Gives these; a part that cannot be had is null and named in ``degraded``."""

    def __init__(self, app: ASGIApp, house_rules: HouseRules) -> None:
        self._app = app
        self._house_rules = house_rules

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        composition = COMPOSITIONS.get(scope["path"])
        if composition is None:
            raise UnknownPath
        if scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed
        exchange: Exchange = scope["exchange"]
        if composition.is_personal and exchange.principal.is_anonymous:
            raise Unavailable if exchange.is_undecided else NotSignedIn
        body, is_whole = await self._put_together(composition, scope)
        if exchange.wants_page:
            return await _show(composition, body, scope, send)
        return await _send(scope, send, body, _headers(composition, body, is_whole=is_whole))

    async def _put_together(self, composition: Composition, scope: Scope) -> tuple[bytes, bool]:
        by = scope["exchange"].principal if composition.is_personal else ANONYMOUS
        parts = await asyncio.gather(*(self._part(part, by, scope) for part in composition.parts.values()))
        found = dict(zip(composition.parts, parts, strict=True))
        degraded = [name for name, part in found.items() if part is None]
        return msgspec.json.encode({**found, "degraded": degraded}), not degraded

    async def _part(self, part: Part, by: Principal, scope: Scope) -> msgspec.Raw | None:
        query = part.query.replace(b"{me}", quote(by.user_id).encode())
        route = self._house_rules.now.http.find(part.path)
        if route is None or route.closing:
            return None
        inner = Inner(part.path, part.path.encode(), query, route, by, [JSON])
        try:
            async with asyncio.timeout(PART_SECONDS):
                answer = await inner.ask(self._app, scope)
            if answer.status == 200:
                return _taken(answer.body, part.member)
            logger.warning("%s is left out: it answered %d", part.path, answer.status)
        except (Problem, TimeoutError, msgspec.DecodeError, KeyError) as error:
            logger.warning("%s is left out: %r", part.path, error)
        return None


def _taken(body: bytes, member: str) -> msgspec.Raw:
    """What of it is wanted, byte for byte."""
    if member:
        return msgspec.json.decode(body, type=dict[str, msgspec.Raw])[member]
    msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.Raw(body)


def _headers(composition: Composition, body: bytes, *, is_whole: bool) -> Headers:
    if composition.is_personal:
        return _PERSONAL
    if not is_whole:
        return _NO_STORE
    return [(b"etag", etag_of(body)), _AT_THE_DOOR, *_PUBLIC]


async def _send(scope: Scope, send: Send, body: bytes, headers: Headers) -> None:
    etag = next((value for name, value in headers if name == b"etag"), b"")
    asked = [value for name, value in scope["exchange"].headers if name == b"if-none-match"]
    if etag and any(is_known(etag, value) for value in asked):
        await send({"type": "http.response.start", "status": 304, "headers": list(headers)})
        return await send({"type": "http.response.body", "body": b""})
    head = [_JSON_TYPE, (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    return await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _show(composition: Composition, body: bytes, scope: Scope, send: Send) -> None:
    """The same for people to read, as the API's other addresses show themselves."""
    context = {
        "title": composition.title,
        "path": scope["path"],
        "person": scope["exchange"].principal,
        "here": scope["path"],
        "content": msgspec.json.format(body, indent=2).decode(),
    }
    page = render_to_string("site/composed.html", context).encode()
    head = [*page_headers(), (b"vary", b"accept, cookie"), (b"content-length", b"%d" % len(page))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else page})
