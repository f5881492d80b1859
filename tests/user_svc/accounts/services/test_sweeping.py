"""Forgetting what is of no more use, and nothing else."""

from datetime import timedelta

import pytest

from common import clock
from tests.user_svc.factories import NOON, RefreshTokenFactory, SessionFactory
from user_svc.accounts import rules, services, tasks
from user_svc.accounts.models import RefreshToken, Session, SpentChallenge
from user_svc.accounts.services import sweeping

SECOND = timedelta(seconds=1)


@pytest.mark.django_db
class TestForgetExpiredTokens:
    def test_drops_expired_tokens_and_the_sessions_they_were_the_last_of(self) -> None:
        RefreshTokenFactory(expires_at=NOON - SECOND)
        good = RefreshTokenFactory(expires_at=NOON + SECOND)
        RefreshTokenFactory(expires_at=NOON - SECOND, session=good.session)

        deleted = services.forget_expired_tokens(now=NOON)

        assert deleted == 3
        assert list(RefreshToken.objects.all()) == [good]
        assert list(Session.objects.all()) == [good.session]

    def test_drops_challenges_that_would_be_refused_anyway(self) -> None:
        for n, expires_at in enumerate((NOON, NOON + SECOND)):
            SpentChallenge.objects.create(digest=str(n), expires_at=expires_at)

        services.forget_expired_tokens(now=NOON)

        assert SpentChallenge.objects.get().expires_at == NOON + SECOND

    def test_drops_sessions_that_ended_long_ago(self) -> None:
        long_ago = NOON - rules.ENDED_SESSION_KEPT_FOR
        for ended_at in (long_ago - SECOND, long_ago + SECOND):
            RefreshTokenFactory(session=SessionFactory(ended_at=ended_at), expires_at=NOON + SECOND)

        services.forget_expired_tokens(now=NOON)

        assert Session.objects.get().ended_at == long_ago + SECOND
        assert RefreshToken.objects.count() == 1

    def test_goes_on_until_all_are_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sweeping, "BATCH_SIZE", 2)
        RefreshTokenFactory.create_batch(5, expires_at=NOON - SECOND)

        services.forget_expired_tokens(now=NOON)

        assert not RefreshToken.objects.exists()
        assert not Session.objects.exists()

    def test_is_what_the_hourly_task_does(self) -> None:
        RefreshTokenFactory(expires_at=clock.now() - SECOND)

        tasks.forget_expired_tokens(something_new=1)

        assert not RefreshToken.objects.exists()
