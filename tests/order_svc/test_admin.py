"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common import clock
from common.money import Money
from common.testing.admin_pages import AdminPages, row_address
from order_svc.carts import services as carts
from order_svc.payments import services as payments
from tests.order_svc.factories import OfferFactory, placed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(client_of: Callable[..., Any]) -> None:
    """Three of everything."""
    for number in range(3):
        order = placed_order()
        holder = carts.holder_of(customer_id=uuid.uuid4(), token="")
        carts.add_item(holder=holder, sku=OfferFactory().sku, quantity=2)
        charge = payments.Charge(
            reference=f"stray_{number}", state=payments.ChargeState.CAPTURED, amount=Money(500, "USD")
        )
        payments.keep_stray_charge(provider="sandbox", charge=charge, now=clock.now())
        client_of(uuid.uuid4(), "admin").post(
            row_address(order, "action", "cancel"), {"reason": "x"}, format="multipart"
        )


class TestPages(AdminPages):
    most_queries = 10
