"""The scheduled jobs of files."""

from celery import shared_task

from common import clock
from file_svc.files import services


@shared_task(name="files.sweep_unfinished")
def sweep_unfinished(**_: object) -> None:
    """Give up interrupted uploads."""
    services.sweep_unfinished(now=clock.now())


@shared_task(name="files.remove_strays")
def remove_strays(**_: object) -> None:
    """Remove objects from the storage that no row refers to."""
    services.remove_strays(now=clock.now())


@shared_task(name="files.make_missing_variants")
def make_missing_variants(**_: object) -> None:
    """Make the smaller sizes of pictures that should have had them by now."""
    services.make_missing_variants(now=clock.now())


@shared_task(name="files.remove_deleted")
def remove_deleted(**_: object) -> None:
    """Remove the objects of deleted files from the storage."""
    services.remove_deleted()
