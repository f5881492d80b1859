"""An order's way through the real platform, from sign-up to live notification."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ops.commands.verify import verify
from ops.platform import Platform
from tests.system.people import mails, place, publish, settled, sign_up, wait_until


class TestOrder:
    def test_is_confirmed_and_everybody_hears_of_it(self, platform: Platform) -> None:
        seller, buyer = sign_up(platform.url, "seller"), sign_up(platform.url)
        sku = publish(seller, stock=5)

        with buyer.shop.live_feed() as feed:
            assert feed.receive(within_seconds=10)["type"] == "ready"
            order = place(buyer, sku, quantity=2)
            assert order["status"] == "placed"
            live = feed.wait_for(lambda message: message["type"] == "notification", within_seconds=10)

        assert live["event"] == "orders.order_confirmed.v1"
        assert live["data"]["order_id"] == order["id"]
        assert settled(buyer, order["id"])["status"] == "confirmed"
        wait_until(lambda: seller.shop.stock(sku) == {"sku": sku, "on_hand": 3, "reserved": 0, "available": 3})
        wait_until(lambda: [told["data"].get("order_id") for told in seller.shop.notifications()] == [order["id"]])
        wait_until(lambda: buyer.email in mails(platform))

    @pytest.mark.parametrize(
        ("token", "status", "reason"),
        [
            ("tok_declined", "cancelled", "payment_declined"),
            ("tok_insufficient_funds", "cancelled", "payment_declined"),
            ("tok_timeout", "confirmed", None),
            ("tok_flaky", "confirmed", None),
        ],
    )
    def test_ends_as_its_card_does(self, platform: Platform, token: str, status: str, reason: str | None) -> None:
        seller, buyer = sign_up(platform.url, "seller"), sign_up(platform.url)
        sku = publish(seller, stock=5)

        order = settled(buyer, place(buyer, sku, token=token)["id"], seconds=60)

        assert (order["status"], order["cancel_reason"]) == (status, reason)
        left = 4 if status == "confirmed" else 5
        wait_until(lambda: seller.shop.stock(sku) == {"sku": sku, "on_hand": left, "reserved": 0, "available": left})

    def test_two_hundred_buyers_share_twenty_pieces(self, platform: Platform) -> None:
        seller = sign_up(platform.url, "seller")
        sku = publish(seller, stock=20)
        with ThreadPoolExecutor(16) as crowd:
            buyers = list(crowd.map(lambda _: sign_up(platform.url, patience_seconds=30), range(20)))
            customers = buyers * 10
            placed = list(crowd.map(lambda buyer: place(buyer, sku), customers))

        ended = [settled(buyer, order["id"], seconds=120) for buyer, order in zip(customers, placed, strict=True)]

        outcomes = [(order["status"], order["cancel_reason"]) for order in ended]
        assert outcomes.count(("confirmed", None)) == 20
        assert outcomes.count(("cancelled", "out_of_stock")) == 180
        wait_until(lambda: seller.shop.stock(sku) == {"sku": sku, "on_hand": 0, "reserved": 0, "available": 0})
        assert verify(platform) == {}

    def test_is_one_however_often_it_is_sent(self, platform: Platform) -> None:
        seller, buyer = sign_up(platform.url, "seller"), sign_up(platform.url)
        sku = publish(seller, stock=50)

        with ThreadPoolExecutor(10) as hands:
            orders = list(hands.map(lambda _: place(buyer, sku, key="the-same-key"), range(20)))

        assert len({order["id"] for order in orders}) == 1
