"""One Celery app a service: its workers, settings that lose nothing, and a task for each fact it reacts to."""

from __future__ import annotations

import logging
import os
from typing import Any

import django
from billiard import current_process
from celery import Celery, Task, bootsteps
from celery.signals import setup_logging, worker_process_init, worker_process_shutdown
from celery.worker.consumer import Consumer
from django.conf import settings
from django.db import close_old_connections, connections
from kombu import Message

from common.events import broker, measures, publisher
from common.events.subscriptions import all_subscriptions, subscription_to
from common.observability import health, heartbeat, inside, metrics, readiness, tracing
from common.topology import BY_NAME, Service

logger = logging.getLogger(__name__)


class ServiceTask(Task):
    """Work that begins with a database connection that lives, under names of its own in the logs."""

    abstract = True
    # What runs by schedule is made up for by its next run: a failure is in the log, and no letter for anybody.
    acks_on_failure = True
    acks_on_timeout = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        if subscription_to(self.name):
            return super().__call__(*args, **kwargs)  # a fact brings its own names
        with tracing.served(tracing.CONSUMER, f"process {self.name}", {}), measures.running(self.name):
            return super().__call__(*args, **kwargs)


class CarefulConsumer(Consumer):
    """Celery's own, but for what it would throw away."""

    def on_decode_error(self, message: Message, exc: Exception) -> None:
        """A body that cannot be read is for a person: Celery would acknowledge it, and nobody could look at it."""
        logger.error("a message goes to the dead letters, its body cannot be read: %r", exc)
        message.reject()


class Topology(bootsteps.StartStopStep):
    """Makes the service's queues and bindings each time its worker connects: a broker may have come back empty."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Consumer) -> None:
        broker.declare(parent.connection, settings.SERVICE, all_subscriptions())


class SignOfLife(bootsteps.StartStopStep):
    """Says that the worker lives for as long as it takes from its queues."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Consumer) -> None:
        heartbeat.beat()
        self._timer = parent.timer.call_repeatedly(heartbeat.EVERY_SECONDS, heartbeat.beat)

    def stop(self, parent: Consumer) -> None:
        self._timer.cancel()


def service_app(name: str) -> Celery:
    """The Celery app of a service; it sets Django up, so that all handlers and tasks are known when it returns."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", BY_NAME[name].settings_module)
    django.setup()
    service: Service = settings.SERVICE
    # No fixup: it closes the database connection around every task, and we check it instead.
    app = Celery(name, task_cls=ServiceTask, fixups=[], set_as_current=True)
    app.config_from_object(celery_settings(service, settings.BROKER_URL))
    app.autodiscover_tasks(lambda: [config.name for config in django.apps.apps.get_app_configs()], force=True)
    app.steps["consumer"].update((Topology, SignOfLife))
    _register_fact_tasks(app)
    return app


def celery_settings(service: Service, broker_url: str) -> dict[str, Any]:
    """What was seen to lose nothing when the broker, a worker or both are killed (docs/adr/0003)."""
    return {
        "worker_consumer": CarefulConsumer,
        "broker_url": broker_url,
        "broker_transport_options": {"confirm_publish": True},
        "broker_connection_timeout": publisher.CONNECT_TIMEOUT_SECONDS,
        "broker_heartbeat": publisher.HEARTBEAT_SECONDS,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_pool_acquire_timeout": publisher.CONFIRM_TIMEOUT_SECONDS,
        "task_queues": broker.taken_queues(service),
        "task_default_queue": service.work_queue,
        "task_default_exchange": service.private_exchange,
        "task_default_exchange_type": "topic",
        "task_default_routing_key": service.work_queue,
        "task_default_queue_type": "quorum",
        "task_create_missing_queues": False,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_time_limit": 60,
        "task_soft_time_limit": 45,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_soft_shutdown_timeout": 20,
        "worker_enable_soft_shutdown_on_idle": True,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "enable_utc": True,
        "timezone": "UTC",
    }


def _register_fact_tasks(app: Celery) -> None:
    from common.events.fact_task import handle_fact

    # A fact is told once. One that fails waits for a person.
    options = {"bind": True, "shared": False, "max_retries": None, "acks_on_failure": False, "acks_on_timeout": False}
    for subscription in all_subscriptions():
        app.task(handle_fact, name=subscription.contract.name, **options)


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery configures logging unless somebody answers this signal; the settings did it already."""


@worker_process_init.connect
def _open_door_inside(**_: Any) -> None:
    """In the child that works. Its parent forks, and whatever forks should have no threads."""
    metrics.watch_parent()
    # Children of one worker are numbered; one that replaces another has its number.
    number = getattr(current_process(), "index", 0)
    inside.open_door(
        lambda: readiness.states_of({"database": health.database}), offset=number, afterwards=connections.close_all
    )


@worker_process_shutdown.connect
def _send_last_spans(**_: Any) -> None:
    """A child ends without what Python does at the end."""
    tracing.flush()
