"""What is done with the sign-ins of browsers by the clock."""

from celery import shared_task

from common import clock
from gateway_svc.browsers import services


@shared_task(name="browsers.forget_expired")
def forget_expired(**_: object) -> None:
    services.forget_expired_sessions(now=clock.now())
