"""Cleaning up after interruptions: uploads that never finished, and objects that no row refers to."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from file_svc.files import selectors
from file_svc.files.adapters import object_store
from file_svc.files.models import Status, StorageSweep

logger = logging.getLogger(__name__)

UPLOAD_GRACE = timedelta(hours=1)
"""After this, an upload that has not finished is given up."""

STRAY_GRACE = timedelta(minutes=30)
"""Until then an object may lack its row: those of smaller sizes are stored up to a minute before their rows."""

_PAGES_A_RUN = 20


def sweep_unfinished(*, now: datetime) -> int:
    """Mark interrupted uploads as deleted, to have their objects removed. Returns how many."""
    cut_off = selectors.unfinished(before=now - UPLOAD_GRACE)
    return cut_off.update(status=Status.DELETED, idempotency_key=None, updated_at=now)


def remove_strays(*, now: datetime) -> int:
    """Remove objects without a row, continuing where the last run stopped. Returns how many.

    Two runs at once do no harm: they only do the same work twice.
    """
    sweep, _ = StorageSweep.objects.get_or_create(name="strays")
    removed = 0
    for _ in range(_PAGES_A_RUN):
        page = object_store.listed(after=sweep.position)
        removed += _remove_strays_among(page, before=now - STRAY_GRACE)
        sweep.position = page[-1].key if page else ""
        sweep.save(update_fields=["position"])
        if not page:
            break
    return removed


def _remove_strays_among(page: list[object_store.Listed], *, before: datetime) -> int:
    """Rows are looked up after the objects were listed, so that a row that was created meanwhile is found."""
    old = {entry.key for entry in page if entry.stored_at < before}
    strays = sorted(old - selectors.known_keys(old))
    if strays:
        logger.warning("removing %d objects without a row, such as %s", len(strays), strays[0])
        object_store.delete(strays)
    return len(strays)
