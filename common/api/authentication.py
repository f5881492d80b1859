"""Who is asking: the gateway's signed assertion, the only credential that a service accepts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from common.api import assertion, csrf
from common.person import STAFF_ROLES

CHALLENGE = 'Bearer realm="opencommerce"'
"""What each 401 asks for (RFC 9110, 11.6.1)."""


@dataclass(frozen=True)
class Principal:
    """The person that a request is made for, or nobody in particular."""

    id: UUID | None = None
    session_id: str = ""
    name: str = ""
    roles: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset()
    """How they proved who they are (RFC 8176)."""
    is_browser: bool = False
    """Known by a cookie, which a browser sends whether its user wants it to or not."""

    @property
    def is_authenticated(self) -> bool:
        """Somebody in particular."""
        return self.id is not None

    @property
    def is_staff(self) -> bool:
        """One of those who run the shop."""
        return bool(self.roles & STAFF_ROLES)

    @property
    def has_second_factor(self) -> bool:
        """They signed in with more than a password."""
        return "mfa" in self.amr

    @property
    def may_administer(self) -> bool:
        """Staff, with a second factor where the shop wants one: whom the admins let in."""
        return self.is_staff and (self.has_second_factor or not settings.STAFF_NEED_SECOND_FACTOR)

    def __str__(self) -> str:
        return self.name or "anonymous"


class GatewayAssertion(BaseAuthentication):
    """Read the assertion. Without a good one nobody gets past: a service reached directly answers 401.

    Somebody in a browser who wants to change something also shows that one of our own pages asks for it.
    """

    def authenticate(self, request: Request) -> tuple[Principal, str]:
        statement = request.headers.get(assertion.HEADER, "")
        principal = principal_of(statement)
        if principal.is_browser:
            csrf.check(request._request)
        return principal, statement

    def authenticate_header(self, _request: Request) -> str:
        return CHALLENGE


def caller(request: Request) -> Principal:
    """Who is asking, be it nobody in particular; the REST framework's types know only Django's own users."""
    return cast(Principal, request.user)


def caller_id(request: Request) -> UUID:
    """Who in particular is asking. Raises NotAuthenticated for a visitor."""
    person_id = caller(request).id
    if person_id is None:
        raise NotAuthenticated
    return person_id


def source_of(request: Request) -> str:
    """The network address that the gateway saw the caller at; nobody else can send it."""
    return request.headers.get("X-Forwarded-For", "")


def principal_of(statement: str) -> Principal:
    """Who the gateway says is asking, over HTTP or a socket. Raises AuthenticationFailed."""
    if not statement:
        raise AuthenticationFailed("This service answers only through the gateway.")
    try:
        principal, expires_at = _read(statement, settings.ASSERTION_PUBLIC_KEY, settings.SERVICE.name)
    except (jwt.InvalidTokenError, ValueError):
        raise AuthenticationFailed("The gateway's assertion is not valid.") from None
    if expires_at + assertion.LEEWAY_SECONDS < time.time():
        raise AuthenticationFailed("The gateway's assertion has expired.")
    return principal


# The gateway sends one assertion again and again for some seconds; its signature is checked once.
@lru_cache(maxsize=4096)
def _read(statement: str, public_key: bytes, audience: str) -> tuple[Principal, float]:
    claims = assertion.read(statement, public_key=public_key, audience=audience)
    subject = claims.get("sub")
    principal = Principal(
        id=UUID(subject) if subject else None,
        session_id=claims.get("sid", ""),
        name=claims.get("name", ""),
        roles=frozenset(claims.get("roles", ())),
        amr=frozenset(claims.get("amr", ())),
        is_browser=claims.get("via") == assertion.BROWSER,
    )
    return principal, float(claims["exp"])
