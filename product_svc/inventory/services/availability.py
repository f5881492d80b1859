"""Keeping with each product whether anything of it can be ordered, so that no list has to count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from product_svc.answers import services as answers
from product_svc.answers.services import ToTell
from product_svc.inventory import selectors
from product_svc.inventory.models import StockItem


def follow_stock(items: Collection[StockItem]) -> ToTell:
    """After stock was written, show it; and look again at products of whose items there is suddenly none, or some.

    What it gives back, the caller publishes.
    """
    return answers.forget_pages(_moved(items)) + _follow_turned(items)


def follow_order(items: Collection[StockItem]) -> ToTell:
    """The same after an order: there are many, so that most of it is told soon, and of several at once."""
    answers.forget_pages_told_soon(_moved(items))
    return _follow_turned(items)


def _moved(items: Iterable[StockItem]) -> Iterator[tuple[UUID, str]]:
    return ((item.product_id, item.product_slug) for item in items if item.has_moved)


def _follow_turned(items: Iterable[StockItem]) -> ToTell:
    turned = {item.product_id for item in items if item.has_turned}
    return keep_availability(turned) if turned else ()


def keep_availability(product_ids: Collection[UUID]) -> ToTell:
    """Look anew whether anything of these products can be ordered, and note it with them where it changed.

    In the caller's transaction, who publishes what it gives back. The products are locked before anything is counted:
    else two who each take the last one of a variant, at the same time, would each still see the other's, and nobody
    would note that the product is gone.
    """
    items = StockItem.objects.filter(product__in=product_ids).order_by("product_id")
    locked = items.select_related("product").select_for_update(of=("product",), no_key=True)
    products = {item.product_id: item.product for item in locked.only("product__is_in_stock")}
    in_stock = selectors.products_in_stock(product_ids)
    wrong = [product for product_id, product in products.items() if product.is_in_stock != (product_id in in_stock)]
    for product in wrong:
        product.is_in_stock = not product.is_in_stock
        product.save(update_fields=["is_in_stock"])
    return answers.forget_products(product.id for product in wrong)
