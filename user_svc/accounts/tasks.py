"""What user_svc does with accounts by itself."""

from celery import shared_task

from common import clock
from user_svc.accounts import services


@shared_task(name="accounts.forget_expired_tokens")
def forget_expired_tokens(**_: object) -> None:
    """Sweep out what nobody can use any more."""
    services.forget_expired_tokens(now=clock.now())


@shared_task(name="accounts.forget_stale_guesses")
def forget_stale_guesses(**_: object) -> None:
    """Sweep out what slows nobody down any more."""
    services.forget_stale_guesses(now=clock.now())
