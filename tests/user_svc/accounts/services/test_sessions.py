"""Signing in, staying signed in, signing out, also many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, identify_hasher
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from common.contracts import SessionEnded
from tests.user_svc.factories import HOME, NOON, PASSWORD, UserFactory
from user_svc.accounts import errors, rules, services
from user_svc.accounts.models import RefreshToken, Session, User

SAVEPOINT = 2
"""Queries by which a test's transaction contains the one of a service."""


@pytest.fixture
def signed_in(db: None) -> services.SignedIn:
    """Somebody who signed in at NOON."""
    user = UserFactory()
    return services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)


@pytest.mark.django_db
class TestSignIn:
    def test_begins_a_session_each_time(self) -> None:
        user = UserFactory()

        for _ in range(2):
            services.sign_in(source=HOME, email=user.email.upper(), password=PASSWORD, now=NOON)

        assert [session.user for session in Session.objects.all()] == [user, user]

    @pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper(), f"{PASSWORD} "])
    def test_refuses_a_wrong_password(self, password: str) -> None:
        user = UserFactory()

        with pytest.raises(errors.InvalidCredentials):
            services.sign_in(source=HOME, email=user.email, password=password, now=NOON)

    def test_refuses_an_account_that_was_closed(self) -> None:
        user = UserFactory(is_active=False)

        with pytest.raises(errors.InvalidCredentials):
            services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)

    def test_hashes_once_whether_the_account_exists_or_not(self) -> None:
        user = UserFactory()

        hashings = [self._hashings(email=email) for email in (user.email, "nobody@example.com")]

        assert hashings == [1, 1]

    def _hashings(self, *, email: str) -> int:
        with (
            patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as encode,
            pytest.raises(errors.InvalidCredentials),
        ):
            services.sign_in(source=HOME, email=email, password="wrong", now=NOON)
        return encode.call_count

    def test_replaces_a_hash_that_is_cheaper_than_new_ones(self, settings: Settings) -> None:
        user = UserFactory()
        settings.PASSWORD_HASHERS = ["user_svc.config.hashers.Argon2", *settings.PASSWORD_HASHERS]

        services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)

        assert identify_hasher(User.objects.get().password).algorithm == "argon2"

    def test_takes_nine_queries(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        user = UserFactory()
        services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)

        with django_assert_num_queries(9 + 2 * SAVEPOINT):
            services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON)


class TestRefresh:
    def test_goes_on_with_the_same_session(self, signed_in: services.SignedIn, told: Any) -> None:
        later = NOON

        for _ in range(3):
            later += timedelta(days=29)
            signed_in = services.refresh(token=signed_in.refresh, now=later)

        assert Session.objects.get().ended_at is None
        assert told == []

    def test_takes_three_queries(
        self, signed_in: services.SignedIn, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(3 + SAVEPOINT):
            services.refresh(token=signed_in.refresh, now=NOON)

    def test_keeps_only_a_digest(self, signed_in: services.SignedIn) -> None:
        assert RefreshToken.objects.get().digest == rules.digest_of(signed_in.refresh)

    def test_ends_the_session_of_a_token_that_was_used_before(self, signed_in: services.SignedIn, told: Any) -> None:
        newest = services.refresh(token=signed_in.refresh, now=NOON)

        for token in (signed_in.refresh, newest.refresh, signed_in.refresh):
            with pytest.raises(errors.InvalidToken):
                services.refresh(token=token, now=NOON)

        session = Session.objects.get()
        assert told == [
            SessionEnded(
                version=1,
                session_id=str(session.id),
                user_id=str(signed_in.user.id),
                ended_at="2026-01-01T12:00:00+00:00",
            )
        ]

    def test_leaves_the_other_sessions_of_a_replayed_one_alone(self, signed_in: services.SignedIn) -> None:
        elsewhere = services.sign_in(source=HOME, email=signed_in.user.email, password=PASSWORD, now=NOON)
        services.refresh(token=signed_in.refresh, now=NOON)

        with pytest.raises(errors.InvalidToken):
            services.refresh(token=signed_in.refresh, now=NOON)

        assert services.refresh(token=elsewhere.refresh, now=NOON)

    def test_refuses_a_token_that_has_expired(self, signed_in: services.SignedIn) -> None:
        with pytest.raises(errors.InvalidToken):
            services.refresh(token=signed_in.refresh, now=NOON + rules.REFRESH_LIFETIME)

    def test_refuses_somebody_whose_account_was_closed(self, signed_in: services.SignedIn) -> None:
        User.objects.update(is_active=False)

        with pytest.raises(errors.InvalidToken):
            services.refresh(token=signed_in.refresh, now=NOON)

    @pytest.mark.parametrize("token", ["", "unknown", "ключ"])
    def test_refuses_what_is_no_token(self, db: None, token: str) -> None:
        with pytest.raises(errors.InvalidToken):
            services.refresh(token=token, now=NOON)


@pytest.mark.django_db(transaction=True)
class TestRefreshAtOnce:
    def test_succeeds_for_exactly_one(self, told: Any) -> None:
        user = UserFactory()
        token = services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON).refresh
        together = Barrier(6)

        def attempt(_: int) -> str:
            together.wait()
            try:
                services.refresh(token=token, now=NOON)
                return "refreshed"
            except errors.InvalidToken:
                return "refused"
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            outcomes = sorted(pool.map(attempt, range(6)))

        assert outcomes == ["refreshed", *["refused"] * 5]
        assert RefreshToken.objects.count() == 2
        assert len(told.named(SessionEnded)) == 1


class TestSignOut:
    def test_ends_the_session_and_tells_the_others_once(self, signed_in: services.SignedIn, told: Any) -> None:
        for _ in range(2):
            services.sign_out(token=signed_in.refresh, now=NOON)

        assert Session.objects.get().ended_at == NOON
        assert len(told.named(SessionEnded)) == len(told) == 1

    def test_ends_the_session_of_a_token_that_was_traded_already(self, signed_in: services.SignedIn) -> None:
        newest = services.refresh(token=signed_in.refresh, now=NOON)

        services.sign_out(token=signed_in.refresh, now=NOON)

        with pytest.raises(errors.InvalidToken):
            services.refresh(token=newest.refresh, now=NOON)

    def test_does_nothing_about_an_unknown_token(self, signed_in: services.SignedIn, told: Any) -> None:
        services.sign_out(token="unknown", now=NOON)

        assert Session.objects.get().ended_at is None
        assert told == []
