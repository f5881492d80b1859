"""Have the admin account that the environment names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from common.settings import env
from user_svc.accounts import errors, services


class Command(BaseCommand):
    """Make the admin of OPENCOMMERCE_ADMIN_EMAIL and OPENCOMMERCE_ADMIN_PASSWORD, or bring it up to date."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        email = env.required("OPENCOMMERCE_ADMIN_EMAIL")
        password = env.required("OPENCOMMERCE_ADMIN_PASSWORD")
        try:
            is_new = services.ensure_admin(email=email, password=password, now=clock.now())
        except errors.AccountNotAcceptable as error:
            reasons = " ".join(f"{field}: {' '.join(why)}" for field, why in error.errors.items())
            raise CommandError(f"The admin's account is not acceptable. {reasons}") from error
        self.stdout.write(f"{email} {'was made' if is_new else 'is'} an admin.")
