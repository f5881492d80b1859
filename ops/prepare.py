"""``python -m ops.prepare``: everything a service needs before its processes start, in a single start of Django.

The service is the one whose settings the environment names.
"""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands

from common.topology import GATEWAY


def main() -> None:
    """Migrate its database and declare its queues; create bucket and first administrator, collect static files."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    call_command("declare_topology")
    commands = get_commands()
    if "ensure_bucket" in commands:
        call_command("ensure_bucket")
    if "OPENCOMMERCE_ADMIN_EMAIL" in os.environ and "ensure_admin" in commands:
        call_command("ensure_admin")
    if settings.SERVICE is GATEWAY and settings.STATIC_ROOT and _is_ours(Path(settings.STATIC_ROOT)):
        call_command("collectstatic", interactive=False, verbosity=0)


def _is_ours(folder: Path) -> bool:
    """Whether we may write there: an image already contains its static files."""
    return not folder.exists() or os.access(folder, os.W_OK)


if __name__ == "__main__":
    main()
