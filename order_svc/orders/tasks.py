"""The scheduled sweepers."""

from celery import shared_task
from django.conf import settings

from common import clock
from order_svc.orders import services


@shared_task(name="orders.resume_payments")
def resume_payments(**_: object) -> None:
    """Ask providers again for answers that were lost."""
    services.resume_payments(now=clock.now())


@shared_task(name="orders.refund_unwanted_payments")
def refund_unwanted_payments(**_: object) -> None:
    """Refund payments of cancelled orders."""
    services.refund_unwanted_payments(now=clock.now())


@shared_task(name="orders.expire_unsettled")
def expire_unsettled(**_: object) -> None:
    """Cancel orders past their time limit."""
    now = clock.now()
    services.expire_unsettled_orders(placed_before=now - settings.ORDER_TIME_LIMIT, now=now)
