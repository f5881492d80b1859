"""Shops that open, change, are approved and suspended."""

from typing import Any

import pytest
from django.db import IntegrityError
from pytest_django import Settings

from common.contracts import SellerChanged
from tests.overtaking import overtake
from tests.user_svc.factories import NOON, SellerFactory, UserFactory
from user_svc.accounts import services as accounts
from user_svc.sellers import errors, services
from user_svc.sellers.models import Seller, Status

pytestmark = pytest.mark.django_db


class TestOpenShop:
    @pytest.mark.parametrize(("need_approval", "status"), [(False, "approved"), (True, "pending")])
    def test_lets_sell_at_once_or_after_approval(
        self, settings: Settings, told: Any, need_approval: bool, status: str
    ) -> None:
        settings.SELLERS_NEED_APPROVAL = need_approval
        user = UserFactory()

        services.open_shop(user_id=user.id, name="Lovelace Engines")

        assert told == [
            SellerChanged(
                version=1,
                seller_id=str(user.id),
                seller_name="Lovelace Engines",
                status=status,
                previous_status="",
                reason="",
            )
        ]


class TestApproveSeller:
    def test_tells_once_that_somebody_may_sell(self, told: Any) -> None:
        seller = SellerFactory(status=Status.PENDING)

        for _ in range(2):
            services.approve_seller(seller_id=seller.id)

        (fact,) = told
        assert (fact.previous_status, fact.status, fact.version) == ("pending", "approved", 2)

    def test_is_refused_while_the_account_is_disabled(self) -> None:
        seller = SellerFactory(status=Status.PENDING, user__is_active=False)

        with pytest.raises(errors.AccountIsDisabled):
            services.approve_seller(seller_id=seller.id)

    def test_finds_no_seller_in_a_customer(self) -> None:
        with pytest.raises(errors.SellerNotFound):
            services.approve_seller(seller_id=UserFactory().id)


@pytest.mark.django_db(transaction=True)
class TestApproveSellerAtOnce:
    def test_is_refused_when_the_account_is_just_being_disabled(self) -> None:
        seller = SellerFactory(status=Status.PENDING)

        outcome = overtake(
            lambda: services.approve_seller(seller_id=seller.id),
            lambda: accounts.disable_account(email=seller.user.email, now=NOON),
        )

        assert isinstance(outcome.exception(), errors.AccountIsDisabled)
        assert Seller.objects.get().status == Status.SUSPENDED

    def test_closes_the_shop_of_an_account_that_is_then_disabled(self) -> None:
        seller = SellerFactory(status=Status.PENDING)

        outcome = overtake(
            lambda: accounts.disable_account(email=seller.user.email, now=NOON),
            lambda: services.approve_seller(seller_id=seller.id),
        )

        assert outcome.exception() is None
        assert Seller.objects.get().status == Status.SUSPENDED


class TestSuspendSeller:
    def test_tells_why_and_takes_it_back(self, told: Any) -> None:
        seller = SellerFactory()

        for _ in range(2):
            services.suspend_seller(seller_id=seller.id, reason="Nothing was ever shipped.")
        services.approve_seller(seller_id=seller.id)

        assert [(fact.version, fact.status, fact.reason) for fact in told] == [
            (2, "suspended", "Nothing was ever shipped."),
            (3, "approved", ""),
        ]


class TestChangeShop:
    def test_tells_the_new_name_and_keeps_the_status(self, told: Any) -> None:
        seller = SellerFactory(status=Status.PENDING)

        changed = services.change_shop(user_id=seller.id, changes={"name": "Engines", "about": "Analytical."})

        (fact,) = told
        assert (changed.name, changed.about) == ("Engines", "Analytical.")
        assert (fact.seller_name, fact.status, fact.previous_status) == ("Engines", "pending", "pending")


class TestSeller:
    @pytest.mark.parametrize(("status", "reason"), [("king", ""), ("suspended", ""), ("approved", "why")])
    def test_has_a_status_and_when_suspended_a_reason(self, status: str, reason: str) -> None:
        seller = SellerFactory()

        with pytest.raises(IntegrityError):
            Seller.objects.filter(user_id=seller.id).update(status=status, reason=reason)
