"""Whatever dies, every order that was acknowledged is settled, and the books agree."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from common.topology import PRODUCTS, USERS, Service
from ops.commands.verify import verify
from ops.platform import Platform
from ops.shop import Refused, Shop
from tests.system.crowd import Crowd
from tests.system.people import PASSWORD, Person, mails, place, publish, settled, sign_up, until_answered, wait_until
from tests.system.visitor import Browser

VICTIMS = (
    "order_svc.worker",
    "order_svc.worker-work",
    "product_svc.worker",
    "notify_svc.worker",
    "order_svc.relay",
    "product_svc.relay",
    "order_svc.web",
    "product_svc.web",
    "gateway_svc.web",
    "notify_svc.sockets",
    "scheduler",
    "redis",
    "rabbitmq",
    "postgres",
    "s3",
)
SECONDS_BETWEEN_KILLS = 4.0


class Traffic:
    """Buyers who order again and again, and repeat a request with its key until it is answered."""

    def __init__(self, buyers: list[Person], sku: str) -> None:
        self.orders: list[tuple[Person, dict[str, Any]]] = []
        self._sku = sku
        self._crowd = Crowd([partial(self._order, buyer) for buyer in buyers], pause_seconds=0.1)

    def __enter__(self) -> None:
        self._crowd.__enter__()

    def __exit__(self, *raised: object) -> None:
        self._crowd.__exit__(*raised)

    def _order(self, buyer: Person) -> None:
        key = secrets.token_hex(16)
        self.orders.append((buyer, until_answered(lambda: place(buyer, self._sku, key=key))))


@pytest.fixture
def traffic(platform: Platform) -> Traffic:
    seller = sign_up(platform.url, "seller", patience_seconds=30)
    sku = publish(seller, stock=100_000)
    buyers = [sign_up(platform.url, patience_seconds=30) for _ in range(4)]
    return Traffic(buyers, sku)


class TestKill:
    def test_nothing_is_lost_while_everything_is_killed_in_turn(self, platform: Platform, traffic: Traffic) -> None:
        with traffic:
            for victim in VICTIMS:
                killed = platform.kill(victim)
                time.sleep(SECONDS_BETWEEN_KILLS)
                wait_until(
                    lambda victim=victim, killed=killed: _pid(platform, victim) not in {None, killed}, seconds=60
                )
            wait_until(lambda: platform.status()["ready"], seconds=90)

        assert len(traffic.orders) > len(VICTIMS)
        for buyer, order in traffic.orders:
            assert settled(buyer, order["id"], seconds=120)["status"] == "confirmed"
        assert verify(platform) == {}
        # Letters go out by schedule: the scheduler and its broker's connection live again.
        numbers = {order["number"] for _, order in traffic.orders}
        wait_until(lambda: all(number in letters for letters in [mails(platform)] for number in numbers), seconds=120)


class TestFrozenBroker:
    def test_orders_are_taken_and_settled_when_it_thaws(self, platform: Platform, traffic: Traffic) -> None:
        broker = next(server["pid"] for server in platform.status()["servers"] if server["name"] == "rabbitmq")
        os.kill(broker, signal.SIGSTOP)
        try:
            with traffic:
                time.sleep(15)
        finally:
            os.kill(broker, signal.SIGCONT)

        assert len(traffic.orders) > 50
        for buyer, order in traffic.orders:
            assert settled(buyer, order["id"], seconds=180)["status"] == "confirmed"
        assert verify(platform) == {}


class TestServiceDown:
    def test_the_catalogue_is_gone_and_orders_are_taken(self, platform: Platform, traffic: Traffic) -> None:
        with frozen(platform, PRODUCTS), traffic:
            time.sleep(5)

        assert len(traffic.orders) > 10
        for buyer, order in traffic.orders:
            assert settled(buyer, order["id"], seconds=120)["status"] == "confirmed"

    def test_people_stay_signed_in_and_buy_without_user_svc(self, platform: Platform) -> None:
        buyer, sku = sign_up(platform.url), publish(sign_up(platform.url, "seller"), stock=5)
        browser = Browser(platform.url)
        browser.register(f"browser-{secrets.token_hex(6)}@example.com", PASSWORD)

        with frozen(platform, USERS):
            order = place(buyer, sku)
            assert settled(buyer, order["id"])["status"] == "confirmed"
            assert browser.look("/api/v1/orders/", "application/json").status == 200
            overview = buyer.shop.request("GET", "/api/v1/me/overview/")
            with pytest.raises(Refused) as refused:
                Shop(platform.url, timeout_seconds=30).sign_in(email=buyer.email, password=PASSWORD)

        assert (overview["degraded"], overview["profile"]) == (["profile"], None)
        assert [each["id"] for each in overview["orders"]] == [order["id"]]
        assert (refused.value.status, refused.value.code) in {(503, "timed_out"), (503, "overloaded")}


@contextmanager
def frozen(platform: Platform, service: Service) -> Iterator[None]:
    """Its processes are there, and do nothing."""
    stopped = [entry["pid"] for entry in platform.status()["processes"] if entry["service"] == service.name]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


def _pid(platform: Platform, name: str) -> int | None:
    status = platform.status()
    return next(entry["pid"] for entry in [*status["processes"], *status["servers"]] if entry["name"] == name)
