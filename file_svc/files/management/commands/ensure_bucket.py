"""Make the bucket of the files, if there is none: run before the first start, as often as you like."""

from typing import Any

from django.core.management.base import BaseCommand

from file_svc.files.adapters import object_store


class Command(BaseCommand):
    """Make the bucket that the files are kept in, if it is not there yet."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        object_store.ensure_bucket()
