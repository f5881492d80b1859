"""What is done about the catalogue by schedule."""

from celery import shared_task

from common import clock
from product_svc.catalog import services


@shared_task(name="catalog.count_words")
def count_words(**_: object) -> None:
    """Suggest the words that are common now, and none that no product has any more."""
    services.count_words()


@shared_task(name="catalog.follow_sellers")
def follow_sellers(**_: object) -> None:
    """Withhold or show what is left of large shops, and find it by its seller's name."""
    services.follow_sellers()


@shared_task(name="catalog.name_rest_anew")
def name_rest_anew(**_: object) -> None:
    """Let what is left of large categories be found by their new names."""
    services.name_rest_anew()


@shared_task(name="catalog.give_up_awaited_pictures")
def give_up_awaited_pictures(**_: object) -> None:
    """Show no longer what nobody told of."""
    services.give_up_awaited_pictures(now=clock.now())
