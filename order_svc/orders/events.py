"""Orders as the others hear of them."""

from __future__ import annotations

from collections.abc import Iterable

from common import contracts
from order_svc.orders.models import Order, OrderLine


def order_placed(order: Order, lines: Iterable[OrderLine]) -> contracts.OrderPlaced:
    return contracts.OrderPlaced(
        version=order.version,
        order_id=str(order.id),
        number=order.number,
        customer_id=str(order.customer_id),
        lines=_lines(lines),
        total_minor=order.total_minor,
        currency=order.currency,
    )


def order_confirmed(order: Order) -> contracts.OrderConfirmed:
    return contracts.OrderConfirmed(
        version=order.version,
        order_id=str(order.id),
        number=order.number,
        customer_id=str(order.customer_id),
        lines=_lines(order.lines.all()),
        total_minor=order.total_minor,
        currency=order.currency,
    )


def order_cancelled(order: Order) -> contracts.OrderCancelled:
    return contracts.OrderCancelled(
        version=order.version,
        order_id=str(order.id),
        number=order.number,
        customer_id=str(order.customer_id),
        reason=order.cancel_reason or "",
    )


def _lines(lines: Iterable[OrderLine]) -> tuple[contracts.OrderLine, ...]:
    return tuple(
        contracts.OrderLine(
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            seller_id=str(line.seller_id),
        )
        for line in lines
    )
