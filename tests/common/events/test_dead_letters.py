"""A dead letter is given back or stays: nothing is lost between the two."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from amqp.exceptions import ChannelError
from kombu import Connection, Producer

from common.contracts import StockReserved
from common.events import dead_letters
from common.events.message import task_body, task_headers, task_properties
from common.testing.plugin import as_heard
from common.topology import NOTIFICATIONS


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


class TestReplay:
    def test_keeps_a_letter_whose_queue_is_gone(self, amqp: Connection) -> None:
        fact = as_heard(StockReserved(version=1, order_id="o-1"))
        death = {"queue": "notify_svc.gone", "reason": "rejected", "count": 1}
        Producer(amqp.default_channel).publish(
            task_body(fact),
            routing_key=NOTIFICATIONS.dead_queue,
            headers={**task_headers(fact), "x-death": [death]},
            **task_properties(fact),
        )

        wait_until(lambda: bool(dead_letters.dead_letters(amqp, NOTIFICATIONS)))

        with pytest.raises(ChannelError, match="NO_ROUTE"):
            dead_letters.replay(amqp, NOTIFICATIONS, fact["id"])

        wait_until(lambda: [letter.id for letter in dead_letters.dead_letters(amqp, NOTIFICATIONS)] == [fact["id"]])


class TestDeadLetters:
    def test_names_what_nobody_gave_an_id(self, amqp: Connection) -> None:
        death = {
            "queue": NOTIFICATIONS.facts_queue,
            "reason": "rejected",
            "count": 1,
            "routing-keys": ["orders.told.v1"],
        }
        Producer(amqp.default_channel).publish(
            b"nonsense", routing_key=NOTIFICATIONS.dead_queue, headers={"x-death": [death]}, content_type="text/plain"
        )
        wait_until(lambda: bool(dead_letters.dead_letters(amqp, NOTIFICATIONS)))

        (letter,) = dead_letters.dead_letters(amqp, NOTIFICATIONS)

        assert len(letter.id) == 32
        assert letter.name == "orders.told.v1"
        assert dead_letters.replay(amqp, NOTIFICATIONS, letter.id) == 1
