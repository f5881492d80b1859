"""Writing an order's time line: what happened to it here, and what other services did about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from common.contracts import Telling
from order_svc.orders import selectors
from order_svc.orders.models import OrderEvent

Name = OrderEvent.Name

# Raw SQL, since each order writes several. An authorisation is noted once: a provider that is asked again repeats it.
WRITE = f"""
    INSERT INTO orders_orderevent (order_id, at, fact, detail)
    SELECT %s, %s, fact, detail FROM unnest(%s::text[], %s::text[]) AS noted (fact, detail)
    WHERE fact <> '{Name.PAYMENT_AUTHORISED}' OR NOT EXISTS (
        SELECT FROM orders_orderevent AS known WHERE known.order_id = %s AND known.fact = noted.fact)
"""  # noqa: S608 - our own words


def write(noted: Sequence[tuple[Name, str]], *, order_id: UUID | str, at: datetime) -> None:
    """Facts, each with what is to be said about it, in this order."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values(noted, order_id=order_id, at=at))


def values(noted: Sequence[tuple[Name, str]], *, order_id: UUID | str, at: datetime) -> list[Any]:
    """What ``WRITE`` needs, alone or at the end of a statement."""
    return [order_id, at, [str(fact) for fact, _ in noted], [detail for _, detail in noted], order_id]


def note_stock_movement(*, order_id: str, sku: str, delta: int, now: datetime) -> None:
    """Stock left the house for an order, or came back."""
    what = f"{sku}: {-delta} taken out" if delta < 0 else f"{sku}: {delta} put back"
    write([(Name.STOCK_CHANGED, what)], order_id=UUID(order_id), at=now)


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
