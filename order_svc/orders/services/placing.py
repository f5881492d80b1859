"""Taking an order. Stock is not asked: what there is of it comes as a fact later, so that nobody has to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from common.money import Money
from order_svc.offers import selectors as offers
from order_svc.orders import errors, events, rules
from order_svc.orders.models import Order, OrderEvent, OrderLine
from order_svc.payments import services as payments


@transaction.atomic
def place_order(
    *,
    customer_id: UUID,
    items: Sequence[rules.Item],
    shipping_address: Mapping[str, str],
    provider: str,
    token: str,
    expected_total: Money | None,
    now: datetime,
) -> Order:
    """Take an order at the prices of this moment, and tell the others.

    Raises UnavailableItems, SeveralCurrencies, TooMuch, TotalChanged and UnknownProvider.
    """
    wanted = rules.merged(items)
    offered = _offers_for(items)
    total = rules.total_of(offered[item.sku].price * item.quantity for item in wanted)
    rules.require_expected(total, expected_total)
    order = Order.objects.create(
        customer_id=customer_id,
        total_minor=total.minor,
        currency=total.currency,
        shipping_address=dict(shipping_address),
        placed_at=now,
    )
    lines = OrderLine.objects.bulk_create(
        _line(order, position, item.quantity, offered[item.sku]) for position, item in enumerate(wanted)
    )
    order.payment = payments.open_payment(order_id=order.id, provider=provider, token=token, amount=total)
    OrderEvent.objects.create(order=order, at=now, fact=OrderEvent.Name.PLACED)
    publish(events.order_placed(order, lines))
    return order


def _offers_for(items: Sequence[rules.Item]) -> dict[str, offers.Offer]:
    offered = offers.available_offers(skus={item.sku for item in items})
    missing = {
        f"items.{index}.sku": [f"{item.sku} cannot be bought."]
        for index, item in enumerate(items)
        if item.sku not in offered
    }
    if missing:
        raise errors.UnavailableItems(errors=missing)
    return offered


def _line(order: Order, position: int, quantity: int, offer: offers.Offer) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        sku=offer.sku,
        title=offer.title,
        quantity=quantity,
        unit_price_minor=offer.price_minor,
        currency=offer.currency,
        seller_id=offer.seller_id,
    )
