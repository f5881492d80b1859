"""What payments need from time to time."""

from celery import shared_task

from common import clock
from order_svc.payments import services


@shared_task(name="payments.forget_old_notices")
def forget_old_notices(**_: object) -> None:
    """Drop the names of notices that will not come again."""
    services.forget_old_notices(now=clock.now())
