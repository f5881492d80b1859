"""Second factors that are used twice at the same moment: once only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pyotp
import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection

from common import clock
from common.errors import DomainError
from tests.overtaking import overtake
from tests.user_svc.authenticator import Authenticator
from tests.user_svc.factories import NOON, PASSWORD, UserFactory
from tests.user_svc.factors_story import ALONE_OPTIONS, guarded, with_passkey
from user_svc.accounts import errors as accounts_errors
from user_svc.accounts import services as accounts
from user_svc.accounts.models import Session, User
from user_svc.factors import services
from user_svc.factors.models import RecoveryCode, Totp

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no code expires while a test is looking."""
    monkeypatch.setattr(clock, "now", lambda: NOON)


def outcomes_of(attempt: Callable[[int], object]) -> list[str]:
    """What comes of it when several do the same at the same moment."""
    together = Barrier(AT_ONCE)

    def one(number: int) -> str:
        together.wait()
        try:
            attempt(number)
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(one, range(AT_ONCE)))


def challenge_of(user: Any) -> str:
    with pytest.raises(accounts_errors.SecondFactorRequired) as asked:
        accounts.sign_in(email=user.email, password=PASSWORD, source="", now=NOON)
    return asked.value.challenge


def answer(challenge: str, **answer: Any) -> None:
    services.answer_second_factor(challenge=challenge, answer=answer, source="", now=NOON)


class TestAtOnce:
    def test_one_code_lets_one_in(self) -> None:
        person = guarded()
        challenges = [challenge_of(person.user) for _ in range(AT_ONCE)]

        outcomes = outcomes_of(lambda number: answer(challenges[number], code=person.code(at=NOON)))

        assert outcomes == ["done", *["invalid_second_factor"] * (AT_ONCE - 1)]
        assert Session.objects.count() == 1

    def test_one_recovery_code_lets_one_in(self) -> None:
        person = guarded()
        challenges = [challenge_of(person.user) for _ in range(AT_ONCE)]

        outcomes = outcomes_of(lambda number: answer(challenges[number], recovery_code=person.recovery_codes[0]))

        assert outcomes == ["done", *["invalid_second_factor"] * (AT_ONCE - 1)]

    def test_one_challenge_lets_one_in(self) -> None:
        person = guarded()
        challenge = challenge_of(person.user)

        outcomes = outcomes_of(lambda number: answer(challenge, recovery_code=person.recovery_codes[number]))

        assert outcomes == ["done", *["invalid_challenge"] * (AT_ONCE - 1)]
        assert RecoveryCode.objects.count() == 9

    def test_one_passkey_lets_one_in(self, client_of: Any, visitor: Any) -> None:
        authenticator = Authenticator()
        with_passkey(client_of, authenticator, UserFactory())
        begun = visitor.post(ALONE_OPTIONS).json()
        assertion = authenticator.get(begun["options"])

        outcomes = outcomes_of(
            lambda _: services.sign_in_with_passkey(
                challenge=begun["challenge"], assertion=assertion, source="", now=NOON
            )
        )

        assert outcomes == ["done", *["invalid_challenge"] * (AT_ONCE - 1)]

    def test_one_confirmation_gives_recovery_codes(self) -> None:
        user = UserFactory()
        secret = services.begin_totp(user_id=user.id, current=PASSWORD, source="", now=NOON).secret
        code = pyotp.TOTP(secret).at(NOON)

        outcomes = outcomes_of(
            lambda _: services.confirm_totp(user_id=user.id, session_id="", code=code, source="", now=NOON)
        )

        assert outcomes == ["done", *["totp_is_on"] * (AT_ONCE - 1)]
        assert RecoveryCode.objects.count() == 10

    def test_whoever_knew_the_password_before_begins_nothing_and_removes_nothing(self) -> None:
        person = guarded(email_verified_at=NOON)
        user_id, session_id = person.user.id, ""
        late: list[Callable[[], object]] = [
            lambda: services.renew_recovery_codes(user_id=user_id, current=PASSWORD, source="", now=NOON),
            lambda: services.remove_totp(user_id=user_id, session_id=session_id, current=PASSWORD, source="", now=NOON),
        ]

        for attempt in late:
            outcome = overtake(attempt, lambda: User.objects.update(password=make_password("a longer walk home")))
            User.objects.update(password=make_password(PASSWORD))
            assert isinstance(outcome.exception(), accounts_errors.PasswordChangedMeanwhile)

        assert RecoveryCode.objects.count() == 10
        assert Totp.objects.exists()
