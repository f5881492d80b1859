"""The one scheduler: sends the scheduled tasks of all services, each to its own work queue.

``celery -A ops.scheduler beat``. It has no state: a second one, or a restart, only causes a harmless extra run.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from celery.signals import beat_init, before_task_publish, setup_logging

from common.events.schedule import beat_entries
from common.observability import heartbeat, inside, logs, metrics, readiness
from common.topology import SERVICES
from ops.queue_gauges import QueueGauges


class LivelyScheduler(Scheduler):
    """Celery's stateless scheduler, with a heartbeat, and an end that does not depend on the moment."""

    _is_sending = False

    def tick(self, *arguments: Any, **options: Any) -> Any:
        """Leave a heartbeat, and send the tasks that are due."""
        heartbeat.beat()
        self._is_sending = True
        try:
            return super().tick(*arguments, **options)
        finally:
            self._is_sending = False

    def close(self) -> None:
        """Close the connection.

        Celery's handler of SIGTERM calls this too. If it interrupts a write, closing would wait for ever for the lock
        that the write holds. It is left for the second call, which Celery makes on the way out.
        """
        if not self._is_sending:
            super().close()


app = Celery("scheduler", set_as_current=True)
app.conf.update(
    broker_url=os.environ["OPENCOMMERCE_BROKER_URL"],
    broker_transport_options={"confirm_publish": True},
    broker_connection_timeout=3,
    broker_heartbeat=10,
    broker_pool_acquire_timeout=5,
    broker_connection_max_retries=None,
    task_ignore_result=True,
    beat_scheduler="ops.scheduler:LivelyScheduler",
    beat_max_loop_interval=heartbeat.EVERY_SECONDS,
    beat_schedule={
        name: entry
        for service in SERVICES
        for name, entry in beat_entries(service, import_module(f"{service.name}.config.schedule").SCHEDULE).items()
    },
    timezone="UTC",
)


@before_task_publish.connect
def _leave_expiry_to_the_worker(properties: dict[str, Any], **_: Any) -> None:
    """Let an expired run be dropped by the worker, as the broker would dead-letter it."""
    properties.pop("expiration", None)


@beat_init.connect
def _open_door_inside(**_: Any) -> None:
    """Serve metrics and health. Only the scheduler asks the broker about queues."""
    gauges = QueueGauges(os.environ["OPENCOMMERCE_BROKER_URL"])
    metrics.on_scrape(gauges.refresh)
    inside.open_door(lambda: readiness.states_of({"broker": gauges.require_broker}))


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    logs.configure(service="scheduler", level=os.environ.get("OPENCOMMERCE_LOG_LEVEL", "INFO"))
