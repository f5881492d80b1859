"""What is done about files by the clock."""

from celery import shared_task

from common import clock
from file_svc.files import services


@shared_task(name="files.sweep_unfinished")
def sweep_unfinished(**_: object) -> None:
    """Give up the uploads that were cut off."""
    services.sweep_unfinished(now=clock.now())


@shared_task(name="files.remove_strays")
def remove_strays(**_: object) -> None:
    """Remove what lies in the storage and belongs to nothing."""
    services.remove_strays(now=clock.now())


@shared_task(name="files.make_missing_variants")
def make_missing_variants(**_: object) -> None:
    """Make the smaller sizes of pictures that have none, though it is time."""
    services.make_missing_variants(now=clock.now())


@shared_task(name="files.remove_deleted")
def remove_deleted(**_: object) -> None:
    """Remove what was deleted from the storage."""
    services.remove_deleted()
