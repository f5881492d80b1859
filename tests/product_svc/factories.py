"""Objects and facts for the tests of product_svc."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import factory

from common.contracts import (
    FileDeleted,
    FileStored,
    OrderCancelled,
    OrderConfirmed,
    OrderLine,
    OrderPlaced,
    SellerChanged,
)
from common.money import Money
from product_svc.catalog import services
from product_svc.catalog.models import Category, Product, SellerProfile
from product_svc.catalog.rules import VariantDraft

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Somebody:
    """A caller."""

    id: UUID | None
    name: str = "Ada Lovelace"
    is_staff: bool = False


VISITOR = Somebody(None)
STAFF = Somebody(UUID(int=7), "Sam Support", is_staff=True)


class SellerProfileFactory(factory.django.DjangoModelFactory):
    """A seller."""

    class Meta:
        model = SellerProfile

    id = factory.LazyFunction(uuid.uuid4)
    name = "Ada Lovelace"


class CategoryFactory(factory.django.DjangoModelFactory):
    """A category."""

    class Meta:
        model = Category

    slug = factory.Sequence(lambda n: f"shelf-{n}")
    name = factory.Sequence(lambda n: f"Shelf {n}")


def seller() -> Somebody:
    """A seller without products."""
    return Somebody(uuid.uuid4())


def product(sku: str = "MUG", *, stock: int = 10, author: Somebody | None = None, **fields: Any) -> Product:
    """A mug that is for sale."""
    given = {
        "title": "Mug",
        "price": Money(1250, "USD"),
        "status": "published",
        "variants": [VariantDraft(sku=sku, stock=stock)],
        **fields,
    }
    return services.create_product(author=author or seller(), now=NOON, **given)


def seller_changed(person: Somebody, status: str, *, version: int = 1, name: str | None = None) -> SellerChanged:
    """The fact that a seller has this status."""
    reason = "Sold a bridge." if status == "suspended" else ""
    name = person.name if name is None else name
    return SellerChanged(
        version=version, seller_id=str(person.id), seller_name=name, status=status, previous_status="", reason=reason
    )


def file_stored(file_id: UUID, **told: Any) -> FileStored:
    """The fact that a picture is in storage."""
    owner_id = str(told.pop("owner_id"))
    usual = {"purpose": "product_image", "content_type": "image/jpeg", "size": 1, "sha256": "0" * 64, **told}
    return FileStored(version=1, file_id=str(file_id), owner_id=owner_id, **usual)


def file_deleted(file_id: UUID, *, owner_id: UUID | None) -> FileDeleted:
    """The fact that a file was deleted."""
    return FileDeleted(version=2, file_id=str(file_id), owner_id=str(owner_id), purpose="product_image")


def products(count: int, **fields: Any) -> list[Product]:
    """A number of published products of the same price, without variants, inserted by one statement."""
    given = {"seller": fields.pop("seller", None) or SellerProfileFactory(), "price_minor": 1250, "currency": "USD"}
    names = [uuid.uuid4().hex for _ in range(count)]
    return Product.objects.bulk_create(
        Product(slug=name, title=f"Product {name}", status="published", **given, **fields) for name in names
    )


def line(sku: str, quantity: int) -> OrderLine:
    """A line of an order."""
    return OrderLine(sku=sku, title="Mug", quantity=quantity, unit_price_minor=1250, seller_id=str(uuid.uuid4()))


def placed(order_id: UUID, *lines: OrderLine) -> OrderPlaced:
    """The fact that an order was placed."""
    return OrderPlaced(version=1, **_order(order_id, lines))


def confirmed(order_id: UUID, *lines: OrderLine, customer_id: UUID | None = None) -> OrderConfirmed:
    """The fact that an order was confirmed."""
    return OrderConfirmed(version=2, **_order(order_id, lines, customer_id))


def cancelled(order_id: UUID) -> OrderCancelled:
    """The fact that an order was cancelled."""
    return OrderCancelled(
        version=2, order_id=str(order_id), number="OC-1", customer_id=str(uuid.uuid4()), reason="customer"
    )


def _order(order_id: UUID, lines: tuple[OrderLine, ...], customer_id: UUID | None = None) -> dict[str, Any]:
    return {
        "order_id": str(order_id),
        "number": "OC-1",
        "customer_id": str(customer_id or uuid.uuid4()),
        "lines": lines,
        "total_minor": sum(line.quantity * line.unit_price_minor for line in lines),
        "currency": "USD",
    }
