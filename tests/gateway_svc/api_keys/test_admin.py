"""What staff do with keys."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from common.testing.admin_pages import list_address, row_address
from gateway_svc.api_keys import rules, services
from gateway_svc.api_keys.models import ApiKey
from gateway_svc.config import urls
from gateway_svc.sessions.models import EndedSession

pytestmark = pytest.mark.django_db
assert urls.urlpatterns  # registers the models
ClientOf = Callable[..., Any]


@pytest.fixture
def made() -> tuple[ApiKey, str]:
    """Somebody's key."""
    return services.make_key(
        user_id=uuid.uuid4(),
        user_name="Ada",
        roles=["customer"],
        name="stock",
        scopes=["orders:read"],
        days=1,
        now=datetime.now(UTC),
    )


def use(key: str) -> ApiKey | None:
    return services.use_key(digest=rules.digest_of(key), now=datetime.now(UTC))


class TestRevoking:
    def test_is_for_support_too_and_ends_the_key(self, client_of: ClientOf, made: tuple[ApiKey, str]) -> None:
        row, key = made

        done = client_of(uuid.uuid4(), "support").post(row_address(row, "action", "revoke"), format="multipart")

        assert done.status_code == 302
        assert use(key) is None
        assert EndedSession.objects.filter(session_id=str(row.id)).exists()

    @pytest.mark.parametrize("roles", [("customer",), ("seller",)])
    def test_is_for_nobody_else(self, client_of: ClientOf, made: tuple[ApiKey, str], roles: tuple[str, ...]) -> None:
        row, key = made

        answer = client_of(uuid.uuid4(), *roles).post(row_address(row, "action", "revoke"), format="multipart")

        assert answer.status_code == 403
        assert use(key)


class TestThePages:
    def test_show_how_a_key_begins_and_no_more(self, client_of: ClientOf, made: tuple[ApiKey, str]) -> None:
        row, key = made
        staff = client_of(uuid.uuid4(), "support")

        shown = staff.get(row_address(row)).content.decode() + staff.get(list_address(ApiKey)).content.decode()

        assert row.hint in shown
        assert key not in shown
        assert row.digest not in shown
