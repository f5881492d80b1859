"""Declare this service's exchanges, queues and bindings."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from kombu import Connection

from common import clock
from common.events import broker, publisher
from common.events.known_subscriptions import remember_subscriptions
from common.events.subscriptions import all_subscriptions


class Command(BaseCommand):
    """Idempotent; it runs after the migrations, and before the relay and the workers start."""

    help = "Declare this service's exchanges, queues and bindings on the broker."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        with Connection(settings.BROKER_URL, connect_timeout=publisher.CONNECT_TIMEOUT_SECONDS) as connection:
            broker.declare(connection, settings.SERVICE, all_subscriptions())
        remember_subscriptions(now=clock.now())
