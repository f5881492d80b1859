"""The relay loses nothing, and one aggregate's trouble is no other's."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import transaction
from kombu import Connection, Queue
from prometheus_client import REGISTRY

from common.contracts import Contract, StockChanged, StockReserved
from common.events import broker
from common.events.message import envelope, task_body, task_headers
from common.events.models import OutboxMessage
from common.events.outbox import publish
from common.events.relay import _LOCK, Relay, open_database
from common.events.subscriptions import Subscription
from common.topology import NOTIFICATIONS
from tests.common.events.conftest import database_url
from tests.common.events.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)


def reserved(order: str, version: int = 1) -> StockReserved:
    return StockReserved(version=version, order_id=order)


def changed(sku: str) -> StockChanged:
    return StockChanged(version=1, sku=sku, product_id="p", on_hand=1, available=1)


def tell(*facts: Contract) -> None:
    for fact in facts:
        with transaction.atomic():
            publish(fact)


@contextmanager
def running(relay: Relay) -> Iterator[None]:
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield
    finally:
        relay.stop()
        thread.join(10)


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def unsent() -> int:
    return OutboxMessage.objects.filter(published_at=None).count()


def heard(ear: Queue) -> list[Any]:
    facts = []
    while message := ear.get(no_ack=True):
        facts.append(message.payload[1]["fact"])
    return facts


def batches() -> float:
    return REGISTRY.get_sample_value("opencommerce_relay_batch_seconds_count") or 0.0


@pytest.fixture
def sign_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCOMMERCE_HEARTBEAT_FILE", str(tmp_path / "heartbeat"))
    return tmp_path / "heartbeat"


class TestRelay:
    def test_leaves_a_sign_of_life(self, relay: Relay, sign_of_life: Path) -> None:
        with running(relay):
            wait_until(sign_of_life.exists)

    def test_leaves_a_sign_of_life_while_it_stands_by(self, relay: Relay, sign_of_life: Path) -> None:
        with open_database(relay.database_url, application_name="another") as another:
            another.execute("SELECT pg_advisory_lock(%s)", [_LOCK])

            with running(relay):
                wait_until(sign_of_life.exists)

    def test_sends_what_was_told_before_and_after_it_started(self, relay: Relay, ear: Queue) -> None:
        tell(changed("A"), changed("B"))
        with running(relay):
            wait_until(lambda: unsent() == 0)
            tell(changed("C"))
            wait_until(lambda: unsent() == 0)

        facts = heard(ear)
        assert [fact["aggregate"] for fact in facts] == ["A", "B", "C"]
        assert facts[0]["data"] == changed("A").data()

    def test_sends_together_what_is_told_while_it_is_busy(
        self, relay: Relay, ear: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("common.events.relay.GATHERING_SECONDS", 0.5)
        with running(relay):
            tell(changed("first"))
            wait_until(lambda: unsent() == 0)
            before = batches()
            tell(*(changed(f"SKU-{number}") for number in range(20)))
            wait_until(lambda: unsent() == 0)

        assert batches() - before <= 3
        assert len(heard(ear)) == 21

    def test_keeps_the_order_of_one_aggregate(self, relay: Relay, ear: Queue) -> None:
        tell(*(reserved("o-1", version) for version in range(1, 30)))
        with running(relay):
            wait_until(lambda: unsent() == 0)

        assert [fact["version"] for fact in heard(ear)] == list(range(1, 30))

    def test_holds_back_a_required_fact_that_nobody_hears_and_only_its_aggregate(
        self, relay: Relay, amqp: Connection
    ) -> None:
        tell(reserved("o-1", 1), reserved("o-1", 2), changed("A"))
        with running(relay):
            wait_until(lambda: unsent() == 2 and OutboxMessage.objects.exclude(last_error="").exists())
            first, second = OutboxMessage.objects.filter(aggregate="o-1").order_by("sequence")
            assert "no queue hears" in first.last_error
            assert first.attempts >= 1
            assert second.attempts == 0

            broker.declare(amqp, NOTIFICATIONS, [Subscription(StockReserved, lambda _: None, outside=False)])
            wait_until(lambda: unsent() == 0)

        queue = broker.taken_queues(NOTIFICATIONS)[0].bind(amqp.default_channel)
        assert [fact["version"] for fact in heard(queue)] == [1, 2]

    def test_one_is_active_and_the_second_stands_by(self, relay: Relay, ear: Queue) -> None:
        second = Relay(NOTIFICATIONS, database_url=relay.database_url, broker_url=relay.broker_url)
        with running(second):
            with running(relay):
                tell(*(changed(str(number)) for number in range(50)))
                wait_until(lambda: unsent() == 0)
            tell(changed("last"))
            wait_until(lambda: unsent() == 0)

        assert len(heard(ear)) == 51

    def test_survives_a_broker_that_is_not_there(self, relay: Relay) -> None:
        tell(changed("A"))
        relay.broker_url = "amqp://127.0.0.1:1//"
        with running(relay):
            time.sleep(0.5)
            assert unsent() == 1

    def test_holds_back_for_ever_if_need_be(self, relay: Relay, amqp: Connection) -> None:
        tell(reserved("o-1"))
        OutboxMessage.objects.update(attempts=5000)
        with running(relay):
            wait_until(lambda: OutboxMessage.objects.get().attempts == 5001)

        assert "no queue hears" in OutboxMessage.objects.get().last_error

    def test_stops_although_there_is_more_to_send(self, relay: Relay, ear: Queue) -> None:
        with transaction.atomic():
            publish(*(changed(str(number)) for number in range(6000)))
        with running(relay):
            wait_until(lambda: unsent() < 6000)

        assert unsent() > 0

    def test_comes_back_as_quickly_after_the_sixth_loss_as_after_the_first(
        self, relay: Relay, ear: Queue, wire: Wire
    ) -> None:
        relay.broker_url = wire.url
        with running(relay):
            for number in range(6):
                tell(changed(str(number)))
                wait_until(lambda: unsent() == 0, seconds=3)
                wire.cut()

    def test_leaves_its_lock_soon_when_its_host_vanishes(self) -> None:
        with open_database(database_url(), application_name="test") as database:
            said = {
                name: database.execute(f"SHOW {name}").fetchone()[name]  # type: ignore[index]
                for name in ("tcp_keepalives_idle", "tcp_user_timeout")
            }

        assert said == {"tcp_keepalives_idle": "5", "tcp_user_timeout": "10000"}


@pytest.mark.usefixtures("amqp")
class TestMetrics:
    def test_tell_what_was_confirmed_and_what_came_back(self, relay: Relay) -> None:
        sent, returned = value("sent", changed("A")), value("returned", reserved("o-1"))
        unheard = value("sent", reserved("o-1"))
        tell(reserved("o-1"), changed("A"))

        with running(relay):
            wait_until(lambda: value("returned", reserved("o-1")) > returned)

        assert value("sent", changed("A")) == sent + 1
        assert value("sent", reserved("o-1")) == unheard

    def test_tell_whether_it_is_the_active_one(self, relay: Relay) -> None:
        def is_active() -> float | None:
            return REGISTRY.get_sample_value("opencommerce_relay_active")

        with running(relay):
            wait_until(lambda: is_active() == 1)

        assert is_active() == 0

    def test_tell_that_a_server_is_out_of_reach(self, relay: Relay) -> None:
        def times() -> float:
            return REGISTRY.get_sample_value("opencommerce_out_of_reach_total", {"server": "broker"}) or 0.0

        before = times()
        relay.broker_url = "amqp://nobody@127.0.0.1:1/nowhere"

        with running(relay):
            wait_until(lambda: times() > before)


def value(what: str, fact: Contract) -> float:
    return REGISTRY.get_sample_value(f"opencommerce_facts_{what}_total", {"fact": fact.name}) or 0.0


class TestMessage:
    def test_is_what_celery_itself_would_send(self) -> None:
        tell(reserved("o-1"))
        fact = envelope(OutboxMessage.objects.values().get())

        theirs = Celery("theirs").amqp.as_task_v2(fact["id"], fact["name"], kwargs={"fact": fact}, ignore_result=True)

        ours = task_headers(fact)
        about = {"lang", "task", "id", "root_id", "parent_id", "group", "retries", "eta", "expires", "timelimit"}
        assert {name: theirs.headers[name] for name in about} == {name: ours[name] for name in about}
        args, kwargs, embed = theirs.body
        assert json.loads(task_body(fact)) == [list(args), kwargs, embed]
