"""What is done about reviews by schedule."""

from celery import shared_task

from common import clock
from product_svc.reviews import services


@shared_task(name="reviews.give_up_awaited_pictures")
def give_up_awaited_pictures(**_: object) -> None:
    """Show no longer what nobody told of."""
    services.give_up_awaited_pictures(now=clock.now())
