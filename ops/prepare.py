"""``python -m ops.prepare``: what a service needs before its processes start, in one start of Django.

The service is the one whose settings the environment names.
"""

from __future__ import annotations

import os

import django
from django.core.management import call_command, get_commands


def main() -> None:
    """Migrate its database, declare its queues; where there are accounts, see to the first administrator."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    call_command("declare_topology")
    if "OPENCOMMERCE_ADMIN_EMAIL" in os.environ and "ensure_admin" in get_commands():
        call_command("ensure_admin")


if __name__ == "__main__":
    main()
