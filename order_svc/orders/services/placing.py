"""Placing an order. Stock is not checked here: product_svc answers with a fact, later, so that nobody has to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from common.money import Money
from order_svc.carts import services as carts
from order_svc.orders import events, rules
from order_svc.orders.models import Order, OrderEvent, OrderLine
from order_svc.orders.services import timeline
from order_svc.orders.services.quoting import Quote, QuotedLine, quote_cart, quote_items
from order_svc.payments import services as payments


@transaction.atomic(savepoint=False)
def place_order(
    *,
    customer_id: UUID,
    items: Sequence[rules.Item] | None,
    shipping_address: Mapping[str, str],
    provider: str,
    token: str,
    expected_total: Money | None,
    now: datetime,
    cart_token: str = "",
) -> Order:
    """Place an order at the current prices, and tell the other services.

    Without ``items`` the cart is ordered: the customer's, merged with the guest cart of ``cart_token``.

    Raises UnavailableItems, SeveralCurrencies, TooMuch, TooExpensive, TotalChanged, UnknownProvider, CartEmpty,
    CartsDoNotFit and ItemsUnavailable.
    """
    country = shipping_address["country"]
    quote = _from_cart(customer_id, cart_token, country) if items is None else quote_items(items, country=country)
    rules.require_expected(quote.total, expected_total)
    order = Order.objects.create(
        customer_id=customer_id,
        total_minor=quote.total.minor,
        currency=quote.total.currency,
        reckoning=quote.totals.data(),
        shipping_address=dict(shipping_address),
        placed_at=now,
    )
    lines = OrderLine.objects.bulk_create(_line(order, position, line) for position, line in enumerate(quote.lines))
    order.payment = payments.open_payment(order_id=order.id, provider=provider, token=token, amount=quote.total)
    # Written as SQL below; the object is for the answer, which then needs no query.
    event = OrderEvent(order=order, at=now, fact=OrderEvent.Name.PLACED)
    timeline.write([(OrderEvent.Name.PLACED, "")], order_id=order.id, at=now)
    order.bring(lines=lines, events=[event])
    publish(events.order_placed(order, lines))
    return order


def _from_cart(customer_id: UUID, token: str, country: str) -> Quote:
    holder = carts.holder_of(customer_id=customer_id, token=token)
    return quote_cart(carts.take_out(holder=holder), country=country)


def _line(order: Order, position: int, line: QuotedLine) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        unit_price_minor=line.unit_price.minor,
        currency=line.unit_price.currency,
        seller_id=line.seller_id,
        ordered_at=order.created_at,
    )
