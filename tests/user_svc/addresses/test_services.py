"""Addresses that are kept, changed and forgotten, also many at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tests.user_svc.factories import AddressFactory, UserFactory
from user_svc.addresses import errors, rules, services
from user_svc.addresses.models import Address

LONDON = AddressFactory.build().postal


def keep(user_id: UUID, *, is_default: bool = False) -> Address:
    return services.keep_address(user_id=user_id, address=LONDON, is_default=is_default)


def default_of(user_id: UUID) -> list[UUID]:
    return list(Address.objects.filter(user_id=user_id, is_default=True).values_list("id", flat=True))


@pytest.mark.django_db
class TestDefault:
    def test_is_the_first_and_then_whichever_is_chosen(self) -> None:
        user = UserFactory()
        first, second, third = keep(user.id), keep(user.id), keep(user.id, is_default=True)
        assert default_of(user.id) == [third.id]

        services.change_address(user_id=user.id, address_id=second.id, changes={"is_default": True})
        assert default_of(user.id) == [second.id]

        services.forget_address(user_id=user.id, address_id=second.id)
        assert default_of(user.id) == [third.id]

        services.forget_address(user_id=user.id, address_id=third.id)
        assert default_of(user.id) == [first.id]

    def test_is_not_given_up_without_another(self) -> None:
        user = UserFactory()
        address = keep(user.id)

        with pytest.raises(errors.AddressNotAcceptable):
            services.change_address(user_id=user.id, address_id=address.id, changes={"is_default": False})

    def test_is_ones_own(self) -> None:
        ada, charles = UserFactory(), UserFactory()
        keep(ada.id), keep(charles.id)

        keep(charles.id, is_default=True)

        assert len(default_of(ada.id)) == len(default_of(charles.id)) == 1


@pytest.mark.django_db
class TestChangeAddress:
    def test_checks_the_whole(self) -> None:
        user = UserFactory()
        address = keep(user.id)

        with pytest.raises(errors.AddressNotAcceptable) as refusal:
            services.change_address(user_id=user.id, address_id=address.id, changes={"country": "US"})

        assert set(refusal.value.errors) == {"region", "postal_code"}
        address.refresh_from_db()
        assert address.postal == replace(LONDON)

    def test_finds_nobody_elses(self) -> None:
        user, other = UserFactory(), UserFactory()
        address = keep(other.id)

        for change in (
            lambda: services.change_address(user_id=user.id, address_id=address.id, changes={"city": "Paris"}),
            lambda: services.forget_address(user_id=user.id, address_id=address.id),
            lambda: services.forget_address(user_id=user.id, address_id=uuid4()),
        ):
            with pytest.raises(errors.AddressNotFound):
                change()


@pytest.mark.django_db(transaction=True)
class TestKeepAddressAtOnce:
    def test_keeps_one_default_and_no_more_than_there_may_be(self) -> None:
        user = UserFactory()
        AddressFactory.create_batch(rules.MAX_ADDRESSES - 2, user=user)
        together = Barrier(6)

        def attempt(_: int) -> str:
            together.wait()
            try:
                keep(user.id, is_default=True)
            except errors.TooManyAddresses:
                return "refused"
            finally:
                connection.close()
            return "kept"

        with ThreadPoolExecutor(6) as pool:
            outcomes = sorted(pool.map(attempt, range(6)))

        assert outcomes == ["kept", "kept", *["refused"] * 4]
        assert len(default_of(user.id)) == 1
