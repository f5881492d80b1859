"""Passwords that are changed, and those that were forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from common.contracts import CredentialsChanged, PasswordResetRequested, SessionEnded
from common.errors import TooManyRequests
from tests.overtaking import overtake
from tests.user_svc.authenticator import Authenticator
from tests.user_svc.factories import HOME, NOON, PASSWORD, UserFactory
from tests.user_svc.factors_story import ALONE, ALONE_OPTIONS, guarded, with_passkey
from user_svc.accounts import errors, rules, services
from user_svc.accounts.models import Session, User
from user_svc.accounts.services.letter_tokens import EMAIL_VERIFICATION, PASSWORD_RESET
from user_svc.factors import services as factors
from user_svc.factors.models import Totp

NEW = "a longer walk home"
ELSEWHERE = "198.51.100.9"


def change(user: User, *, session_id: str = "", current: str = PASSWORD, new: str = NEW) -> None:
    services.change_password(user_id=user.id, session_id=session_id, current=current, new=new, source=HOME, now=NOON)


def reset(token: str, *, new: str = NEW, now: Any = NOON) -> None:
    services.reset_password(token=token, new=new, source=HOME, now=now)


def letter_to_another_address(user: User) -> str:
    """The token of somebody who wished for another address."""
    changes = {"email": "thief@example.com"}
    changed = services.change_profile(user_id=user.id, changes=changes, current=PASSWORD, source=ELSEWHERE, now=NOON)
    return EMAIL_VERIFICATION.issue(changed, now=NOON)


@pytest.mark.django_db
class TestChangePassword:
    def test_signs_its_owner_out_everywhere_else(self, told: Any) -> None:
        user = UserFactory()
        for _ in range(3):
            services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)
        here, *others = Session.objects.order_by("id")

        change(user, session_id=str(here.id))

        assert {fact.session_id for fact in told.named(SessionEnded)} == {str(session.id) for session in others}
        assert list(Session.objects.filter(ended_at=None)) == [here]
        assert User.objects.get().check_password(NEW)

    def test_tells_its_owner(self, told: Any) -> None:
        user = UserFactory()

        change(user)
        reset(PASSWORD_RESET.issue(User.objects.get(), now=NOON), new="another walk home")

        facts = told.named(CredentialsChanged)
        assert [(fact.email, fact.change) for fact in facts] == [(user.email, "password_changed")] * 2
        assert facts[0].changed_at == NOON.isoformat()

    def test_takes_the_current_password(self) -> None:
        user = UserFactory()

        with pytest.raises(errors.WrongPassword) as refusal:
            change(user, current="wrong")

        assert set(refusal.value.errors) == {"current"}
        assert User.objects.get().check_password(PASSWORD)

    def test_lets_nobody_guess_the_current_password(self) -> None:
        user = UserFactory()
        for _ in range(rules.GUESSES_OF_ONE_SOURCE.at_once):
            with pytest.raises(errors.WrongPassword):
                change(user, current="wrong")

        with pytest.raises(TooManyRequests):
            change(user)

    def test_forgets_the_address_that_somebody_wished_for_before(self) -> None:
        user = UserFactory()
        letter = letter_to_another_address(user)

        change(user)

        assert User.objects.get().new_email == ""
        with pytest.raises(errors.BadLetterToken):
            services.verify_email(token=letter, now=NOON)

    @pytest.mark.parametrize("new", ["short", "password123", "ada lovelace"])
    def test_refuses_what_anyone_would_guess(self, new: str) -> None:
        with pytest.raises(errors.AccountNotAcceptable) as refusal:
            change(UserFactory(), new=new)

        assert set(refusal.value.errors) == {"new"}


@pytest.mark.django_db
class TestRequestPasswordReset:
    def test_does_the_same_for_any_address(self, told: Any, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        user = UserFactory()

        for email in (user.email.upper(), "nobody@example.com"):
            with django_assert_num_queries(4):
                services.request_password_reset(email=email, now=NOON)

        assert [fact.email for fact in told.named(PasswordResetRequested)] == [user.email, "nobody@example.com"]

    def test_tells_no_secret(self, told: Any) -> None:
        services.request_password_reset(email="ada@example.com", now=NOON)

        (fact,) = told
        assert set(fact.data()) == {"request_id", "email"}

    def test_fills_nobodys_mailbox(self, told: Any) -> None:
        for _ in range(20):
            services.request_password_reset(email="ada@example.com", now=NOON)
        assert len(told) == rules.LETTERS.at_once

        services.request_password_reset(email="ada@example.com", now=NOON + rules.LETTERS.each)
        assert len(told) == rules.LETTERS.at_once + 1


@pytest.mark.django_db
class TestResetPassword:
    def test_replaces_the_password_once(self) -> None:
        user = UserFactory()
        token = PASSWORD_RESET.issue(user, now=NOON)

        reset(token)

        assert User.objects.get().check_password(NEW)
        with pytest.raises(errors.BadLetterToken) as refusal:
            reset(token, new="another walk home")
        assert set(refusal.value.errors) == {"token"}
        assert User.objects.get().check_password(NEW)

    def test_signs_its_owner_out_everywhere(self, told: Any) -> None:
        user = UserFactory()
        services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)

        reset(PASSWORD_RESET.issue(user, now=NOON))

        assert not Session.objects.filter(ended_at=None).exists()
        assert len(told.named(SessionEnded)) == 1

    def test_forgets_the_address_that_a_thief_wished_for(self) -> None:
        user = UserFactory(email_verified_at=NOON)
        letter = letter_to_another_address(user)

        reset(PASSWORD_RESET.issue(User.objects.get(), now=NOON))

        with pytest.raises(errors.BadLetterToken):
            services.verify_email(token=letter, now=NOON)
        assert (User.objects.get().email, User.objects.get().new_email) == (user.email, "")

    def test_verifies_the_address_that_the_letter_went_to(self) -> None:
        user = UserFactory()

        reset(PASSWORD_RESET.issue(user, now=NOON))

        assert User.objects.get().email_verified_at == NOON

    def test_removes_the_factors_of_whoever_signed_up_with_the_address_of_another(self, told: Any) -> None:
        user = guarded().user

        reset(PASSWORD_RESET.issue(User.objects.get(), now=NOON))

        assert services.sign_in(source=HOME, email=user.email, password=NEW, now=NOON)
        changes = [fact.change for fact in told.named(CredentialsChanged)]
        assert changes == ["totp_on", "factors_removed", "password_changed"]

    def test_removes_their_passkeys_too(self, client_of: Any, visitor: Any) -> None:
        user, authenticator = UserFactory(), Authenticator()
        with_passkey(client_of, authenticator, user)
        begun = visitor.post(ALONE_OPTIONS).json()

        reset(PASSWORD_RESET.issue(User.objects.get(), now=NOON))

        body = {"challenge": begun["challenge"], "assertion": authenticator.get(begun["options"])}
        assert visitor.post(ALONE, body).status_code == 401

    def test_removes_a_secret_that_was_not_confirmed(self, told: Any) -> None:
        user = UserFactory()
        factors.begin_totp(user_id=user.id, current=PASSWORD, source=ELSEWHERE, now=NOON)

        reset(PASSWORD_RESET.issue(user, now=NOON))

        assert not Totp.objects.exists()

    def test_keeps_the_factors_of_whoever_verified_the_address(self, told: Any) -> None:
        user = guarded(email_verified_at=NOON).user

        reset(PASSWORD_RESET.issue(User.objects.get(), now=NOON))

        with pytest.raises(errors.SecondFactorRequired):
            services.sign_in(source=HOME, email=user.email, password=NEW, now=NOON)
        assert [fact.change for fact in told.named(CredentialsChanged)] == ["totp_on", "password_changed"]

    def test_lets_its_owner_in_while_others_guess(self) -> None:
        user = UserFactory()
        for n in range(rules.GUESSES_OF_ALL_STRANGERS.at_once):
            with pytest.raises(errors.InvalidCredentials):
                services.sign_in(email=user.email, password="wrong", source=f"203.0.113.{n}", now=NOON)

        reset(PASSWORD_RESET.issue(user, now=NOON))

        assert services.sign_in(source=HOME, email=user.email, password=NEW, now=NOON)

    def test_refuses_a_token_that_has_expired(self) -> None:
        token = PASSWORD_RESET.issue(UserFactory(), now=NOON)

        with pytest.raises(errors.BadLetterToken):
            reset(token, now=NOON + rules.PASSWORD_RESET_LIFETIME)

    def test_refuses_a_token_that_was_mailed_before_the_password_changed(self) -> None:
        user = UserFactory()
        token = PASSWORD_RESET.issue(user, now=NOON)
        change(user)

        with pytest.raises(errors.BadLetterToken):
            reset(token)

    def test_refuses_a_token_that_is_for_something_else(self) -> None:
        with pytest.raises(errors.BadLetterToken):
            reset(EMAIL_VERIFICATION.issue(UserFactory(), now=NOON))

    def test_refuses_somebody_whose_account_was_disabled(self) -> None:
        token = PASSWORD_RESET.issue(UserFactory(), now=NOON)
        User.objects.update(is_active=False)

        with pytest.raises(errors.BadLetterToken):
            reset(token)

    @pytest.mark.parametrize("token", ["", ":", "unknown", "ключ", "a:b", "e30:x" * 100])
    def test_refuses_what_is_no_token(self, token: str) -> None:
        with pytest.raises(errors.BadLetterToken):
            reset(token)

    def test_keeps_the_token_when_the_new_password_is_no_good(self) -> None:
        token = PASSWORD_RESET.issue(UserFactory(), now=NOON)
        with pytest.raises(errors.AccountNotAcceptable):
            reset(token, new="short")

        reset(token, now=NOON + timedelta(minutes=1))


@pytest.mark.django_db(transaction=True)
class TestResetPasswordAtOnce:
    def test_succeeds_for_exactly_one(self) -> None:
        token = PASSWORD_RESET.issue(UserFactory(), now=NOON)
        together = Barrier(6)

        def attempt(number: int) -> str:
            together.wait()
            try:
                reset(token, new=f"{NEW} {number}")
            except errors.BadLetterToken:
                return "refused"
            finally:
                connection.close()
            return "reset"

        with ThreadPoolExecutor(6) as pool:
            outcomes = sorted(pool.map(attempt, range(6)))

        assert outcomes == [*["refused"] * 5, "reset"]

    def test_is_refused_once_the_letter_went_to_an_address_of_before(self) -> None:
        user = UserFactory(email_verified_at=NOON)
        letter = letter_to_another_address(user)
        token = PASSWORD_RESET.issue(User.objects.get(), now=NOON)

        outcome = overtake(lambda: reset(token), lambda: services.verify_email(token=letter, now=NOON))

        assert isinstance(outcome.exception(), errors.BadLetterToken)
        assert User.objects.get().check_password(PASSWORD)
