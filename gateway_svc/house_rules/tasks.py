"""What is done with rules by the clock."""

from celery import shared_task

from common import clock
from gateway_svc.house_rules import services


@shared_task(name="house_rules.forget_old_blocks")
def forget_old_blocks(**_: object) -> None:
    services.forget_old_blocks(now=clock.now())
