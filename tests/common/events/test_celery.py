"""Celery as we set it up: what it sends survives a connection that died in the pool."""

from __future__ import annotations

import socket

from celery import Celery
from django.conf import settings
from kombu import Connection

from common.events.broker import BOUNDED_PUBLISH
from common.events.celery import celery_settings
from common.events.figures import queue_figures
from common.topology import NOTIFICATIONS


class TestBoundedPublish:
    def test_sends_on_a_new_connection_when_the_kept_one_is_dead(self, amqp: Connection) -> None:
        app = Celery("sender", fixups=[], set_as_current=False)
        app.config_from_object(celery_settings(NOTIFICATIONS, settings.BROKER_URL))
        app.send_task("some.work", **BOUNDED_PUBLISH)

        with app.amqp.producer_pool.acquire(block=True) as producer:
            producer.connection.connection.transport.sock.shutdown(socket.SHUT_RDWR)
        app.send_task("some.work", **BOUNDED_PUBLISH)

        figures = queue_figures(amqp, (NOTIFICATIONS,))[NOTIFICATIONS.work_queue]
        assert figures is not None
        assert figures.depth == 2
        app.close()
