"""Accounts that are disabled, and enabled again."""

from typing import Any

import pytest

from common.contracts import ProfileChanged, SellerChanged, SessionEnded
from tests.user_svc.factories import HOME, NOON, PASSWORD, SellerFactory, UserFactory
from user_svc.accounts import errors, services
from user_svc.accounts.models import User


@pytest.mark.django_db
class TestDisableAccount:
    def test_keeps_its_owner_out_everywhere(self, told: Any) -> None:
        user = UserFactory()
        tokens = [services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON) for _ in range(2)]

        for _ in range(2):
            services.disable_account(email=user.email.upper(), now=NOON)

        assert len(told.named(SessionEnded)) == 2
        assert [(fact.is_active, fact.version) for fact in told.named(ProfileChanged)] == [(False, 2)]
        with pytest.raises(errors.InvalidToken):
            services.refresh(token=tokens[0].refresh, now=NOON)
        with pytest.raises(errors.InvalidCredentials):
            services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)

    def test_closes_a_shop(self, told: Any) -> None:
        seller = SellerFactory()

        services.disable_account(email=seller.user.email, now=NOON)

        assert [fact.status for fact in told.named(SellerChanged)] == ["suspended"]

    def test_finds_nobody_by_another_address(self) -> None:
        with pytest.raises(errors.UserNotFound):
            services.disable_account(email="nobody@example.com", now=NOON)


@pytest.mark.django_db
class TestEnableAccount:
    def test_lets_its_owner_in_again_but_opens_no_shop(self, told: Any) -> None:
        seller = SellerFactory()
        services.disable_account(email=seller.user.email, now=NOON)

        for _ in range(2):
            services.enable_account(email=seller.user.email)

        seller.refresh_from_db()
        assert services.sign_in(source=HOME, email=seller.user.email, password=PASSWORD, now=NOON)
        assert seller.status == "suspended"
        assert [fact.is_active for fact in told.named(ProfileChanged)] == [False, True]
        assert User.objects.get().version == 3


@pytest.mark.django_db
class TestTellDisabledAgain:
    def test_tells_of_the_disabled_as_something_new(self, told: Any) -> None:
        disabled, _ = UserFactory(), UserFactory()
        services.disable_account(email=disabled.email, now=NOON)

        assert services.tell_disabled_again() == 1

        facts = told.named(ProfileChanged)
        assert {fact.user_id for fact in facts} == {str(disabled.id)}
        assert [(fact.is_active, fact.version) for fact in facts] == [(False, 2), (False, 3)]
