"""Reading what can be bought."""

from collections.abc import Iterable

from order_svc.offers.models import Offer, OfferedStock

__all__ = ["Offer", "available_offers", "stock_of", "titles_of"]

# Written out, since each quote and each order leads here.
_AVAILABLE = "SELECT * FROM offers_offer WHERE sku = ANY(%s) AND is_available"


def available_offers(*, skus: Iterable[str]) -> dict[str, Offer]:
    """Those of the SKUs that can be bought now, by SKU."""
    return {offer.sku: offer for offer in Offer.objects.raw(_AVAILABLE, [list(skus)])}


def titles_of(*, skus: Iterable[str]) -> dict[str, str]:
    """What those of the SKUs are called that were ever offered."""
    return dict(Offer.objects.filter(sku__in=list(skus)).values_list("sku", "title"))


def stock_of(*, skus: Iterable[str]) -> dict[str, int]:
    """How many there are of those SKUs whose stock we heard of."""
    return dict(OfferedStock.objects.filter(sku__in=list(skus)).values_list("sku", "available"))
