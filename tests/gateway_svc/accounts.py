"""A fake of the part of user_svc that signs people in, as far as tests of the gateway need it."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import Asked, FakeService, answer

PASSWORD = "correct horse battery staple"
CODE = "287082"
ADA, ADMIN, CAREFUL, GUESSED = "ada@example.com", "admin@example.com", "careful@example.com", "guessed@example.com"

Said = tuple[int, dict[str, Any]]


@dataclass
class Session:
    """A session: its claims, and the one refresh token that is valid now."""

    claims: dict[str, Any]
    refresh: str = ""
    is_over: bool = False


@dataclass
class FakeAccounts:
    """A refresh token can be used once; one that is sent again ends its session, as in user_svc."""

    NAMES: ClassVar = (
        *("token", "second-factor", "refresh", "logout", "register", "change", "reset", "confirm", "verify", "request"),
        *("me", "factors", "totp", "passkeys", "recovery-codes"),
    )
    """The last parts of the paths that it answers."""

    signer: Signer
    access_seconds: int = 900
    pause_seconds: float = 0.0
    """How long a refresh takes."""
    is_away: bool = False
    """Whether every request is refused with 503."""
    says: dict[str, Said] = field(default_factory=dict)
    """Status and body that a test has set for a path."""
    sessions: dict[str, Session] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any], Asked]] = field(default_factory=list)

    def reset(self) -> None:
        """Forget the requests, and what a test has changed."""
        self.access_seconds, self.pause_seconds, self.is_away = 900, 0.0, False
        self.asked.clear()
        self.says.clear()

    def asked_for(self, name: str) -> list[dict[str, Any]]:
        """The bodies of the requests to this path."""
        return [body for path, body, _ in self.asked if path == name]

    async def speak(self, _service: FakeService, asked: Asked, reader: asyncio.StreamReader, writer: Any) -> None:
        """Answer one request."""
        body = json.loads(await reader.readexactly(int(asked.get("content-length") or 0)) or b"{}")
        name = asked.target.removeprefix("/api/v1/").strip("/")
        self.asked.append((name, body, asked))
        if name == "auth/token/refresh":
            await asyncio.sleep(self.pause_seconds)
        status, said = (503, _problem("unavailable")) if self.is_away else self._answer(name, body)
        headers = "Content-Type: application/json\r\n" + ("Retry-After: 40\r\n" if status == 429 else "")
        content = json.dumps(said).encode() if said else b""
        writer.write(answer(content, status=f"{status} Said", headers=headers))

    def _answer(self, name: str, body: dict[str, Any]) -> Said:
        answers = {
            "auth/token": self._sign_in,
            "auth/token/second-factor": self._second_factor,
            "auth/token/refresh": self._refresh,
        }
        if name in self.says:
            return self.says[name]
        return answers[name](body) if name in answers else (200, {})

    def tokens(self, role: str = "customer") -> dict[str, str]:
        """The tokens of a new session."""
        return self._begin(role, ["pwd"])[1]

    def _sign_in(self, body: dict[str, Any]) -> Said:
        if body["email"] == GUESSED:
            return 429, _problem("too_many_requests")
        if body["password"] != PASSWORD or body["email"] not in {ADA, ADMIN, CAREFUL}:
            return 401, _problem("invalid_credentials", "No account has this e-mail address and password.")
        if body["email"] == CAREFUL:
            more = {"challenge": "a-challenge", "methods": ["totp", "recovery_code"]}
            return 401, {**_problem("second_factor_required"), **more}
        return self._begin("admin" if body["email"] == ADMIN else "customer", ["pwd"])

    def _second_factor(self, body: dict[str, Any]) -> Said:
        if body["challenge"] != "a-challenge":
            return 401, _problem("invalid_challenge", "The challenge has expired; sign in from the beginning.")
        if body.get("code") != CODE:
            return 401, _problem("invalid_second_factor", "This is no code of yours.")
        return self._begin("admin", ["pwd", "otp", "mfa"])

    def _begin(self, role: str, amr: list[str]) -> Said:
        claims = {"sub": str(uuid.uuid4()), "sid": str(uuid.uuid4()), "roles": [role], "amr": amr, "name": "Ada <L>"}
        self.sessions[claims["sid"]] = session = Session(claims)
        return 200, self._tokens(session)

    def _tokens(self, session: Session) -> dict[str, str]:
        session.refresh = secrets.token_urlsafe(16)
        access = self.signer.token(**session.claims, lasts=self.access_seconds)
        return {"access": access, "refresh": f"{session.claims['sid']}.{session.refresh}"}

    def _refresh(self, body: dict[str, Any]) -> Said:
        session_id, _, token = body["refresh"].partition(".")
        session = self.sessions[session_id]
        session.is_over |= token != session.refresh
        return (401, _problem("invalid_token")) if session.is_over else (200, self._tokens(session))


def _problem(code: str, detail: str = "No.") -> dict[str, Any]:
    return {"code": code, "detail": detail}
