"""Orders over HTTP: placed once, seen by their owner, refused clearly."""

from __future__ import annotations

import json
import re
import uuid
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from common import clock
from common.contracts import OrderPlaced, PeopleTold, StockChanged, StockReserved, Telling
from common.events.subscriptions import TryAgainLater
from order_svc.orders import rules
from order_svc.orders.api.serializers import COUNTRIES
from order_svc.orders.models import Order
from order_svc.payments.models import Payment
from tests.order_svc.factories import ADDRESS, NOON, OfferFactory, order_body, placed_order

ORDERS = "/api/v1/orders/"
ADA, EVE = uuid.uuid4(), uuid.uuid4()
NOTHING: dict[str, Any] = {"amount": {"amount": "0.00", "currency": "USD"}, "parts": []}

ClientOf = Callable[..., Any]


def place(client: Any, body: Any, *, key: str = "key-1", content_type: str = "application/json") -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(ORDERS, raw, content_type=content_type, headers={"Idempotency-Key": key})


@pytest.fixture
def ada(client_of: ClientOf) -> Any:
    return client_of(ADA, "customer")


@pytest.mark.django_db
class TestPlacing:
    def test_answers_at_once_with_all_that_is_known(self, ada: Any) -> None:
        OfferFactory(sku="MUG", title="Mug", price_minor=1250)

        response = place(ada, order_body(("MUG", 2)))

        assert response.status_code == 201
        body = response.json()
        assert uuid.UUID(body.pop("id"))
        assert re.fullmatch(r"OC-[0-9A-Z]{10}", body.pop("number"))
        placed_at = body.pop("placed_at")
        assert placed_at.endswith("Z")
        assert body == {
            "status": "placed",
            "cancel_reason": None,
            "customer": str(ADA),
            "lines": [
                {
                    "sku": "MUG",
                    "title": "Mug",
                    "quantity": 2,
                    "unit_price": {"amount": "12.50", "currency": "USD"},
                    "total": {"amount": "25.00", "currency": "USD"},
                    "shipped_at": None,
                    "tracking": "",
                }
            ],
            "total": {"amount": "25.00", "currency": "USD"},
            "totals": {
                "lines": {
                    "amount": {"amount": "25.00", "currency": "USD"},
                    "parts": [
                        {
                            "rule": "unit_price",
                            "of": "MUG",
                            "base": {"amount": "12.50", "currency": "USD"},
                            "rate": "2",
                            "amount": {"amount": "25.00", "currency": "USD"},
                            "is_included": False,
                        }
                    ],
                },
                **dict.fromkeys(["discounts", "shipping", "tax", "rounding"], NOTHING),
                "total": {"amount": "25.00", "currency": "USD"},
            },
            "shipping_address": ADDRESS,
            "payment": {"provider": "sandbox", "status": "pending"},
            "timeline": [{"at": placed_at, "fact": "orders.order_placed.v1", "service": "order_svc", "detail": ""}],
        }

    def test_the_same_key_is_the_same_order(self, ada: Any, told: Any) -> None:
        OfferFactory(sku="MUG")

        first, second = place(ada, order_body(("MUG", 2))), place(ada, order_body(("MUG", 2)))

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert second["Idempotent-Replayed"] == "true"
        assert len(told) == 1

    def test_the_same_key_of_somebody_else_is_another_order(self, ada: Any, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")

        first, second = place(ada, order_body(("MUG", 2))), place(client_of(EVE), order_body(("MUG", 2)))

        assert first.json()["id"] != second.json()["id"]

    def test_the_same_key_for_another_body_is_refused(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        place(ada, order_body(("MUG", 2)))

        response = place(ada, order_body(("MUG", 3)))

        assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")

    @pytest.mark.parametrize("key", [None, "", '""', "with space", "ü", "x" * 256])
    def test_needs_a_key(self, ada: Any, key: str | None) -> None:
        headers = {} if key is None else {"Idempotency-Key": key}

        response = ada.post(ORDERS, order_body(("MUG", 2)), headers=headers)

        assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_required")

    def test_a_refused_one_may_be_put_right_under_the_same_key(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        assert place(ada, order_body(("POT", 2))).status_code == 400

        assert place(ada, order_body(("MUG", 2))).status_code == 201

    def test_a_changed_total_is_a_conflict(self, ada: Any) -> None:
        OfferFactory(sku="MUG", price_minor=1300)
        expected = {"amount": "12.50", "currency": "USD"}

        response = place(ada, order_body(("MUG", 1), expected_total=expected))

        assert (response.status_code, response.json()["code"]) == (409, "total_changed")
        assert "13.00 USD" in response.json()["detail"]

    def test_explains_its_total(self, ada: Any, settings: Any) -> None:
        settings.SHIPPING_RATES = {"USD": 490}
        settings.TAX_PERCENTS, settings.TAX_IS_INCLUDED = {"GB": Decimal(20)}, False
        settings.TOTALS_ROUNDED_TO = {"USD": 5}
        OfferFactory(sku="MUG", price_minor=1250)

        placed = place(ada, order_body(("MUG", 2))).json()

        steps = ("lines", "discounts", "shipping", "tax", "rounding")
        amounts = {step: placed["totals"][step]["amount"]["amount"] for step in steps}
        assert amounts == {"lines": "25.00", "discounts": "0.00", "shipping": "4.90", "tax": "5.98", "rounding": "0.02"}
        assert placed["total"] == placed["totals"]["total"] == {"amount": "35.90", "currency": "USD"}
        assert [(tax["of"], tax["rate"]) for tax in placed["totals"]["tax"]["parts"]] == [
            ("MUG", "20"),
            ("shipping", "20"),
        ]
        assert ada.get(f"{ORDERS}{placed['id']}/").json()["totals"] == placed["totals"]

    def test_costs_few_queries(self, ada: Any, django_assert_max_num_queries: Any) -> None:
        skus = [OfferFactory().sku for _ in range(100)]

        with django_assert_max_num_queries(17):
            assert place(ada, order_body(*((sku, 1) for sku in skus))).status_code == 201

    def test_a_visitor_must_sign_in(self, visitor: Any) -> None:
        assert place(visitor, order_body(("MUG", 1))).status_code == 401


@pytest.mark.django_db(transaction=True)
class TestPlacingAtTheSameTime:
    def test_twenty_with_one_key_are_one_order(self, client_of: ClientOf, told: Any) -> None:
        OfferFactory(sku="MUG")

        def once(_: int) -> Any:
            try:
                return place(client_of(ADA), order_body(("MUG", 1)))
            finally:
                connection.close()

        with ThreadPoolExecutor(20) as threads:
            answers = list(threads.map(once, range(20)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(told.named(OrderPlaced)) == Order.objects.count() == 1


def changed(**changes: Any) -> dict[str, Any]:
    return order_body(("MUG", 1), **changes)


def address(**changes: Any) -> dict[str, Any]:
    return changed(shipping_address={**ADDRESS, **changes})


def paid_with(payment: Any) -> dict[str, Any]:
    return changed(payment=payment)


BAD_BODIES = [
    ([], "non_field_errors"),
    ("text", "non_field_errors"),
    (None, "non_field_errors"),
    ({}, "shipping_address"),
    (changed(items=None), "items"),
    (changed(items={}), "items"),
    (changed(items=[]), "items"),
    (changed(items=[None]), "items.0"),
    (changed(items=[[[]]]), "items.0"),
    (changed(items=[{"sku": "MUG"}]), "items.0.quantity"),
    (order_body(("MUG", -1)), "items.0.quantity"),
    (order_body(("MUG", 0)), "items.0.quantity"),
    (order_body(("MUG", 1001)), "items.0.quantity"),
    (order_body(("MUG", 10**30)), "items.0.quantity"),
    (order_body(("MUG", 1.5)), "items.0.quantity"),
    (order_body(("MUG", True)), "items.0.quantity"),
    (order_body(("MUG", "2")), "items.0.quantity"),
    (order_body(("MUG", None)), "items.0.quantity"),
    (order_body(("MUG", "many")), "items.0.quantity"),
    (order_body(("MUG", {})), "items.0.quantity"),
    (order_body(("MUG", 1), ("MUG", 1000)), "items.1.quantity"),
    (order_body(("MUG", 1), ("POT", 1)), "items.1.sku"),
    (order_body(("", 1)), "items.0.sku"),
    (order_body(("x" * 129, 1)), "items.0.sku"),
    (order_body(("M\x00G", 1)), "items.0.sku"),
    (order_body((["MUG"], 1)), "items.0.sku"),
    (order_body(*[("MUG", 1)] * 101), "items"),
    (order_body(*[("MUG", 1)] * 10_000), "items"),
    (order_body(("DIAMOND", 1000)), "items"),
    (order_body(("MUG", 1), ("CUP", 1)), "items"),
    (changed(shipping_address="London"), "shipping_address"),
    (changed(shipping_address=None), "shipping_address"),
    (address(full_name=""), "shipping_address.full_name"),
    (address(full_name="Ada\u202eX"), "shipping_address.full_name"),
    (address(full_name="Ada\nX"), "shipping_address.full_name"),
    (address(line1="x" * 201), "shipping_address.line1"),
    (address(line2="a\x00b"), "shipping_address.line2"),
    (address(city={"name": "London"}), "shipping_address.city"),
    (address(city=""), "shipping_address.city"),
    (address(postal_code="!!"), "shipping_address.postal_code"),
    (address(postal_code="SW1Y 4JH!"), "shipping_address.postal_code"),
    (address(postal_code=None), "shipping_address.postal_code"),
    (address(postal_code=7), "shipping_address.postal_code"),
    (address(postal_code="1" * 21), "shipping_address.postal_code"),
    (address(country="GBR"), "shipping_address.country"),
    (address(country="EU"), "shipping_address.country"),
    (address(country=["GB"]), "shipping_address.country"),
    (address(phone="0207 946 0000"), "shipping_address.phone"),
    (address(phone="+٤٤٢٠٧٩٤٦٠٠"), "shipping_address.phone"),
    (paid_with(None), "payment"),
    (paid_with({"provider": "sandbox"}), "payment.token"),
    (paid_with({"provider": "bank", "token": "tok_success"}), "payment.provider"),
    (paid_with({"provider": "sandbox", "token": "x" * 256}), "payment.token"),
    (changed(expected_total=12.5), "expected_total"),
    (changed(expected_total={"amount": "1e99", "currency": "USD"}), "expected_total"),
    (changed(expected_total={"amount": "-1", "currency": "USD"}), "expected_total"),
    (changed(expected_total={"amount": "NaN", "currency": "USD"}), "expected_total"),
    (changed(expected_total={"amount": "1", "currency": "XXQ"}), "expected_total"),
    (changed(expected_total={"amount": "1", "currency": ["USD"]}), "expected_total"),
]


@pytest.mark.django_db
class TestBadBodies:
    @pytest.fixture(autouse=True)
    def _offers(self) -> None:
        OfferFactory(sku="MUG")
        OfferFactory(sku="CUP", currency="EUR")
        OfferFactory(sku="DIAMOND", price_minor=10**12)

    @pytest.mark.parametrize(("body", "field"), BAD_BODIES)
    def test_are_refused_by_the_field_that_is_bad(self, ada: Any, told: Any, body: Any, field: str) -> None:
        response = place(ada, body)

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert field in response.json()["errors"]
        assert not told

    @pytest.mark.parametrize(
        "text",
        ["", "{", "nonsense", "[" * 100_000, '{"items": NaN}', '{"items": 1e400}', "\xff", '{"a": ' + "9" * 5000 + "}"],
    )
    def test_what_is_no_json_is_refused(self, ada: Any, text: str) -> None:
        response = place(ada, text.encode("latin-1"))

        assert response.status_code == 400

    def test_another_media_type_is_refused(self, ada: Any) -> None:
        assert place(ada, b"<order/>", content_type="application/xml").status_code == 415

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_another_method_is_refused(self, ada: Any, method: str) -> None:
        assert getattr(ada, method)(ORDERS).status_code == 405


@pytest.mark.django_db
class TestAddresses:
    def test_know_the_countries_of_iso_3166(self) -> None:
        assert len(COUNTRIES) == 249
        assert {"GB", "DE", "US", "AQ"} <= set(COUNTRIES)

    def test_optional_parts_may_be_empty(self, ada: Any) -> None:
        OfferFactory(sku="MUG")

        response = place(ada, address(line2="", region=None, phone="+442079460000"))

        assert response.json()["shipping_address"] == {**ADDRESS, "phone": "+442079460000"}

    def test_need_no_postal_code_where_there_are_none(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        hong_kong = {"full_name": "Ada", "line1": "1 Connaught Place", "region": "Hong Kong Island", "country": "HK"}

        response = place(ada, changed(shipping_address=hong_kong))

        assert (response.status_code, response.json()["shipping_address"]) == (201, hong_kong)

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ({"country": "gb"}, {"country": "GB"}),
            ({"postal_code": "sw1y 4jh"}, {"postal_code": "SW1Y 4JH"}),
            (
                {"country": "JP", "postal_code": "\uff11\uff10\uff16-\uff10\uff10\uff13\uff12"},
                {"country": "JP", "postal_code": "106-0032"},
            ),
        ],
    )
    def test_are_kept_in_their_usual_spelling(self, ada: Any, given: dict[str, str], kept: dict[str, str]) -> None:
        OfferFactory(sku="MUG")

        response = place(ada, address(**given))

        assert response.json()["shipping_address"] == {**ADDRESS, **kept}

    @pytest.mark.parametrize(("country", "postal_code"), [("US", "04101"), ("ES", "28013"), ("CH", "8001")])
    def test_need_no_region(self, ada: Any, country: str, postal_code: str) -> None:
        OfferFactory(sku="MUG")

        assert place(ada, address(country=country, postal_code=postal_code)).status_code == 201

    @pytest.mark.parametrize("country", COUNTRIES)
    def test_are_known_of_each_country(self, country: str) -> None:
        assert rules.needed_in_address(country) <= {"city", "postal_code"}
        fault = rules.fault_of_postal_code("!!", country=country)
        assert not fault or country in fault


@pytest.mark.django_db
class TestListing:
    def test_shows_ones_own_newest_first(self, ada: Any) -> None:
        first, second = placed_order(customer_id=ADA), placed_order(customer_id=ADA)
        placed_order(customer_id=EVE)

        body = ada.get(ORDERS).json()

        assert [order["id"] for order in body["results"]] == [str(second.id), str(first.id)]
        assert body["next"] is None

    def test_pages_by_cursor(self, ada: Any) -> None:
        orders = [placed_order(customer_id=ADA) for _ in range(3)]

        first = ada.get(ORDERS, {"page_size": 2}).json()
        rest = ada.get(first["next"]).json()

        seen = [order["id"] for order in first["results"] + rest["results"]]
        assert seen == [str(order.id) for order in reversed(orders)]

    @pytest.mark.parametrize(
        "query", [{"page_size": "0"}, {"page_size": "x"}, {"cursor": "x"}, {"cursor": b64encode(b"p=x").decode()}]
    )
    def test_a_bad_parameter_is_refused(self, ada: Any, query: dict[str, str]) -> None:
        placed_order(customer_id=ADA)

        assert ada.get(ORDERS, query).status_code == 400

    def test_costs_as_many_queries_for_many_as_for_one(self, ada: Any, django_assert_max_num_queries: Any) -> None:
        for _ in range(5):
            placed_order(customer_id=ADA)

        with django_assert_max_num_queries(3):
            ada.get(ORDERS)

    def test_a_visitor_must_sign_in(self, visitor: Any) -> None:
        assert visitor.get(ORDERS).status_code == 401


@pytest.mark.django_db
class TestOneOrder:
    def test_is_shown_to_its_customer_and_to_staff(self, ada: Any, client_of: ClientOf) -> None:
        order = placed_order(customer_id=ADA, now=NOON)

        assert ada.get(f"{ORDERS}{order.id}/").json()["placed_at"] == "2026-01-01T12:00:00Z"
        assert client_of(EVE, "support").get(f"{ORDERS}{order.id}/").json()["id"] == str(order.id)

    def test_one_from_before_totals_were_kept_cost_its_lines(self, ada: Any) -> None:
        order = placed_order(customer_id=ADA)
        Order.objects.update(reckoning=None)

        totals = ada.get(f"{ORDERS}{order.id}/").json()["totals"]

        assert totals["total"] == totals["lines"]["amount"] == {"amount": "25.00", "currency": "USD"}

    def test_is_hidden_from_everybody_else(self, client_of: ClientOf, visitor: Any) -> None:
        order = placed_order(customer_id=ADA)

        assert client_of(EVE, "customer").get(f"{ORDERS}{order.id}/").status_code == 404
        assert client_of(EVE, "seller").get(f"{ORDERS}{order.id}/").status_code == 404
        assert visitor.get(f"{ORDERS}{order.id}/").status_code == 401

    @pytest.mark.parametrize("order_id", [uuid.uuid4(), "not-a-uuid", "1"])
    def test_one_that_is_not_there_is_a_problem(self, ada: Any, order_id: Any) -> None:
        response = ada.get(f"{ORDERS}{order_id}/")

        assert response.status_code == 404
        assert response.json()["code"] == "not_found"


@pytest.mark.django_db(transaction=True)
class TestTimeline:
    def test_tells_what_happened_where_and_when(self, ada: Any, hear: Callable[..., bool]) -> None:
        order = placed_order(customer_id=ADA)

        hear(StockReserved(version=1, order_id=str(order.id)))
        hear(moved(order, delta=-2))
        told = clock.now()
        hear(people_told(order, at=told))
        ada.post(f"{ORDERS}{order.id}/cancel/")
        hear(moved(order, delta=2))

        timeline = ada.get(f"{ORDERS}{order.id}/").json()["timeline"]
        reference = Payment.objects.get().provider_reference
        assert [(entry["fact"], entry["service"], entry["detail"]) for entry in timeline] == [
            ("orders.order_placed.v1", "order_svc", ""),
            ("inventory.stock_reserved.v1", "product_svc", ""),
            ("payments.payment_authorised.v1", "order_svc", reference),
            ("payments.payment_captured.v1", "order_svc", reference),
            ("orders.order_confirmed.v1", "order_svc", ""),
            ("inventory.stock_changed.v1", "product_svc", "MUG: 2 taken out"),
            ("notifications.people_told.v1", "notify_svc", "buyer, email: orders.order_confirmed.v1"),
            ("orders.order_cancelled.v1", "order_svc", "customer"),
            ("inventory.stock_changed.v1", "product_svc", "MUG: 2 put back"),
        ]
        times = [entry["at"] for entry in timeline]
        assert times == sorted(times)

    def test_has_each_thing_once(self, ada: Any, hear: Callable[..., bool]) -> None:
        order = placed_order(customer_id=ADA)
        fact, fact_id = people_told(order, at=clock.now()), uuid.uuid4()

        for _ in range(2):
            hear(fact, fact_id=fact_id)

        assert len(ada.get(f"{ORDERS}{order.id}/").json()["timeline"]) == 2

    def test_passes_over_orders_of_others(self, hear: Callable[..., bool]) -> None:
        order = placed_order(customer_id=ADA)

        hear(people_told(order, at=clock.now(), order_id=str(uuid.uuid4())))

        assert order.events.count() == 1

    def test_says_when_a_provider_did_not_answer(self, ada: Any, hear: Callable[..., bool]) -> None:
        order = placed_order(customer_id=ADA, token="tok_flaky")

        with pytest.raises(TryAgainLater):
            hear(StockReserved(version=1, order_id=str(order.id)))

        last = ada.get(f"{ORDERS}{order.id}/").json()["timeline"][-1]
        assert (last["fact"], last["detail"]) == (
            "payments.provider_unanswered.v1",
            "authorise: the sandbox answered 503",
        )


def moved(order: Order, *, delta: int) -> StockChanged:
    return StockChanged(
        version=2, sku="MUG", product_id=str(uuid.uuid4()), on_hand=5, available=5, delta=delta, order_id=str(order.id)
    )


def people_told(order: Order, *, at: datetime, order_id: str = "") -> PeopleTold:
    telling = Telling(
        order_id=order_id or str(order.id),
        event="orders.order_confirmed.v1",
        audience="buyer",
        channel="email",
        at=at.isoformat(),
    )
    return PeopleTold(version=1, batch_id=str(uuid.uuid4()), tellings=(telling,))
