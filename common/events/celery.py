"""One Celery app a service: its workers, settings that lose nothing, and a task for each fact it reacts to."""

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

    def call_soon_ack(self, settle: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """At once, where Celery would wait for the loop's next turn: there is none for a worker that is to stop."""
        settle(*args, **kwargs)


class Topology(bootsteps.StartStopStep):
    """Makes the service's queues and bindings each time its worker connects: a broker may have come back empty."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Consumer) -> None:
        broker.declare(parent.connection, settings.SERVICE, all_subscriptions())


class KeptAlive(bootsteps.StartStopStep):
    """While a task runs nobody listens to the broker: it is told all the same that the worker lives."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Any) -> None:
        parent.pool.on_tick = partial(_keep_alive, parent.connection.connection)


class ReturnedFirst(bootsteps.StartStopStep):
    """Handles what came back first, and each by itself: it may be what ended the process that had it.

    A worker that takes from two queues holds a message of each, and of a worker that dies the broker counts both as
    delivered in vain. So what stood beside a fact that kills would follow it to the dead letters.
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
    """Says that the worker lives for as long as it takes from its queues."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        _beat(parent.pool)
        self._timer = parent.timer.call_repeatedly(heartbeat.EVERY_SECONDS, _beat, (parent.pool,))

    def stop(self, parent: Any) -> None:
        self._timer.cancel()
        parent.pool.rest()


class AskedFor(bootsteps.StartStopStep):
    """Does between two messages what handlers asked for (common/events/soon.py), as if it came from a queue."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        soon.serve(parent.timer.call_after, partial(_do, parent))


def _do(consumer: Consumer, task: str) -> None:
    consumer.pool.apply_async(consumer.app.tasks[task].apply, callback=_nobody_waits, accept_callback=_nobody_waits)


def _nobody_waits(*_: Any) -> None:
    """For what came from no queue."""


def _beat(pool: OneByOne) -> None:
    pool.rest()
    heartbeat.beat()


def _keep_alive(connection: Any) -> None:
    heartbeat.beat()
    with suppress(OSError, amqp.AMQPError):  # once the task is done, the loop will see
        connection.send_heartbeat()
    # What the broker says meanwhile is not read, and so not missed.
    connection.last_heartbeat_received = time.monotonic()


def _takes_returned(consumer: Any, queue: str) -> bool:
    """Take one message; whether it had been given out before, so that more such may follow."""
    message = consumer.channel.basic_get(queue)
    if message is None:
        return False
    consumer._receive_callback(message)  # as if the broker had sent it
    return bool(message.delivery_info["redelivered"])


def service_app(name: str, *, prepares_statements: bool = False) -> Celery:
    """The Celery app of a service; it sets Django up, so that all handlers and tasks are known when it returns.

    A worker may send few statements, each often, where the service's other processes do not: then it prepares them.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", BY_NAME[name].settings_module)
    django.setup()
    if prepares_statements:
        connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"].update(prepared.options())
    service: Service = settings.SERVICE
    # No fixup: it closes the database connection around every task, and we check it instead.
    app = Celery(name, task_cls=ServiceTask, fixups=[], set_as_current=True)
    app.config_from_object(celery_settings(service, settings.BROKER_URL))
    app.autodiscover_tasks(lambda: [config.name for config in django.apps.apps.get_app_configs()], force=True)
    app.steps["consumer"].update((Topology, KeptAlive, ReturnedFirst, AskedFor, SignOfLife))
    _register_fact_tasks(app)
    return app


def celery_settings(service: Service, broker_url: str) -> dict[str, Any]:
    """What was seen to lose nothing when the broker, a worker or both are killed (docs/adr/0003)."""
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

    # A fact is told once. One that fails waits for a person.
    options = {"bind": True, "shared": False, "max_retries": None, "acks_on_failure": False, "acks_on_timeout": False}
    for subscription in all_subscriptions():
        app.task(handle_fact, name=subscription.contract.name, **options)


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery configures logging unless somebody answers this signal; the settings did it already."""


@worker_init.connect
def _open_door_inside(**_: Any) -> None:
    inside.open_door(lambda: readiness.states_of({"database": health.database}), afterwards=connections.close_all)
