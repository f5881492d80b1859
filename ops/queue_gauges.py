"""Gauges of the broker's queues, exposed by the scheduler: one process asks for all services."""

from __future__ import annotations

from math import nan

from kombu import Connection

from common.events.figures import queue_figures
from common.observability import metrics
from common.topology import SERVICES

_TIMEOUT_SECONDS = 2

_MESSAGES = metrics.gauge(
    "opencommerce_queue_messages", "Messages that wait in a queue, those under way not counted.", "queue", "holds"
)
_CONSUMERS = metrics.gauge("opencommerce_queue_consumers", "Workers that take from a queue.", "queue", "holds")
_IS_UP = metrics.gauge("opencommerce_broker_up", "Whether the broker answered at this scrape.")


class QueueGauges:
    """Read from the broker at each scrape; NaN for a queue that it does not report."""

    def __init__(self, broker_url: str) -> None:
        self._broker_url = broker_url

    def refresh(self) -> None:
        """Ask the broker."""
        try:
            with self._connection() as connection:
                found = queue_figures(connection, SERVICES)
        except Exception:  # amqp, kombu and sockets have exceptions of their own, and all mean that nothing is known
            found = {}
        _IS_UP.set(bool(found))
        for service in SERVICES:
            for name in (service.facts_queue, service.work_queue, service.dead_queue):
                figures = found.get(name)
                labels = (name, name.rpartition(".")[2])
                _MESSAGES.labels(*labels).set(figures.depth if figures else nan)
                _CONSUMERS.labels(*labels).set(figures.consumers if figures else nan)

    def require_broker(self) -> None:
        """Raise kombu's OperationalError while the broker does not answer."""
        with self._connection() as connection:
            connection.ensure_connection(max_retries=1, timeout=_TIMEOUT_SECONDS)

    def _connection(self) -> Connection:
        limits = {"read_timeout": _TIMEOUT_SECONDS, "write_timeout": _TIMEOUT_SECONDS}
        return Connection(self._broker_url, connect_timeout=_TIMEOUT_SECONDS, transport_options=limits)
