"""All pages of this admin: who sees them, and that they cost little however much there is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common import clock
from common.admin.model_admin import ServiceAdmin
from common.money import Money
from common.testing import admin_pages
from common.testing.admin_pages import list_address, row_address
from order_svc.carts import services as carts
from order_svc.config import urls
from order_svc.payments import services as payments
from tests.order_svc.factories import OfferFactory, placed_order

pytestmark = pytest.mark.django_db
assert urls.urlpatterns  # registers the models
MOST_QUERIES = 10
HTML = {"HTTP_ACCEPT": "text/html"}


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


@pytest.mark.parametrize("model_admin", admin_pages.model_admins(), ids=admin_pages.name_of)
class TestPages:
    def test_are_closed_to_customers(self, client_of: Callable[..., Any], model_admin: ServiceAdmin) -> None:
        assert client_of(uuid.uuid4(), "customer").get(list_address(model_admin.model)).status_code == 403

    @pytest.mark.usefixtures("rows")
    def test_list_and_show_rows(
        self, client_of: Callable[..., Any], model_admin: ServiceAdmin, django_assert_max_num_queries: Any
    ) -> None:
        support = client_of(uuid.uuid4(), "support")

        with django_assert_max_num_queries(MOST_QUERIES):
            listed = support.get(list_address(model_admin.model), **HTML)
        for row in model_admin.model._default_manager.all()[:3]:
            with django_assert_max_num_queries(MOST_QUERIES):
                shown = support.get(row_address(row), **HTML)
            assert shown.status_code == 200

        assert listed.status_code == 200

    def test_are_found_by_an_index(self, model_admin: ServiceAdmin) -> None:
        assert admin_pages.costly_looks(model_admin) == []
