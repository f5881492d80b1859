"""What the catalogue makes of others' facts."""

import uuid
from itertools import permutations
from typing import Any

import pytest

from common.contracts import UserRegistered
from product_svc.catalog.models import SellerProfile
from tests.product_svc.factories import Somebody, seller_changed

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


class TestKeepShop:
    @pytest.mark.parametrize("versions", list(permutations([1, 2, 3])))
    def test_keeps_the_newest_in_whatever_order_they_come(self, hear: Any, versions: tuple[int, ...]) -> None:
        statuses = {1: "pending", 2: "approved", 3: "suspended"}

        for version in versions:
            for _ in range(2):
                hear(seller_changed(Somebody(ADA), statuses[version], version=version, name=f"Ada's {version}"))

        kept = SellerProfile.objects.get(id=ADA)
        assert (kept.name, kept.status, kept.shop_version, kept.followed_up_to) == ("Ada's 3", "suspended", 3, None)

    @pytest.mark.parametrize("is_account_first", [True, False])
    def test_a_shop_is_called_as_it_says_whatever_the_account_counts(self, hear: Any, is_account_first: bool) -> None:
        facts = [registered(version=9), seller_changed(Somebody(ADA), "approved", name="Ada's Lamps")]

        for fact in facts if is_account_first else reversed(facts):
            hear(fact)

        assert SellerProfile.objects.get(id=ADA).name == "Ada's Lamps"
