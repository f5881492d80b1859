"""Reading what can be bought."""

from collections.abc import Iterable

from order_svc.offers.models import Offer

__all__ = ["Offer", "available_offers"]


def available_offers(*, skus: Iterable[str]) -> dict[str, Offer]:
    """Those of the SKUs that can be bought now, by SKU."""
    return Offer.objects.filter(is_available=True).in_bulk(list(skus))
