"""What is done with ended sessions by the clock."""

from celery import shared_task

from common import clock
from gateway_svc.sessions import services


@shared_task(name="sessions.forget_expired")
def forget_expired(**_: object) -> None:
    services.forget_expired_sessions(now=clock.now())
