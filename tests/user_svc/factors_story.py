"""Common steps of the tests of second factors, through the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pyotp

from common import clock
from tests.user_svc.authenticator import Authenticator
from tests.user_svc.factories import PASSWORD, UserFactory
from user_svc.factors import services
from user_svc.factors.models import Totp

SIGN_IN, ANSWER = "/api/v1/auth/token/", "/api/v1/auth/token/second-factor/"
OPTIONS = f"{ANSWER}options/"
ALONE, ALONE_OPTIONS = "/api/v1/auth/token/passkey/", "/api/v1/auth/token/passkey/options/"
FACTORS = "/api/v1/users/me/factors/"
TOTP, CONFIRM = f"{FACTORS}totp/", f"{FACTORS}totp/confirm/"
PASSKEYS, PASSKEY_OPTIONS = f"{FACTORS}passkeys/", f"{FACTORS}passkeys/options/"
CODES = f"{FACTORS}recovery-codes/"


@dataclass
class Guarded:
    """A user with one-time codes."""

    user: Any
    secret: str
    recovery_codes: list[str]

    def code(self, *, at: datetime, steps: int = 0) -> str:
        """The code of their authenticator, ``steps`` of 30 seconds after ``at``."""
        return pyotp.TOTP(self.secret).at(at + timedelta(seconds=30 * steps))


def guarded(**about: Any) -> Guarded:
    """A user who turned one-time codes on, and whose first code may be used again."""
    user = UserFactory(**about)
    now = clock.now()
    secret = services.begin_totp(user_id=user.id, current=PASSWORD, source="", now=now).secret
    code = pyotp.TOTP(secret).at(now)
    recovery_codes = services.confirm_totp(user_id=user.id, session_id="", code=code, source="", now=now)
    Totp.objects.filter(user=user).update(last_step=0)
    return Guarded(user, secret, recovery_codes)


def with_passkey(client_of: Any, authenticator: Authenticator, user: Any) -> dict[str, Any]:
    """Register the authenticator's passkey. Returns the response."""
    client = client_of(user.id, "customer")
    begun = client.post(PASSKEY_OPTIONS, {"current": PASSWORD}).json()
    body = {"challenge": begun["challenge"], "credential": authenticator.create(begun["options"]), "name": "Laptop"}
    answer: dict[str, Any] = client.post(PASSKEYS, body).json()
    return answer


def challenge_of(visitor: Any, user: Any) -> str:
    """The challenge for a second factor, after the right password."""
    answer = visitor.post(SIGN_IN, {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 401
    return str(answer.json()["challenge"])


def assertion_of(visitor: Any, authenticator: Authenticator, challenge: str) -> dict[str, Any]:
    """The assertion that a browser sends as second factor."""
    return authenticator.get(visitor.post(OPTIONS, {"challenge": challenge}).json()["options"])


def claims(access: str) -> dict[str, Any]:
    """The claims of a token, unverified."""
    said: dict[str, Any] = jwt.decode(access, options={"verify_signature": False})
    return said


def user_id_of(access: str) -> UUID:
    """The user's id in an access token."""
    return UUID(claims(access)["sub"])
