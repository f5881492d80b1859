"""The scheduler shows how deep the queues are, and says so when it cannot know."""

from __future__ import annotations

import math
import os

import pytest
from kombu.exceptions import OperationalError
from prometheus_client import REGISTRY

from common.testing.private_redis import free_port
from common.topology import ORDERS
from ops.queue_gauges import QueueGauges


def shown(family: str, **labels: str) -> float:
    value = REGISTRY.get_sample_value(family, labels)
    assert value is not None
    return value


class TestQueueGauges:
    def test_know_that_the_broker_is_there(self) -> None:
        gauges = QueueGauges(os.environ["OPENCOMMERCE_BROKER_URL"])

        gauges.refresh()

        gauges.require_broker()
        assert shown("opencommerce_broker_up") == 1

    def test_show_no_number_for_what_they_cannot_know(self) -> None:
        gauges = QueueGauges(f"amqp://nobody:nothing@127.0.0.1:{free_port()}/nowhere")

        gauges.refresh()

        assert shown("opencommerce_broker_up") == 0
        assert math.isnan(shown("opencommerce_queue_messages", queue=ORDERS.facts_queue, holds="facts"))
        assert math.isnan(shown("opencommerce_queue_consumers", queue=ORDERS.dead_queue, holds="dead"))
        with pytest.raises(OperationalError):
            gauges.require_broker()
