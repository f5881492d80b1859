"""The scheduled jobs of accounts."""

from celery import shared_task

from common import clock
from user_svc.accounts import services


@shared_task(name="accounts.forget_expired_tokens")
def forget_expired_tokens(**_: object) -> None:
    """Delete expired tokens and challenges, and sessions that are over."""
    services.forget_expired_tokens(now=clock.now())


@shared_task(name="accounts.forget_stale_guesses")
def forget_stale_guesses(**_: object) -> None:
    """Delete limits that no longer slow anybody down, and sources not used for long."""
    services.forget_stale_guesses(now=clock.now())
