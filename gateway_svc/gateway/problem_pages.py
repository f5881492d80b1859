"""Problems as pages, for people in a browser."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string

from common.observability import correlation
from common.pages.middleware import HEADER as POLICY_HEADER
from common.pages.middleware import policy
from gateway_svc.gateway.asgi import Headers, Scope, Send
from gateway_svc.gateway.browsers import Browsers
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.problems import Problem
from gateway_svc.gateway.request_head import request_target

SIGN_IN_PATH = "/login/"
_LONGEST_NEXT = 2000


class ProblemPages:
    """The same that programs read, in sentences; whoever has to sign in is led to where one does."""

    def __init__(self, browsers: Browsers) -> None:
        self._browsers = browsers
        self._headers = page_headers()

    async def answer(self, problem: Problem, scope: Scope, send: Send, *, headers: Headers | None = None) -> None:
        """Send it."""
        exchange: Exchange = scope["exchange"]
        more = [*problem.headers, *(headers or [])]
        if problem.status == 401 and exchange.is_strange_visitor(scope["method"]):
            location = (b"location", sign_in_address(request_target(scope)).encode())
            return await self._send(send, 303, [location, (b"vary", b"accept, cookie"), *(headers or [])], b"")
        return await self._send(send, problem.status, more, page_of(problem, await self._reader(exchange)).encode())

    async def _reader(self, exchange: Exchange) -> Principal:
        """Who is at the browser, also where the request was refused before that was asked."""
        if exchange.principal.is_anonymous and exchange.cookie:
            with suppress(Problem):
                return await self._browsers.person(exchange.cookie, address=exchange.client)
        return exchange.principal

    async def _send(self, send: Send, status: int, headers: Headers, body: bytes) -> None:
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": status, "headers": [*self._headers, length, *headers]})
        await send({"type": "http.response.body", "body": body})


def page_headers() -> Headers:
    """Of any page that is for whom it was made."""
    return [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (POLICY_HEADER.lower().encode(), policy(settings.PUBLIC_URL).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]


def page_of(problem: Problem, reader: Principal) -> str:
    """What to read and what to do."""
    context = {
        "title": HTTPStatus(problem.status).phrase,
        "problem": problem,
        "person": reader,
        "request_id": correlation.current().request_id,
    }
    return render_to_string("site/problem.html", context)


def sign_in_address(target: bytes) -> str:
    """The sign-in page that leads back to a path and its query, if there is one and it is not too long."""
    if not target or len(target) > _LONGEST_NEXT:
        return SIGN_IN_PATH
    return f"{SIGN_IN_PATH}?next={quote(target, safe='/')}"
