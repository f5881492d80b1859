"""The pytest plugin: signed-in API clients, and the facts that a piece of code told."""

from __future__ import annotations

import base64
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.api import assertion
from common.testing.private_redis import PrivateRedis

pytest.register_assert_rewrite("common.testing.admin_pages")


def pytest_configure() -> None:
    """A polite kill ends the tests as Ctrl-C does: the servers that they have started are stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test whose servers are given the test database has need of it, whether or not it looks there itself: where no
    test that runs asks for it by mark, pytest-django makes none, and leaves them the one that it was told of.
    """
    for item in items:
        if "django_db_setup" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db)


def sign_assertion(
    *,
    audience: str,
    user_id: uuid.UUID | None,
    roles: tuple[str, ...],
    name: str = "",
    amr: tuple[str, ...] = ("pwd",),
    via: str = "",
) -> str:
    """An assertion as the gateway signs it. ``user_id=None`` is a visitor."""
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(os.environ["GATEWAY_SVC_ASSERTION_KEY"]))
    if user_id is None:
        return assertion.sign(key, audience=audience)
    return assertion.sign(
        key,
        audience=audience,
        user_id=str(user_id),
        session_id=str(uuid.uuid4()),
        roles=roles,
        name=name,
        amr=amr,
        via=via,
    )


@pytest.fixture
def client_of() -> Callable[..., Any]:
    """``client_of(user_id, "seller", name="…")``: an API client that comes through the gateway as that person."""
    from django.conf import settings

    from common.testing.documented_client import DocumentedClient

    def make(user_id: uuid.UUID | None = None, *roles: str, name: str = "") -> DocumentedClient:
        client = DocumentedClient()
        client.credentials(
            HTTP_X_GATEWAY_ASSERTION=sign_assertion(
                audience=settings.SERVICE.name, user_id=user_id, roles=roles, name=name
            )
        )
        return client

    return make


@pytest.fixture
def browser_of() -> Callable[..., Any]:
    """``browser_of(user_id, "admin", amr=("pwd", "otp", "mfa"))``: the same with the cookie of a browser.

    What it asks for goes through the check against forged requests, as on the real platform.
    """
    from django.conf import settings
    from rest_framework.test import APIClient

    def make(user_id: uuid.UUID, *roles: str, name: str = "", amr: tuple[str, ...] = ("pwd",)) -> APIClient:
        client = APIClient(enforce_csrf_checks=True)
        signed = sign_assertion(
            audience=settings.SERVICE.name,
            user_id=user_id,
            roles=roles,
            name=name,
            amr=amr,
            via=assertion.BROWSER,
        )
        client.credentials(HTTP_X_GATEWAY_ASSERTION=signed)
        return client

    return make


@pytest.fixture
def visitor(client_of: Callable[..., Any]) -> Any:
    """An API client that comes through the gateway without having signed in."""
    return client_of()


@pytest.fixture
def private_redis() -> Iterator[PrivateRedis]:
    """A Redis that the test may freeze and kill."""
    redis = PrivateRedis()
    yield redis
    redis.kill()


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
