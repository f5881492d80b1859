"""What is done with old answers, by schedule."""

from celery import shared_task

from common import clock
from common.api.idempotency import services


@shared_task(name="idempotency.forget_old_answers")
def forget_old_answers(**_: object) -> None:
    """On the work queue of each service that schedules it."""
    services.forget_old_answers(now=clock.now())
