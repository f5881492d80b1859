"""Tell the other services once more which accounts are disabled."""

from typing import Any

from django.core.management.base import BaseCommand

from user_svc.accounts import services


class Command(BaseCommand):
    """For what they heard before they asked for it, such as copies from before a version that needs it."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"Told of {services.tell_disabled_again()} disabled accounts.")
