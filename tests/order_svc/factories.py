"""Objects and facts for the tests of order_svc."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import factory

from common import clock
from common.contracts import ProductChanged, ProductVariant
from order_svc.offers.models import Offer
from order_svc.orders import rules, services
from order_svc.orders.models import Order

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

ADDRESS = {
    "full_name": "Ada Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}


@dataclass(frozen=True)
class Somebody:
    """A caller."""

    id: uuid.UUID
    roles: frozenset[str] = frozenset({"customer"})

    @property
    def is_staff(self) -> bool:
        return not self.roles.isdisjoint({"support", "admin"})


class OfferFactory(factory.django.DjangoModelFactory):
    """An offer that can be bought."""

    class Meta:
        model = Offer

    sku = factory.Sequence(lambda n: f"MUG-{n}")
    product_id = factory.LazyFunction(uuid.uuid4)
    seller_id = factory.LazyFunction(uuid.uuid4)
    title = "Mug – blue"
    price_minor = 1250
    currency = "USD"
    is_available = True


def placed_order(*, token: str = "tok_success", now: datetime | None = None, **changes: Any) -> Order:
    """An order of two mugs that has just been placed, read back from the database."""
    customer_id = changes.pop("customer_id", None) or uuid.uuid4()
    offer = OfferFactory(**changes)
    order = services.place_order(
        customer_id=customer_id,
        items=[rules.Item(offer.sku, 2)],
        shipping_address=ADDRESS,
        provider="sandbox",
        token=token,
        expected_total=None,
        now=now or clock.now(),
    )
    order.refresh_from_db()
    return order


def order_body(*items: tuple[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of a request that places an order."""
    return {
        "items": [{"sku": sku, "quantity": quantity} for sku, quantity in items],
        "shipping_address": ADDRESS,
        "payment": {"provider": "sandbox", "token": "tok_success"},
        **changes,
    }


def product_changed(*skus: str, **changes: Any) -> ProductChanged:
    """The fact of a published product with a variant for each SKU."""
    return ProductChanged(
        **{
            "version": 1,
            "product_id": str(uuid.uuid4()),
            "seller_id": str(uuid.uuid4()),
            "slug": "mug",
            "title": "Mug",
            "status": "published",
            "variants": tuple(ProductVariant(sku=sku, title="", price_minor=1250, currency="USD") for sku in skus),
            **changes,
        }
    )
