"""Guessing at passwords is slowed down, and its victim is not locked out by it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from common.errors import TooManyRequests
from tests.user_svc.factories import HOME, NOON, PASSWORD, UserFactory
from user_svc.accounts import errors, rules, services
from user_svc.accounts.models import Allowance, KnownSource, User

ELSEWHERE = "198.51.100.9"
AT_ONCE = rules.GUESSES_OF_ONE_SOURCE.at_once
ALL_AT_ONCE = rules.GUESSES_OF_ALL_STRANGERS.at_once


def try_in(email: str, password: str = "wrong", *, source: str = HOME, after_seconds: float = 0) -> str:
    """What comes of trying to sign in."""
    try:
        services.sign_in(email=email, password=password, source=source, now=NOON + timedelta(seconds=after_seconds))
    except errors.InvalidCredentials:
        return "wrong"
    except TooManyRequests as refusal:
        return f"wait {refusal.retry_after_seconds}"
    return "in"


@pytest.mark.django_db
class TestGuesses:
    def test_are_refused_after_the_first_few_until_a_while_has_passed(self) -> None:
        user = UserFactory()

        outcomes = [try_in(user.email) for _ in range(AT_ONCE + 1)]

        assert outcomes == [*["wrong"] * AT_ONCE, "wait 40"]
        assert try_in(user.email, PASSWORD) == "wait 40"
        assert try_in(user.email, PASSWORD, after_seconds=39.5) == "wait 1"
        assert try_in(user.email, PASSWORD, after_seconds=40) == "in"

    def test_are_counted_alike_whether_there_is_an_account_or_not(self) -> None:
        user = UserFactory()

        outcomes = [[try_in(email) for _ in range(AT_ONCE + 1)] for email in (user.email, "nobody@example.com")]

        assert outcomes[0] == outcomes[1]

    def test_are_forgiven_to_who_knows_the_password(self) -> None:
        user = UserFactory()

        for _ in range(3):
            assert [try_in(user.email) for _ in range(AT_ONCE - 1)] == ["wrong"] * (AT_ONCE - 1)
            assert try_in(user.email, PASSWORD) == "in"

    def test_of_others_do_not_lock_out_who_has_been_in_from_here(self) -> None:
        user = UserFactory()
        assert try_in(user.email, PASSWORD) == "in"

        outcomes = [try_in(user.email, source=f"203.0.113.{n}") for n in range(ALL_AT_ONCE + 1)]

        assert outcomes == [*["wrong"] * ALL_AT_ONCE, "wait 72"]
        assert try_in(user.email, PASSWORD, source=ELSEWHERE) == "wait 72"
        assert try_in(user.email, PASSWORD) == "in"

    def test_never_exceed_a_hundred_an_hour_from_strangers(self) -> None:
        user = UserFactory()

        outcomes = [
            try_in(user.email, source=f"203.0.113.{n}", after_seconds=minute * 60)
            for minute in range(0, 60, 10)
            for n in range(ALL_AT_ONCE)
        ]

        assert outcomes.count("wrong") <= 100

    def test_leave_no_debt_for_the_account_when_they_were_right(self) -> None:
        user = UserFactory()

        for n in range(2 * ALL_AT_ONCE):
            assert try_in(user.email, PASSWORD, source=f"203.0.113.{n}") == "in"

    def test_are_counted_by_address_in_any_spelling(self) -> None:
        user = UserFactory()

        outcomes = [try_in(email) for email in [user.email, user.email.upper()] * AT_ONCE]

        assert outcomes.count("wrong") == AT_ONCE

    def test_keep_neither_addresses_nor_places(self) -> None:
        user = UserFactory()
        try_in(user.email, PASSWORD)
        try_in(user.email)

        kept = [*Allowance.objects.values_list("key", flat=True), *KnownSource.objects.values_list("key", flat=True)]

        assert all(set(key) <= set("0123456789abcdef") and len(key) == 64 for key in kept)

    def test_are_forgotten_when_they_hold_nobody_back(self) -> None:
        user = UserFactory()
        try_in(user.email)
        try_in(user.email, PASSWORD, source=ELSEWHERE)

        services.forget_stale_guesses(now=NOON + timedelta(days=1))
        assert (Allowance.objects.count(), KnownSource.objects.count()) == (0, 1)

        services.forget_stale_guesses(now=NOON + rules.KNOWN_SOURCE_KEPT_FOR)
        assert not KnownSource.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestGuessesAtOnce:
    def test_are_all_counted(self) -> None:
        user = UserFactory()
        together = Barrier(20)

        def attempt(_: int) -> str:
            together.wait()
            try:
                return try_in(user.email)
            finally:
                connection.close()

        with ThreadPoolExecutor(20) as pool:
            outcomes = list(pool.map(attempt, range(20)))

        assert outcomes.count("wrong") == AT_ONCE


@pytest.mark.django_db
class TestSignInMeanwhile:
    def test_does_not_begin_with_a_password_that_was_just_changed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        user = UserFactory()
        check = User.check_password

        def check_slowly(who: User, password: str) -> bool:
            is_right = check(who, password)
            User.objects.filter(id=who.id).update(password="another hash")
            return is_right

        monkeypatch.setattr(User, "check_password", check_slowly)

        assert try_in(user.email, PASSWORD) == "wrong"
        assert not user.sessions.exists()
