"""What the catalogue makes of others' facts."""

import uuid
from typing import Any

import pytest

from common.contracts import UserRegistered
from product_svc.catalog.models import SellerProfile

pytestmark = pytest.mark.django_db

ADA = uuid.UUID(int=1)


def registered(*, version: int = 1, name: str = "Ada", roles: tuple[str, ...] = ("seller",)) -> UserRegistered:
    """Ada signed up."""
    return UserRegistered(version=version, user_id=str(ADA), email="ada@example.com", full_name=name, roles=roles)


class TestKeepSeller:
    def test_keeps_the_newest_name(self, hear: Any) -> None:
        for version, name in [(2, "Ada King"), (3, "Ada Lovelace"), (1, "Ada Byron")]:
            hear(registered(version=version, name=name))

        assert SellerProfile.objects.get(id=ADA).name == "Ada Lovelace"

    def test_replaces_what_a_first_product_said(self, hear: Any) -> None:
        SellerProfile.objects.create(id=ADA, name="ada@example.com")

        hear(registered())

        assert SellerProfile.objects.get(id=ADA).name == "Ada"

    def test_keeps_nobody_who_only_buys(self, hear: Any) -> None:
        hear(registered(roles=("customer",)))

        assert not SellerProfile.objects.exists()
