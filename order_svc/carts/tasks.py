"""What is done with carts by schedule."""

from celery import shared_task

from common import clock
from order_svc.carts import services


@shared_task(name="carts.forget_old_guests")
def forget_old_guests(**_: object) -> None:
    """Guests who will not come back."""
    services.forget_old_guests(now=clock.now())
