"""The one scheduler: starts what the services do by themselves, each on its own queues.

``celery -A ops.scheduler beat``. It keeps nothing: a second one, or one started anew, only does a harmless run more.
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
    """Celery's own, which keeps nothing; it says that it lives."""

    def tick(self, *arguments: Any, **options: Any) -> Any:
        """Send what is due."""
        heartbeat.beat()
        return super().tick(*arguments, **options)


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
    """The broker would give a run that nobody took in time to the dead letters; the worker just drops it."""
    properties.pop("expiration", None)


@beat_init.connect
def _open_door_inside(**_: Any) -> None:
    """Of all processes the scheduler alone asks the broker how deep its queues are."""
    gauges = QueueGauges(os.environ["OPENCOMMERCE_BROKER_URL"])
    metrics.on_scrape(gauges.refresh)
    inside.open_door(lambda: readiness.states_of({"broker": gauges.require_broker}))


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    logs.configure(service="scheduler", level=os.environ.get("OPENCOMMERCE_LOG_LEVEL", "INFO"))
