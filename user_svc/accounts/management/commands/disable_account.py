"""Keep somebody out."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from user_svc.accounts import errors, services


class Command(BaseCommand):
    """Disable an account: its sessions end everywhere, and its shop closes. With --undo it is enabled again."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--undo", action="store_true", help="enable it again; its shop stays closed")

    def handle(self, *_args: Any, email: str, undo: bool, **_options: Any) -> None:
        try:
            if undo:
                services.enable_account(email=email)
            else:
                services.disable_account(email=email, now=clock.now())
        except errors.UserNotFound as error:
            raise CommandError(f"Nobody has an account with the address {email}.") from error
        self.stdout.write(f"{email} is {'enabled' if undo else 'disabled'}.")
