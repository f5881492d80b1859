"""What people say of themselves, and the addresses that they have to show are theirs."""

from typing import Any

import pytest

from common.contracts import CredentialsChanged, EmailVerificationRequested, ProfileChanged
from common.errors import TooManyRequests
from tests.overtaking import overtake
from tests.user_svc.factories import HOME, NOON, PASSWORD, UserFactory
from user_svc.accounts import errors, rules, services
from user_svc.accounts.models import User
from user_svc.accounts.services.letter_tokens import EMAIL_VERIFICATION, PASSWORD_RESET

NEW_EMAIL = "countess@example.com"


def change(user: User, *, current: str = PASSWORD, **changes: str) -> User:
    return services.change_profile(user_id=user.id, changes=changes, current=current, source=HOME, now=NOON)


def verify(user: User) -> None:
    services.verify_email(token=EMAIL_VERIFICATION.issue(User.objects.get(id=user.id), now=NOON), now=NOON)


@pytest.mark.django_db
class TestChangeProfile:
    def test_tells_the_others_what_is_theirs_to_know(self, told: Any) -> None:
        user = UserFactory()

        change(user, full_name="Ada King", locale="de-CH", phone="+41446681800")

        assert told == [
            ProfileChanged(
                version=2,
                user_id=str(user.id),
                email=user.email,
                full_name="Ada King",
                roles=("customer",),
                locale="de-CH",
                is_active=True,
            )
        ]

    def test_tells_nobody_what_is_not_or_has_not_changed(self, told: Any) -> None:
        user = UserFactory()

        change(user, phone="+41446681800", full_name=user.full_name, email=user.email)

        user.refresh_from_db()
        assert (user.phone, user.version) == ("+41446681800", 1)
        assert told == []

    def test_keeps_the_address_until_the_new_one_is_verified(self, told: Any) -> None:
        user = UserFactory()

        changed = change(user, email=NEW_EMAIL.upper())

        assert (changed.email, changed.new_email) == (user.email, NEW_EMAIL)
        assert [fact.user_id for fact in told.named(EmailVerificationRequested)] == [str(user.id)]
        assert not told.named(ProfileChanged)

    def test_tells_its_owner_at_once_of_a_wish_for_another_address(self, told: Any) -> None:
        user = UserFactory()

        change(user, email=NEW_EMAIL)

        assert [(fact.email, fact.change) for fact in told.named(CredentialsChanged)] == [(user.email, "email_wanted")]

    def test_takes_the_password_for_another_address(self) -> None:
        user = UserFactory()

        for current in ("wrong", ""):
            with pytest.raises(errors.WrongPassword):
                change(user, email=NEW_EMAIL, current=current)

        assert User.objects.get().new_email == ""

    def test_hashes_no_password_when_there_is_no_letter_left(self) -> None:
        user = UserFactory()
        for _ in range(rules.LETTERS.at_once):
            change(user, email=NEW_EMAIL)

        with pytest.raises(TooManyRequests):
            change(user, email=NEW_EMAIL, current="wrong")

    def test_takes_no_letter_for_a_wrong_password(self) -> None:
        user = UserFactory()
        for _ in range(rules.LETTERS.at_once):
            with pytest.raises(errors.WrongPassword):
                change(user, email=NEW_EMAIL, current="wrong")

        assert change(user, email=NEW_EMAIL).new_email == NEW_EMAIL

    def test_does_not_say_whether_the_new_address_is_taken(self) -> None:
        UserFactory(email=NEW_EMAIL)

        assert change(UserFactory(), email=NEW_EMAIL).new_email == NEW_EMAIL

    def test_takes_the_wish_for_another_address_back(self) -> None:
        user = UserFactory()
        change(user, email=NEW_EMAIL)

        assert change(user, email=user.email).new_email == ""


@pytest.mark.django_db(transaction=True)
class TestChangeProfileAtOnce:
    def test_takes_no_wish_of_whoever_knew_the_password_before(self) -> None:
        user = UserFactory()
        reset = PASSWORD_RESET.issue(user, now=NOON)

        outcome = overtake(
            lambda: change(user, email=NEW_EMAIL),
            lambda: services.reset_password(token=reset, new="a longer walk home", source=HOME, now=NOON),
        )

        assert isinstance(outcome.exception(), errors.PasswordChangedMeanwhile)
        assert User.objects.get().new_email == ""


@pytest.mark.django_db
class TestVerifyEmail:
    def test_believes_once_whose_the_address_is(self) -> None:
        user = UserFactory()
        token = EMAIL_VERIFICATION.issue(user, now=NOON)

        services.verify_email(token=token, now=NOON)

        assert User.objects.get().email_verified_at == NOON
        with pytest.raises(errors.BadLetterToken):
            services.verify_email(token=token, now=NOON)

    def test_replaces_the_address_and_tells_the_others(self, told: Any) -> None:
        user = UserFactory()
        before = user.email
        change(user, email=NEW_EMAIL)

        verify(user)

        user.refresh_from_db()
        assert (user.email, user.new_email, user.is_email_verified) == (NEW_EMAIL, "", True)
        assert [(fact.email, fact.version) for fact in told.named(ProfileChanged)] == [(NEW_EMAIL, 2)]
        warning = told.named(CredentialsChanged)[-1]
        assert (warning.email, warning.change) == (before, "email_changed")

    def test_refuses_the_letter_to_an_address_that_is_wanted_no_longer(self) -> None:
        user = change(UserFactory(), email=NEW_EMAIL)
        token = EMAIL_VERIFICATION.issue(user, now=NOON)
        change(user, email="another@example.com")

        with pytest.raises(errors.BadLetterToken):
            services.verify_email(token=token, now=NOON)

    def test_refuses_an_address_that_somebody_else_has(self) -> None:
        user = UserFactory()
        change(user, email=NEW_EMAIL)
        UserFactory(email=NEW_EMAIL)

        with pytest.raises(errors.EmailTaken):
            verify(user)

    def test_refuses_expired_tokens_and_those_for_something_else(self) -> None:
        user = UserFactory()
        expired = EMAIL_VERIFICATION.issue(user, now=NOON - rules.EMAIL_VERIFICATION_LIFETIME)

        for token in (expired, PASSWORD_RESET.issue(user, now=NOON), "unknown", ""):
            with pytest.raises(errors.BadLetterToken):
                services.verify_email(token=token, now=NOON)


@pytest.mark.django_db
class TestRequestEmailVerification:
    def test_has_another_letter_sent_but_not_too_often(self, told: Any) -> None:
        user = UserFactory()

        for _ in range(rules.LETTERS.at_once):
            services.request_email_verification(user_id=user.id, now=NOON)
        with pytest.raises(TooManyRequests):
            services.request_email_verification(user_id=user.id, now=NOON)

        assert len(told.named(EmailVerificationRequested)) == rules.LETTERS.at_once

    def test_has_none_sent_to_who_has_nothing_to_verify(self, told: Any) -> None:
        services.request_email_verification(user_id=UserFactory(email_verified_at=NOON).id, now=NOON)

        assert told == []
