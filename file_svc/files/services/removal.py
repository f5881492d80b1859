"""Deleting files: hidden at once, removed from the storage soon after."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from common import clock
from common.errors import Forbidden, NotFound
from common.events.outbox import publish
from file_svc.files import events, selectors
from file_svc.files.adapters import object_store
from file_svc.files.models import Status, StoredFile, variant_keys

_REMOVED_AT_ONCE = 500


@dataclass(frozen=True)
class Removed:
    """The ids of several files that were to be deleted, by what became of them."""

    deleted: list[UUID]
    forbidden: list[UUID]
    not_found: list[UUID]


@transaction.atomic
def delete_file(*, file_id: UUID, person_id: UUID, is_staff: bool) -> None:
    """Hide a file at once, and have its objects removed soon after. Raises NotFound, Forbidden."""
    removed = delete_files(file_ids=[file_id], person_id=person_id, is_staff=is_staff)
    if removed.not_found:
        raise NotFound
    if removed.forbidden:
        raise Forbidden


@transaction.atomic
def delete_files(*, file_ids: Collection[UUID], person_id: UUID, is_staff: bool) -> Removed:
    """Delete those of the files that the person may delete, in one transaction.

    Repeating it is safe: a file that is deleted already counts as not found.
    """
    visible = selectors.files_seen_by(person_id=person_id, is_staff=is_staff)
    # Locked in one order, so that two requests to delete the same files do not deadlock.
    files = {file.id: file for file in visible.filter(id__in=file_ids).order_by("id").select_for_update()}
    theirs = [file for file in files.values() if is_staff or file.belongs_to(person_id)]
    _mark_deleted(theirs)
    return Removed(
        deleted=[file.id for file in theirs],
        forbidden=sorted(files.keys() - {file.id for file in theirs}),
        not_found=sorted(set(file_ids) - files.keys()),
    )


def remove_deleted() -> int:
    """Remove the objects of deleted files, and then their rows. Returns how many. Raises StorageUnavailable."""
    removed = 0
    for file in selectors.deleted(limit=_REMOVED_AT_ONCE):
        object_store.delete([file.key, *variant_keys(file.id).values()])
        file.delete()
        removed += 1
    return removed


def _mark_deleted(files: list[StoredFile]) -> None:
    for file in files:
        file.status = Status.DELETED
        file.idempotency_key = None
        file.version += 1
        file.updated_at = clock.now()
    StoredFile.objects.bulk_update(files, ["status", "idempotency_key", "version", "updated_at"])
    publish(*(events.file_deleted(file) for file in files))
