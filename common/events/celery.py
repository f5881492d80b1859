"""The Celery app of a service: its workers, settings that lose no message, a task for each fact it subscribes to."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import amqp
import django
from celery import Celery, Task, bootsteps
from celery.signals import setup_logging, worker_init
from celery.worker import state
from celery.worker.consumer import Consumer
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections
from kombu import Message

from common.database import prepared
from common.events import broker, measures, publisher, soon
from common.events.pool import OneByOne
from common.events.subscriptions import all_subscriptions, subscription_to
from common.observability import health, heartbeat, inside, readiness, tracing
from common.topology import BY_NAME, Service

logger = logging.getLogger(__name__)


class ServiceTask(Task):
    """A task that starts with a working database connection, and with a request id and trace of its own."""

    abstract = True
    # The next run of a scheduled task makes up for one that failed: it is logged, and not dead-lettered.
    acks_on_failure = True
    acks_on_timeout = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        if subscription_to(self.name):
            return super().__call__(*args, **kwargs)  # a fact brings its own names
        with tracing.served(tracing.CONSUMER, f"process {self.name}", {}), measures.running(self.name):
            return super().__call__(*args, **kwargs)


class CarefulConsumer(Consumer):
    """Celery's consumer, except where that would lose a message."""

    def on_decode_error(self, message: Message, exc: Exception) -> None:
        """Dead-letter a body that cannot be read: Celery would acknowledge it, and nobody could look at it."""
        logger.error("a message goes to the dead letters, its body cannot be read: %r", exc)
        message.reject()

    def call_soon_ack(self, settle: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Acknowledge at once: Celery would wait for the next turn of its loop, which a stopping worker never has."""
        settle(*args, **kwargs)


class Topology(bootsteps.StartStopStep):
    """Declares the service's queues and bindings on each connect: the broker may have come back empty."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Consumer) -> None:
        broker.declare(parent.connection, settings.SERVICE, all_subscriptions())


class KeptAlive(bootsteps.StartStopStep):
    """Sends heartbeats to the broker while a task runs, since the loop that usually does is blocked."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Any) -> None:
        parent.pool.on_tick = partial(_keep_alive, parent.connection.connection)


class ReturnedFirst(bootsteps.StartStopStep):
    """Handles redelivered messages first, one at a time: any of them may be what killed the worker that had it.

    A worker that consumes two queues holds a message of each. When it dies, the broker counts a failed delivery for
    both, so a fact that kills its worker would take the innocent one beside it along to the dead letters.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        parent.task_consumer.on_message = parent.create_task_handler()
        try:
            for queue in parent.task_consumer.queues:
                while _takes_returned(parent.task_consumer, queue.name):
                    state.maybe_shutdown()
        finally:
            parent.pool.rest()


class SignOfLife(bootsteps.StartStopStep):
    """Beats the heart of this process (common.observability.heartbeat) while the worker consumes its queues."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        _beat(parent.pool)
        self._timer = parent.timer.call_repeatedly(heartbeat.EVERY_SECONDS, _beat, (parent.pool,))

    def stop(self, parent: Any) -> None:
        self._timer.cancel()
        parent.pool.rest()


class AskedFor(bootsteps.StartStopStep):
    """Runs, between two messages, the tasks that handlers asked for (common/events/soon.py)."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        soon.serve(parent.timer.call_after, partial(_do, parent))


def _do(consumer: Consumer, task: str) -> None:
    consumer.pool.apply_async(consumer.app.tasks[task].apply, callback=_nobody_waits, accept_callback=_nobody_waits)


def _nobody_waits(*_: Any) -> None:
    """The callbacks of a task that came from no queue: there is no message to acknowledge."""


def _beat(pool: OneByOne) -> None:
    pool.rest()
    heartbeat.beat()


def _keep_alive(connection: Any) -> None:
    heartbeat.beat()
    with suppress(OSError, amqp.AMQPError):  # once the task is done, the loop will see
        connection.send_heartbeat()
    # The broker's heartbeats are not read meanwhile; py-amqp would take their absence for a dead broker.
    connection.last_heartbeat_received = time.monotonic()


def _takes_returned(consumer: Any, queue: str) -> bool:
    """Handle one message. True if it was a redelivery, so that more may follow."""
    message = consumer.channel.basic_get(queue)
    if message is None:
        return False
    consumer._receive_callback(message)  # as if the broker had sent it
    return bool(message.delivery_info["redelivered"])


def service_app(name: str, *, prepares_statements: bool = False) -> Celery:
    """The Celery app of a service. It sets Django up, so all handlers and tasks are registered when it returns.

    ``prepares_statements``: for a service whose workers, unlike its other processes, send few different statements.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", BY_NAME[name].settings_module)
    django.setup()
    if prepares_statements:
        connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"].update(prepared.options())
    service: Service = settings.SERVICE
    # Without Celery's Django fixup, which closes the database connection around every task; ServiceTask checks it.
    app = Celery(name, task_cls=ServiceTask, fixups=[], set_as_current=True)
    app.config_from_object(celery_settings(service, settings.BROKER_URL))
    app.autodiscover_tasks(lambda: [config.name for config in django.apps.apps.get_app_configs()], force=True)
    app.steps["consumer"].update((Topology, KeptAlive, ReturnedFirst, AskedFor, SignOfLife))
    _register_fact_tasks(app)
    return app


def celery_settings(service: Service, broker_url: str) -> dict[str, Any]:
    """Settings that were tested to lose nothing when the broker, a worker or both are killed (docs/adr/0003)."""
    return {
        "worker_consumer": CarefulConsumer,
        "worker_pool": "common.events.pool:OneByOne",
        "worker_concurrency": 1,
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
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "enable_utc": True,
        "timezone": "UTC",
    }


def _register_fact_tasks(app: Celery) -> None:
    from common.events.fact_task import handle_fact

    # Nothing sends a fact a second time, unlike a scheduled task: one that fails has to be dead-lettered.
    options = {"bind": True, "shared": False, "max_retries": None, "acks_on_failure": False, "acks_on_timeout": False}
    for subscription in all_subscriptions():
        app.task(handle_fact, name=subscription.contract.name, **options)


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery configures logging unless this signal has a receiver; our settings have configured it already."""


@worker_init.connect
def _open_door_inside(**_: Any) -> None:
    inside.open_door(lambda: readiness.states_of({"database": health.database}), afterwards=connections.close_all)
