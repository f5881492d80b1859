"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common.testing.admin_pages import AdminPages, row_address
from tests.user_svc.factories import AddressFactory, SellerFactory, SessionFactory, UserFactory
from user_svc.factors.models import Passkey
from user_svc.wishlists import services as wishlists

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(client_of: Callable[..., Any]) -> None:
    """Three of everything."""
    for number in range(3):
        user = SellerFactory(name=f"Shop {number}").user
        SessionFactory(user=user)
        AddressFactory(user=user)
        wishlists.wish_for(user_id=user.id, product_id=uuid.uuid4())
        Passkey.objects.create(user=user, name="key", credential_id=bytes([number]), sign_count=0, is_synced=True)
        admin = client_of(account("admin"), "admin")
        admin.post(row_address(user, "action", "sign_out"), format="multipart")


def account(role: str) -> uuid.UUID:
    """Somebody among ours."""
    user_id: uuid.UUID = UserFactory(roles=[role]).id
    return user_id


class TestPages(AdminPages):
    most_queries = 9
    account = staticmethod(account)


def test_an_account_that_is_not_among_ours_is_nobody(client_of: Callable[..., Any]) -> None:
    assert client_of(uuid.uuid4(), "admin").get("/admin/users/").status_code == 403
