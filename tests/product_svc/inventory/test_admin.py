"""What staff do with stock on a page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from common.testing.admin_pages import row_address
from product_svc.inventory.models import StockItem, StockMovement
from tests.product_svc import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client_of: Callable[..., Any]) -> Any:
    return client_of(uuid.uuid4(), "support")


@pytest.fixture
def item() -> StockItem:
    factories.product("MUG", stock=10)
    return StockItem.objects.get(sku="MUG")


def do(client: Any, item: StockItem, action: str, **data: Any) -> Any:
    return client.post(row_address(item, "action", action), data, format="multipart", HTTP_ACCEPT="text/html")


class TestAdjustment:
    def test_is_a_line_of_the_ledger_and_of_the_history(self, support: Any, item: StockItem) -> None:
        do(support, item, "adjust", delta="-3", reason="Broken in the store.")

        item.refresh_from_db()
        movement = StockMovement.objects.latest("pk")
        assert item.on_hand == 7
        assert (movement.delta, movement.reason) == (-3, "Broken in the store.")
        assert LogEntry.objects.get().change_message == "Adjust: -3. Broken in the store."

    def test_leaves_what_is_put_aside(self, support: Any, item: StockItem) -> None:
        answer = do(support, item, "adjust", delta="-11", reason="Stolen.")

        item.refresh_from_db()
        assert item.on_hand == 10
        assert str(next(iter(get_messages(answer.wsgi_request)))).startswith("Adjust, MUG:")
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("delta", ["0", "", "x", "1.5", "9" * 30])
    def test_takes_a_whole_number(self, support: Any, item: StockItem, delta: str) -> None:
        answer = do(support, item, "adjust", delta=delta, reason="Why not.")

        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()


class TestWarning:
    def test_begins_where_it_stands(self, support: Any, item: StockItem) -> None:
        page = support.get(row_address(item, "action", "warn"), HTTP_ACCEPT="text/html").content.decode()
        do(support, item, "warn", low_at="8")

        item.refresh_from_db()
        assert 'value="5"' in page
        assert item.low_at == 8
