"""Making accounts, also many at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from common.contracts import EmailVerificationRequested, ProfileChanged, SellerChanged, SessionEnded, UserRegistered
from tests.user_svc.factories import HOME, NOON, PASSWORD, UserFactory
from tests.user_svc.factors_story import guarded
from user_svc.accounts import errors, services
from user_svc.accounts.models import Session, User
from user_svc.factors import selectors as factors


def register(**changes: Any) -> services.SignedIn:
    account = {"email": "ada@example.com", "password": PASSWORD, "full_name": "Ada Lovelace", "role": "customer"}
    return services.register(**{**account, **changes}, source=HOME, now=NOON)


@pytest.mark.django_db
class TestRegister:
    def test_makes_an_account_and_tells_the_others_once(self, told: Any) -> None:
        user = register(email="Ada@Example.com").user

        assert User.objects.get() == user
        assert told.named(UserRegistered) == [
            UserRegistered(
                version=1,
                user_id=str(user.id),
                email="ada@example.com",
                full_name="Ada Lovelace",
                roles=("customer",),
            )
        ]
        assert [fact.user_id for fact in told.named(EmailVerificationRequested)] == [str(user.id)]
        assert len(told) == 2

    def test_signs_its_owner_in(self) -> None:
        signed_in = register()

        assert Session.objects.get().user == signed_in.user
        assert services.refresh(token=signed_in.refresh, now=NOON).user == signed_in.user

    def test_lets_sellers_buy_too(self) -> None:
        assert register(role="seller").user.roles == ["customer", "seller"]

    @pytest.mark.parametrize(("need_approval", "status"), [(False, "approved"), (True, "pending")])
    def test_opens_a_shop_for_sellers(self, settings: Settings, told: Any, need_approval: bool, status: str) -> None:
        settings.SELLERS_NEED_APPROVAL = need_approval

        user = register(role="seller").user

        (fact,) = told.named(SellerChanged)
        assert (fact.seller_id, fact.seller_name, fact.status) == (str(user.id), "Ada Lovelace", status)
        assert (fact.version, fact.previous_status) == (1, "")

    def test_keeps_no_password_but_an_argon2_hash(self, settings: Settings) -> None:
        settings.PASSWORD_HASHERS = ["user_svc.config.hashers.Argon2"]

        user = register().user

        assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
        assert user.check_password(PASSWORD)

    def test_refuses_an_address_that_is_taken_in_any_spelling(self, told: Any) -> None:
        UserFactory(email="ada@example.com")

        with pytest.raises(errors.EmailTaken):
            register(email="ADA@example.com")

        assert User.objects.count() == 1
        assert told == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "nobody"),
            ("email", "two@at@example.com"),
            ("email", "ada @example.com"),
            ("email", "ada@example.com\nBcc: all@example.com"),
            ("email", "жук@example.com"),
            ("email", "ada@straße.example"),
            ("email", "\N{KELVIN SIGN}ate@example.com"),
            ("full_name", "Ada\u202eecalevoL"),
            ("full_name", "Ada\nLovelace"),
            ("password", "short"),
            ("password", "password123"),
            ("password", "ada lovelace"),
        ],
    )
    def test_names_the_field_that_is_not_acceptable(self, field: str, value: str) -> None:
        with pytest.raises(errors.AccountNotAcceptable) as refusal:
            register(**{field: value})

        assert set(refusal.value.errors) == {field}
        assert not User.objects.exists()

    def test_names_all_bad_fields_at_once(self) -> None:
        with pytest.raises(errors.AccountNotAcceptable) as refusal:
            register(email="nobody", full_name="\t", password="x")

        assert set(refusal.value.errors) == {"email", "full_name", "password"}


@pytest.mark.django_db(transaction=True)
class TestRegisterAtOnce:
    def test_makes_one_account_of_one_address(self, told: Any) -> None:
        together = Barrier(6)

        def attempt(_: int) -> str:
            together.wait()
            try:
                register()
                return "registered"
            except errors.EmailTaken:
                return "taken"
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            outcomes = sorted(pool.map(attempt, range(6)))

        assert outcomes == ["registered", *["taken"] * 5]
        assert User.objects.count() == Session.objects.count() == len(told.named(UserRegistered)) == 1


@pytest.mark.django_db
class TestEnsureAdmin:
    def test_makes_an_admin_once(self, told: Any) -> None:
        made = [services.ensure_admin(email="Admin@example.com", password=PASSWORD, now=NOON) for _ in range(2)]

        admin = User.objects.get()
        assert made == [True, False]
        assert admin.email == "admin@example.com"
        assert admin.roles == ["customer", "admin"]
        assert admin.is_staff
        assert len(told.named(UserRegistered)) == len(told) == 1

    def test_makes_an_account_an_admin_that_somebody_had_before(self, told: Any) -> None:
        user = UserFactory(roles=["customer", "seller"], is_active=False)

        services.ensure_admin(email=user.email, password=PASSWORD, now=NOON)

        user.refresh_from_db()
        assert user.roles == ["customer", "seller", "admin"]
        assert user.is_active
        assert [(fact.version, fact.roles, fact.is_active) for fact in told.named(ProfileChanged)] == [
            (2, ("customer", "seller", "admin"), True)
        ]

    def test_signs_out_whoever_knew_another_password(self, told: Any) -> None:
        user = UserFactory()
        services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)

        services.ensure_admin(email=user.email, password="another long walk", now=NOON)

        assert services.sign_in(source=HOME, email=user.email, password="another long walk", now=NOON).user == user
        assert [fact.user_id for fact in told.named(SessionEnded)] == [str(user.id)]

    def test_leaves_no_key_and_no_wish_of_whoever_signed_up_with_the_address(self) -> None:
        user = guarded(new_email="thief@example.com").user

        services.ensure_admin(email=user.email, password="another long walk", now=NOON)

        assert factors.methods_of(user_id=user.id) == ()
        assert User.objects.get().new_email == ""

    def test_refuses_a_password_that_anyone_would_guess(self) -> None:
        with pytest.raises(errors.AccountNotAcceptable):
            services.ensure_admin(email="admin@example.com", password="password", now=NOON)
