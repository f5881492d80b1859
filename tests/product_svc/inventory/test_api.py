"""Stock over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common.contracts import StockChanged, StockLow
from product_svc.inventory import services
from tests.product_svc.factories import NOON, Somebody, line, product

pytestmark = pytest.mark.django_db

SELLER = Somebody(uuid.UUID(int=1))
STOCK = "/api/v1/inventory/MUG/"
ADJUST = "/api/v1/inventory/MUG/adjust/"
WARNING = "/api/v1/inventory/MUG/warning/"
CORRECTION = {"delta": 5, "reason": "found behind the shelf"}

Client = Callable[..., Any]


@pytest.fixture(autouse=True)
def mug() -> Any:
    return product("MUG", stock=10, author=SELLER)


class TestStock:
    def test_tells_what_is_there_and_what_is_put_aside(self, client_of: Client) -> None:
        services.reserve_stock(order_id=uuid.uuid4(), lines=[line("MUG", 3)], now=NOON)

        answer = client_of(SELLER.id, "seller").get(STOCK)

        assert answer.json() == {"sku": "MUG", "on_hand": 10, "reserved": 3, "available": 7}

    def test_answers_staff(self, client_of: Client) -> None:
        assert client_of(uuid.uuid4(), "support").get(STOCK).status_code == 200

    @pytest.mark.parametrize("sku", ["GHOST", "%20", "a" * 300, "%E2%98%83"])
    def test_knows_no_such_sku(self, client_of: Client, sku: str) -> None:
        assert client_of(uuid.uuid4(), "admin").get(f"/api/v1/inventory/{sku}/").status_code == 404


class TestFirstStock:
    @pytest.mark.parametrize("stock", [10, 0])
    def test_is_told_also_where_there_is_none(self, told: Any, stock: int) -> None:
        product("CUP", stock=stock, author=SELLER)

        assert [(fact.sku, fact.available) for fact in told.named(StockChanged)][-1] == ("CUP", stock)


class TestStockAdjustment:
    def test_corrects_the_count(self, client_of: Client, told: Any, mug: Any) -> None:
        answer = client_of(SELLER.id, "seller").post(ADJUST, CORRECTION)

        assert (answer.status_code, answer.json()["on_hand"]) == (200, 15)
        changed = StockChanged(version=2, sku="MUG", product_id=str(mug.id), on_hand=15, available=15)
        assert told.facts()[-1] == changed

    def test_leaves_what_is_put_aside(self, client_of: Client) -> None:
        services.reserve_stock(order_id=uuid.uuid4(), lines=[line("MUG", 3)], now=NOON)

        answer = client_of(SELLER.id, "seller").post(ADJUST, {"delta": -8, "reason": "broken"})

        assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_stock")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"delta": 0, "reason": "x"}, "delta"),
            ({"delta": 1_000_001, "reason": "x"}, "delta"),
            ({"delta": -1_000_001, "reason": "x"}, "delta"),
            ({"delta": 1.5, "reason": "x"}, "delta"),
            ({"delta": "1e3", "reason": "x"}, "delta"),
            ({"delta": True, "reason": "x"}, "delta"),
            ({"delta": None, "reason": "x"}, "delta"),
            ({"reason": "x"}, "delta"),
            ({"delta": 1}, "reason"),
            ({"delta": 1, "reason": " "}, "reason"),
            ({"delta": 1, "reason": "x" * 201}, "reason"),
            ({"delta": 1, "reason": "a\x00b"}, "reason"),
            ({"delta": 1, "reason": {"a": 1}}, "reason"),
        ],
    )
    def test_refuses_what_is_no_correction(self, client_of: Client, body: dict[str, Any], field: str) -> None:
        answer = client_of(SELLER.id, "seller").post(ADJUST, body)

        assert answer.status_code == 400
        assert field in answer.json()["errors"]

    @pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"delta": NaN, "reason": "x"}', "[" * 100_000])
    def test_refuses_what_is_no_object(self, client_of: Client, content: str) -> None:
        client = client_of(SELLER.id, "seller")

        answer = client.generic("POST", ADJUST, content, content_type="application/json")

        assert answer.status_code == 400


class TestStockWarning:
    def test_is_set_for_a_sku(self, client_of: Client) -> None:
        answer = client_of(SELLER.id, "seller").put(WARNING, {"low_at": 2})

        assert (answer.status_code, answer.json()["low_at"]) == (200, 2)
        assert client_of(SELLER.id, "seller").get(WARNING).json() == {"low_at": 2}

    def test_is_not_told_by_being_set(self, client_of: Client, told: Any) -> None:
        client_of(SELLER.id, "seller").put(WARNING, {"low_at": 50})

        assert told.named(StockLow) == []

    @pytest.mark.parametrize("low_at", [-1, 1_000_001, 1.5, True, None, "many", [], {}])
    def test_is_a_number_of_pieces(self, client_of: Client, low_at: Any) -> None:
        answer = client_of(SELLER.id, "seller").put(WARNING, {"low_at": low_at})

        assert answer.status_code == 400
        assert "low_at" in answer.json()["errors"]

    def test_names_its_mark(self, client_of: Client) -> None:
        answer = client_of(SELLER.id, "seller").put(WARNING, {})

        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["low_at"])


class TestWhoMay:
    """Each route, each kind of person."""

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [("get", STOCK, None), ("get", WARNING, None), ("put", WARNING, {"low_at": 3}), ("post", ADJUST, CORRECTION)],
    )
    def test_ask(self, client_of: Client, visitor: Any, method: str, path: str, body: Any) -> None:
        people = {
            "visitor": visitor,
            "customer": client_of(uuid.uuid4(), "customer"),
            "another seller": client_of(uuid.uuid4(), "seller"),
            "its seller": client_of(SELLER.id, "seller"),
            "staff": client_of(uuid.uuid4(), "support"),
        }

        answers = {who: getattr(client, method)(path, body).status_code for who, client in people.items()}

        assert answers == {"visitor": 401, "customer": 403, "another seller": 404, "its seller": 200, "staff": 200}
