"""Remembering who bought what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from product_svc.catalog import selectors as catalog

# Written out, since it follows each order.
_REMEMBER = """
    INSERT INTO reviews_purchase (customer_id, product_id, order_id, bought_at)
    SELECT %s, product_id, %s, %s FROM unnest(%s::uuid[]) AS product_id ON CONFLICT DO NOTHING
"""


def remember_purchase(*, customer_id: UUID, order_id: UUID, skus: Iterable[str], now: datetime) -> None:
    """Let somebody review what an order of theirs had, however often we are told of it."""
    product_ids = sorted(catalog.product_ids_of(skus=skus))
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [customer_id, order_id, now, product_ids])
