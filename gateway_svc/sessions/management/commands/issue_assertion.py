"""Speak to one service as the gateway would, for development: curl it with what this prints."""

import uuid
from argparse import ArgumentParser
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management.base import BaseCommand

from common.api import assertion
from common.topology import SERVICES

_AN_HOUR = 3600


class Command(BaseCommand):
    """Whoever holds the gateway's key could do the same; nobody else can."""

    help = "Print the header with which a service takes you for a user, or for a visitor when no user is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("service", choices=[service.name for service in SERVICES])
        parser.add_argument("--user", type=uuid.UUID, help="a user's id")
        parser.add_argument(
            "--role", action="append", default=[], help="customer, seller, support or admin; repeatable"
        )
        parser.add_argument("--seconds", type=int, default=_AN_HOUR, help="how long it lasts (default: %(default)s)")

    def handle(self, *_args: Any, **options: Any) -> None:
        signed = assertion.sign(
            Ed25519PrivateKey.from_private_bytes(settings.ASSERTION_KEY),
            audience=options["service"],
            user_id=str(options["user"] or ""),
            roles=options["role"],
            life_seconds=options["seconds"],
        )
        self.stdout.write(f"{assertion.HEADER}: {signed}")
