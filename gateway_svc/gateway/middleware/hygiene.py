"""Which headers of a request are passed on, and which requests are refused as ambiguous."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping

from gateway_svc.gateway.asgi import ASGIApp, Headers, Receive, Scope, Send
from gateway_svc.gateway.cookies import take_ours
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.problems import BadRequest, HeadersTooLarge, InTheClear, UnsupportedCharset
from gateway_svc.gateway.proxies import TrustedProxies
from gateway_svc.gateway.request_head import PublicOrigin, request_target

MAX_HEADER_BYTES = 32 * 1024

# Only the gateway says who is calling, and from where.
IDENTITY_PREFIXES = (b"x-user-", b"x-gateway-", b"x-internal-", b"x-forwarded-")
IDENTITY = frozenset({b"forwarded", b"x-real-ip"})
# RFC 9110, section 7.6.1. Connection is read for the further names in it.
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection te trailer transfer-encoding upgrade"
    b" proxy-authenticate proxy-authorization".split()
)
# Believed of trusted proxies alone.
PROXIES = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})
# The gateway sets these itself for the service.
OURS = frozenset({b"host", b"content-length", b"authorization", b"expect", b"x-request-id", b"traceparent"})
SET_ASIDE = IDENTITY | HOP_BY_HOP | PROXIES | OURS | {b"content-type", b"cookie"}
# As a number: looking for bytes in bytes raises and discards an exception on the way.
_UNDERSCORE = ord("_")
_OTHER_CHARSET = re.compile(rb"""charset(?!\s*=\s*"?(?:utf-8|us-ascii)"?\s*(?:;|$))""", re.IGNORECASE)


class HeaderHygiene:
    """Passes on the headers that a caller may set; refuses a request that could be read in two ways."""

    def __init__(self, app: ASGIApp, *, origin: PublicOrigin, proxies: TrustedProxies) -> None:
        self.app = app
        self._origin = origin
        self._proxies = proxies

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        self._read_head(scope)
        return self.app(scope, receive, send)

    def _read_head(self, scope: Scope) -> None:
        _require_plain_path(scope["path"])
        exchange: Exchange = scope["exchange"]
        exchange.client = (scope.get("client") or ("",))[0]
        set_aside = _sort(scope["headers"], exchange)
        if set_aside:
            values = _by_name(set_aside)
            _require_one_host(values.get(b"host", []))
            _read_set_aside(values, exchange)
            self._hear_proxies(values, scope)

    def _hear_proxies(self, values: Mapping[bytes, list[bytes]], scope: Scope) -> None:
        """Take the client's address from a trusted proxy. Raises InTheClear if the proxy was called by plain http."""
        exchange: Exchange = scope["exchange"]
        if PROXIES.isdisjoint(values) or not self._proxies.trusts(exchange.client):
            return
        exchange.client = self._proxies.client_of(exchange.client, values.get(b"x-forwarded-for", []))
        if self._origin.scheme == b"https" and values.get(b"x-forwarded-proto", [])[-1:] == [b"http"]:
            raise InTheClear(self._origin.url + request_target(scope), is_safe=scope.get("method") in {"GET", "HEAD"})


def _require_plain_path(path: str) -> None:
    """A path with dot segments could be resolved later to one of another route."""
    if "/." in path and not {".", ".."}.isdisjoint(path.split("/")):
        raise BadRequest("The path must not contain dot segments.")
    if "\\" in path or "\x00" in path:
        raise BadRequest("The path contains a character that is nowhere allowed.")


def _require_one_host(hosts: list[bytes]) -> None:
    """RFC 9112, section 3.2. Its value does not matter: the public URL is a setting."""
    if len(hosts) > 1:
        raise BadRequest("There is more than one Host.")


def _sort(headers: Headers, exchange: Exchange) -> Headers:
    """Keep the caller's own headers; return those that are set aside."""
    size = 0
    set_aside: Headers = []
    keep = exchange.headers.append
    for header in headers:
        name = header[0]
        size += len(name) + len(header[1])
        if name in SET_ASIDE:
            set_aside.append(header)
        # WSGI cannot tell _ from -, so X_User_Id would arrive as X-User-Id.
        elif _UNDERSCORE not in name and not name.startswith(IDENTITY_PREFIXES):
            keep(header)
    if size > MAX_HEADER_BYTES:
        raise HeadersTooLarge
    return set_aside


def _by_name(headers: Headers) -> dict[bytes, list[bytes]]:
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return values


def _read_set_aside(values: dict[bytes, list[bytes]], exchange: Exchange) -> None:
    exchange.authorization = tuple(values.get(b"authorization", ()))
    if b"content-length" in values or b"transfer-encoding" in values:
        _read_framing(values.get(b"content-length", []), values.get(b"transfer-encoding", []), exchange)
    if b"content-type" in values:
        exchange.headers.append((b"content-type", _content_type(values[b"content-type"])))
    if b"cookie" in values:
        exchange.cookie, others = take_ours(values[b"cookie"])
        exchange.headers += [(b"cookie", other) for other in others]
    if b"connection" in values:
        _drop_what_is_named(values[b"connection"], exchange)


def _read_framing(lengths: list[bytes], codings: list[bytes], exchange: Exchange) -> None:
    """RFC 9112, section 6.3: a request with two ways to say where its body ends can be used for smuggling.

    A length beside a transfer coding never gets here: the server's parser refuses it.
    """
    if (lengths and codings) or len(lengths) > 1 or not all(length.isdigit() for length in lengths):
        raise BadRequest("The length of the body is not clear.")
    if [coding.strip().lower() for coding in codings] not in ([], [b"chunked"]):
        raise BadRequest("The coding of the body is not one that is taken here.")
    exchange.content_length = int(lengths[0]) if lengths else None
    exchange.is_chunked = bool(codings)


def _content_type(values: list[bytes]) -> bytes:
    """Only UTF-8: Django would look up any codec that a client names, also zlib or hex."""
    if len(values) > 1:
        raise BadRequest("There is more than one Content-Type.")
    if b"*" in values[0] or _OTHER_CHARSET.search(values[0]):
        raise UnsupportedCharset
    return values[0]


def _drop_what_is_named(values: list[bytes], exchange: Exchange) -> None:
    """Connection names headers that are meant for us alone."""
    named = {word.strip().lower() for value in values for word in value.split(b",")} - HOP_BY_HOP
    if named:
        exchange.headers = [header for header in exchange.headers if header[0] not in named]
