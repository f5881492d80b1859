"""Refusals of the gateway itself, each with its status and code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from common.api.problems import CONTENT_TYPE, RETRY_AFTER_SECONDS, problem
from gateway_svc.gateway.asgi import Headers, Send, send_json


class Problem(Exception):
    """A request that is not passed on, or has no answer. A subclass's docstring is the message that people read."""

    status: int
    code: ClassVar[str]
    headers: Headers = []
    type: ClassVar[str] = ""
    """Where others have named this kind of problem before us."""
    members: Mapping[str, Any] = {}

    def __init__(self, detail: str = "") -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        super().__init__(self.detail)

    async def answer(self, send: Send, *, headers: Headers | None = None) -> None:
        """Send it as problem details (RFC 9457)."""
        body = problem(status=self.status, code=self.code, detail=self.detail, members=self.members)
        body["type"] = self.type or body["type"]
        all_headers = [*self.headers, *(headers or [])]
        await send_json(send, body, status=self.status, content_type=CONTENT_TYPE, headers=all_headers)


class InTheClear(Problem):
    """This shop is reached by https alone."""

    code = "https_required"

    def __init__(self, secure_url: bytes, *, is_safe: bool) -> None:
        super().__init__()
        # What was sent lies open; whoever only looks is led to where it does not (RFC 9110, 15.4.9).
        self.status = 308 if is_safe else 403
        self.headers = [(b"location", secure_url)] if is_safe else []


class BadRequest(Problem):
    """The request cannot be understood in one way only."""

    status = 400
    code = "malformed"


class BodyBrokenOff(BadRequest):
    """The body of the request ended before its end, or is not in chunks as it should be."""


class BadCredential(Problem):
    """The access token or API key is not valid, has expired, or was signed out or revoked."""

    status = 401
    code = "authentication_failed"
    # RFC 6750, section 3.1
    headers = [(b"www-authenticate", b'Bearer realm="opencommerce", error="invalid_token"')]


class NotSignedIn(Problem):
    """Sign in first."""

    status = 401
    code = "not_authenticated"
    headers = [(b"www-authenticate", b'Bearer realm="opencommerce"')]


class StaffOnly(Problem):
    """This is for those who run the shop, and the account with which you are signed in is not one of theirs."""

    status = 403
    code = "forbidden"


class SecondFactorMissing(Problem):
    """Those who run the shop show a second factor here. Turn one on for your account, then sign in again with it."""

    status = 403
    code = "second_factor_missing"


class Blocked(Problem):
    """You are not let in here. If you do not know why, ask those who run the shop."""

    status = 403
    code = "blocked"


class ScopeMissing(Problem):
    """This key is not for that."""

    status = 403
    code = "insufficient_scope"

    def __init__(self, scope: str | None) -> None:
        super().__init__(f"This key is not for that; it would need the scope {scope}." if scope else "")
        # RFC 6750, section 3.1
        needed = f', scope="{scope}"' if scope else ""
        challenge = f'Bearer realm="opencommerce", error="insufficient_scope"{needed}'
        self.headers = [(b"www-authenticate", challenge.encode())]


class UnknownPath(Problem):
    """There is no such thing, or it is not yours to see."""

    status = 404
    code = "not_found"


class MethodNotAllowed(Problem):
    """Only GET and HEAD are answered here."""

    status = 405
    code = "method_not_allowed"
    headers = [(b"allow", b"GET, HEAD")]


class ClientTooSlow(Problem):
    """The body of the request did not arrive in time."""

    status = 408
    code = "request_timeout"


class BodyTooLarge(Problem):
    """The body of the request is larger than is taken here."""

    status = 413
    code = "too_large"


class UnsupportedCharset(Problem):
    """Text is taken in UTF-8 only, and a Content-Type without extended parameters (RFC 8187)."""

    status = 415
    code = "unsupported_media_type"


class TooManyRequests(Problem):
    """You ask too much in too little time. Wait, then go on more slowly."""

    status = 429
    code = "too_many_requests"
    type = "https://iana.org/assignments/http-problem-types#quota-exceeded"

    def __init__(self, policy: str, seconds: int, headers: Headers) -> None:
        super().__init__()
        self.members = {"violated-policies": [policy]}
        self.headers = [(b"retry-after", b"%d" % seconds), *headers]


class TooManySockets(Problem):
    """You hold too many WebSockets open here. Close one, then try again."""

    status = 429
    code = "too_many_sockets"
    headers = [(b"retry-after", b"10")]


class TooManyConnections(Problem):
    """Too many connections are open from your network address. Close some, or use those that you have."""

    status = 429
    code = "too_many_connections"
    headers = [(b"retry-after", b"10")]


class UpgradeRequired(Problem):
    """This is a WebSocket; open it as one. A proxy in between has to pass on Connection and Upgrade."""

    status = 426
    code = "upgrade_required"
    # RFC 9110, sections 15.5.22 and 7.8
    headers = [(b"connection", b"upgrade"), (b"upgrade", b"websocket")]


class HeadersTooLarge(Problem):
    """The headers of the request are larger, or more, than is taken here."""

    status = 431
    code = "headers_too_large"


class InternalError(Problem):
    """Something went wrong on our side. The request id helps us to find it."""

    status = 500
    code = "internal_error"


class BadAnswer(Problem):
    """A part of the shop gave an answer that cannot be read."""

    status = 502
    code = "bad_gateway"


class Unavailable(Problem):
    """A part of the shop is out of reach for a moment; please try again."""

    status = 503
    code = "unavailable"
    headers = [(b"retry-after", RETRY_AFTER_SECONDS.encode())]


class Closed(Unavailable):
    """This part of the shop is closed for a while."""

    code = "closed"

    def __init__(self, because: str, back_in_seconds: int) -> None:
        super().__init__(because)
        self.headers = [(b"retry-after", b"%d" % back_in_seconds)]


class Overloaded(Unavailable):
    """A part of the shop has too much to do at the moment; please try again."""

    code = "overloaded"

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__()
        self.headers = [(b"retry-after", b"%d" % math.ceil(retry_after_seconds))]


class TimedOut(Unavailable):
    """A part of the shop did not answer in time; please try again."""

    # Not 504: for whoever asks, a part that hangs and a part that is gone are the same, and worth coming back to.
    code = "timed_out"


class BadHandshake(Problem):
    """This is not how a WebSocket is opened (RFC 6455, section 4.1)."""

    code = "malformed"

    def __init__(self, status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers
        super().__init__()


class SocketRefused(Problem):
    """The service does not open this WebSocket."""

    code = "socket_refused"

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__()
