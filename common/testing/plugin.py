"""The pytest plugin: signed-in API clients, and the facts that a piece of code told."""

from __future__ import annotations

import base64
import os
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def sign_assertion(*, audience: str, user_id: uuid.UUID | None, roles: tuple[str, ...], name: str = "") -> str:
    """An assertion as the gateway signs it. ``user_id=None`` is a visitor."""
    now = int(time.time())
    claims: dict[str, Any] = {"iss": "gateway_svc", "aud": audience, "iat": now, "exp": now + 60}
    if user_id is not None:
        claims |= {"sub": str(user_id), "sid": str(uuid.uuid4()), "roles": list(roles), "name": name}
    raw = base64.b64decode(os.environ["GATEWAY_SVC_ASSERTION_KEY"])
    return jwt.encode(claims, Ed25519PrivateKey.from_private_bytes(raw), algorithm="EdDSA")


@pytest.fixture
def client_of() -> Callable[..., Any]:
    """``client_of(user_id, "seller", name="…")``: an API client that comes through the gateway as that person."""
    from django.conf import settings
    from rest_framework.test import APIClient

    def make(user_id: uuid.UUID | None = None, *roles: str, name: str = "") -> APIClient:
        assertion = sign_assertion(audience=settings.SERVICE.name, user_id=user_id, roles=roles, name=name)
        client = APIClient()
        client.credentials(HTTP_X_GATEWAY_ASSERTION=assertion)
        return client

    return make


@pytest.fixture
def visitor(client_of: Callable[..., Any]) -> Any:
    """An API client that comes through the gateway without having signed in."""
    return client_of()


class Told:
    """The facts told so far, as contracts, oldest first."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.facts())

    def __len__(self) -> int:
        return len(self.facts())

    def __eq__(self, other: object) -> bool:
        return self.facts() == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.facts())

    def facts(self) -> list[Any]:
        """Read back from the outbox, through the same door as a service that hears them."""
        from common.contracts import Fact
        from common.events.message import envelope
        from common.events.models import OutboxMessage

        rows = OutboxMessage.objects.order_by("sequence").values()
        return [Fact.read(envelope(row)).contract() for row in rows]

    def named(self, contract: Any) -> list[Any]:
        """Those of one contract."""
        return [fact for fact in self.facts() if isinstance(fact, contract)]


@pytest.fixture
def told(db: None) -> Told:
    """What the code under test told the others."""
    return Told()


@pytest.fixture
def hear(db: None) -> Callable[..., bool]:
    """``hear(fact)``: let this service hear a fact, through its inbox, as a worker does."""
    from common.events import inbox

    def deliver(fact: Any, *, fact_id: uuid.UUID | None = None) -> bool:
        return inbox.receive(as_heard(fact, fact_id=fact_id))

    return deliver


def as_heard(fact: Any, *, fact_id: uuid.UUID | None = None) -> dict[str, Any]:
    """A contract in the envelope in which it arrives."""
    return {
        "id": str(fact_id or uuid.uuid4()),
        "name": fact.name,
        "aggregate": fact.aggregate,
        "version": fact.version,
        "occurred_at": "2026-01-01T12:00:00.000Z",
        "request_id": "test-request",
        "traceparent": "",
        "data": fact.data(),
    }
