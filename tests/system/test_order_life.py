"""The life of an order after it was paid, through the gateway, on the real platform."""

from __future__ import annotations

from typing import Any

import pytest

from ops.commands.verify import verify
from ops.platform import Platform
from ops.shop import Refused
from tests.system.people import (
    Person,
    admin_of,
    mails,
    move,
    place,
    publish,
    settled,
    sign_up,
    told,
    wait_until,
)

CONFIRMED, REFUNDED = "orders.order_confirmed.v1", "orders.order_refunded.v1"
SHIPPED, DELIVERED = "orders.order_shipped.v1", "orders.order_delivered.v1"


def timeline(person: Person, order: dict[str, Any]) -> list[tuple[str, str, str]]:
    entries = person.shop.order(order["id"])["timeline"]
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    return [(entry["service"], entry["fact"], entry["detail"]) for entry in entries]


class TestLifeOfAnOrder:
    def test_is_sent_and_delivered(self, platform: Platform) -> None:
        seller, buyer = sign_up(platform.url, "seller"), sign_up(platform.url)
        order = settled(buyer, place(buyer, publish(seller, stock=5), quantity=2)["id"])
        assert order["status"] == "confirmed"

        sent = move(seller, order["id"], "ship", {"tracking": "1Z999"})
        assert (sent["status"], "payment" in sent, sent["lines"][0]["tracking"]) == ("shipped", False, "1Z999")
        assert move(buyer, order["id"], "deliver")["status"] == "delivered"

        wait_until(lambda: sorted(told(buyer)) == sorted([CONFIRMED, SHIPPED, DELIVERED]))
        wait_until(lambda: "1Z999" in mails(platform))
        wait_until(
            lambda: {service for service, *_ in timeline(buyer, order)} == {"order_svc", "product_svc", "notify_svc"}
        )
        wait_until(
            lambda: (
                ("notify_svc", "notifications.people_told.v1", f"buyer, email: {DELIVERED}") in timeline(buyer, order)
            )
        )
        assert verify(platform) == {}

    def test_is_called_off_refunded_and_restocked(self, platform: Platform) -> None:
        seller, buyer = sign_up(platform.url, "seller"), sign_up(platform.url)
        sku = publish(seller, stock=5)
        order = settled(buyer, place(buyer, sku, quantity=2)["id"])

        assert move(buyer, order["id"], "cancel")["cancel_reason"] == "customer"
        with pytest.raises(Refused) as refusal:
            move(seller, order["id"], "ship")

        assert refusal.value.code == "order_not_shippable"
        wait_until(lambda: buyer.shop.order(order["id"])["payment"]["status"] == "refunded")
        wait_until(lambda: seller.shop.stock(sku) == {"sku": sku, "on_hand": 5, "reserved": 0, "available": 5})
        wait_until(lambda: REFUNDED in told(buyer))
        wait_until(lambda: "orders.order_cancelled.v1" in told(seller))
        facts = [fact for _, fact, _ in timeline(buyer, order)]
        assert "payments.payment_refunded.v1" in facts
        assert verify(platform) == {}

    def test_is_nobodys_business_who_has_no_part_in_it(self, platform: Platform) -> None:
        seller, buyer, stranger = sign_up(platform.url, "seller"), sign_up(platform.url), sign_up(platform.url)
        order = place(buyer, publish(seller, stock=5))

        for what in ("cancel", "ship", "deliver"):
            with pytest.raises(Refused) as refusal:
                move(stranger, order["id"], what)
            assert refusal.value.status == 404
        found = admin_of(platform).request("GET", f"/api/v1/orders/?number={order['number']}")
        assert [each["id"] for each in found["results"]] == [order["id"]]


class TestNotices:
    def test_come_through_the_gateway_and_are_refused_unsigned(self, platform: Platform) -> None:
        visitor = sign_up(platform.url).shop.another_visitor()

        with pytest.raises(Refused) as refusal:
            visitor.request("POST", "/api/v1/payments/webhooks/sandbox/", body={"id": "evt_1"})

        assert (refusal.value.status, refusal.value.code) == (400, "bad_signature")
