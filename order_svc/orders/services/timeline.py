"""What other services did about an order, for its time line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from common.contracts import Telling
from order_svc.orders import selectors
from order_svc.orders.models import OrderEvent

Name = OrderEvent.Name


def note_stock_movement(*, order_id: str, sku: str, delta: int, now: datetime) -> None:
    """Stock left the house for an order, or came back."""
    what = f"{sku}: {-delta} taken out" if delta < 0 else f"{sku}: {delta} put back"
    OrderEvent.objects.create(order_id=order_id, at=now, fact=Name.STOCK_CHANGED, detail=what)


def note_tellings(*, tellings: Collection[Telling]) -> None:
    """People were told of these orders. Of one that is not ours there is nothing to note."""
    known = selectors.known_ids(order_ids={UUID(telling.order_id) for telling in tellings})
    OrderEvent.objects.bulk_create(
        OrderEvent(
            order_id=telling.order_id,
            at=datetime.fromisoformat(telling.at),
            fact=Name.PEOPLE_TOLD,
            detail=f"{telling.audience}, {telling.channel}: {telling.event}",
        )
        for telling in tellings
        if UUID(telling.order_id) in known
    )
