"""Let somebody in who lost all their second factors."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from common.errors import NotFound
from user_svc.factors import services


class Command(BaseCommand):
    """Remove an account's second factors: its password is enough again. Be sure who is asking."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *_args: Any, email: str, **_options: Any) -> None:
        try:
            services.remove_all_factors(email=email, now=clock.now())
        except NotFound as error:
            raise CommandError(f"Nobody has an account with the address {email}.") from error
        self.stdout.write(f"{email} has no second factor any more.")
