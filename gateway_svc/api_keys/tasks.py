"""What is done with keys by the clock."""

from celery import shared_task

from common import clock
from gateway_svc.api_keys import services


@shared_task(name="api_keys.forget_dead")
def forget_dead(**_: object) -> None:
    services.forget_dead_keys(now=clock.now())
