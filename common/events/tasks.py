"""What is done with old facts, by schedule."""

from celery import shared_task

from common import clock
from common.events import retention


@shared_task(name="events.forget_old_facts")
def forget_old_facts(**_: object) -> None:
    """On the work queue of each service."""
    retention.forget_old_facts(now=clock.now())
