"""Clearing up what was cut off: uploads that never ended, and objects that no row knows."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from file_svc.files import selectors
from file_svc.files.adapters import object_store
from file_svc.files.models import Status, StorageSweep

logger = logging.getLogger(__name__)

UPLOAD_GRACE = timedelta(hours=1)
"""After this an upload that has not ended never will."""

STRAY_GRACE = timedelta(minutes=30)
"""A row is there before its object, save that of a smaller size, which takes a minute to be written down."""

_PAGES_A_RUN = 20


def sweep_unfinished(*, now: datetime) -> int:
    """Give up the uploads that were cut off. Returns how many."""
    cut_off = selectors.unfinished(before=now - UPLOAD_GRACE)
    return cut_off.update(status=Status.DELETED, idempotency_key=None, updated_at=now)


def remove_strays(*, now: datetime) -> int:
    """Remove objects without a row, going on where the last run stopped. Returns how many.

    Two runs at once only do the same twice.
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
    """Rows are looked up after the objects were listed, so that one that was made meanwhile has been seen."""
    old = {entry.key for entry in page if entry.stored_at < before}
    strays = sorted(old - selectors.known_keys(old))
    if strays:
        logger.warning("removing %d objects without a row, such as %s", len(strays), strays[0])
        object_store.delete(strays)
    return len(strays)
