"""Orders as the others hear of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common import contracts
from common.money import Money
from order_svc.orders.models import Order, OrderLine, Status


def order_placed(order: Order, lines: Iterable[OrderLine]) -> contracts.OrderPlaced:
    return contracts.OrderPlaced(
        **_order(order),
        lines=_lines(lines),
        total_minor=order.total_minor,
        currency=order.currency,
    )


def order_confirmed(order: Order, lines: Iterable[OrderLine]) -> contracts.OrderConfirmed:
    return contracts.OrderConfirmed(
        **_order(order),
        lines=_lines(lines),
        total_minor=order.total_minor,
        currency=order.currency,
    )


def order_cancelled(
    order: Order, *, lines: Iterable[OrderLine] = (), is_by_shop: bool = False
) -> contracts.OrderCancelled:
    """``lines`` are those whose sellers had been told that they were sold."""
    return contracts.OrderCancelled(
        **_order(order),
        reason=order.cancel_reason or "",
        seller_ids=tuple(sorted({str(line.seller_id) for line in lines})),
        is_by_shop=is_by_shop,
    )


def order_refunded(order: Order, amount: Money) -> contracts.OrderRefunded:
    return contracts.OrderRefunded(**_order(order), amount_minor=amount.minor, currency=amount.currency)


def refund_requested(order: Order) -> contracts.RefundRequested:
    return contracts.RefundRequested(version=order.version, order_id=str(order.id))


def order_shipped(order: Order, lines: Iterable[OrderLine], *, tracking: str) -> contracts.OrderShipped:
    return contracts.OrderShipped(
        **_order(order), lines=_lines(lines), tracking=tracking, is_complete=order.status == Status.SHIPPED
    )


def order_delivered(order: Order) -> contracts.OrderDelivered:
    return contracts.OrderDelivered(**_order(order))


def _order(order: Order) -> dict[str, Any]:
    return {
        "version": order.version,
        "order_id": str(order.id),
        "number": order.number,
        "customer_id": str(order.customer_id),
    }


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
