"""Which files a person may see, and which object is sent for one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from common.errors import Forbidden, NotFound
from file_svc.files import rules
from file_svc.files.models import FileVariant, Status, StoredFile, Visibility


@dataclass(frozen=True)
class Content:
    """An object to be sent. A stand-in is the original, sent in place of a smaller size that is not made yet."""

    key: str
    content_type: str
    size: int
    sha256: str
    is_stand_in: bool = False


def files_seen_by(*, person_id: UUID | None, is_staff: bool) -> QuerySet[StoredFile]:
    """The stored files that a person may see: staff all of them, everybody else the public ones and their own."""
    stored = StoredFile.objects.filter(status=Status.STORED)
    if is_staff:
        return stored
    return stored.filter(Q(visibility=Visibility.PUBLIC) | Q(owner_id=person_id))


def files_of(*, owner_id: UUID, person_id: UUID, is_staff: bool, **wanted: str) -> QuerySet[StoredFile]:
    """The stored files of an owner, with their smaller sizes; if ``wanted``, only those of a ``name`` or ``purpose``.

    Raises Forbidden for the files of somebody else, except to staff.
    """
    if owner_id != person_id and not is_staff:
        raise Forbidden
    return StoredFile.objects.filter(status=Status.STORED, owner_id=owner_id, **wanted).prefetch_related("variants")


def file_seen_by(*, file_id: UUID, person_id: UUID | None, is_staff: bool) -> StoredFile:
    """One file with its smaller sizes. Raises NotFound, also for one that is somebody else's and private."""
    visible = files_seen_by(person_id=person_id, is_staff=is_staff).prefetch_related("variants")
    file = visible.filter(id=file_id).first()
    if file is None:
        raise NotFound
    return file


def file_opened_by_link(file_id: UUID) -> StoredFile:
    """One file with its smaller sizes, for a caller whose signed link was found valid. Raises NotFound."""
    return file_seen_by(file_id=file_id, person_id=None, is_staff=True)


def content_of(file: StoredFile, *, variant: str | None) -> Content:
    """What to send for a file in this size (None: the original). Raises InvalidInput for an unknown size."""
    if variant is None:
        return _content(file)
    rules.require_known_variant(variant)
    made = file.variants_by_name()[variant]
    return _content(made) if made else _content(file, is_stand_in=True)


def stored_file(file_id: UUID) -> StoredFile | None:
    """The file, if it is stored and not deleted, whoever may see it: for the service's own work."""
    return StoredFile.objects.filter(id=file_id, status=Status.STORED).first()


def unfinished(*, before: datetime) -> QuerySet[StoredFile]:
    """Uploads that began before then and have not finished."""
    return StoredFile.objects.filter(status=Status.STORING, created_at__lt=before)


def deleted(*, limit: int) -> QuerySet[StoredFile]:
    """Deleted files whose objects are still to be removed, the longest deleted first."""
    return StoredFile.objects.filter(status=Status.DELETED).order_by("updated_at")[:limit]


def without_variants(*, before: datetime, limit: int) -> QuerySet[StoredFile]:
    """Pictures created before then that lack their smaller sizes: first those never tried, then the longest untried."""
    waiting = StoredFile.objects.filter(status=Status.STORED, awaits_variants=True, created_at__lt=before)
    return waiting.order_by(F("variants_tried_at").asc(nulls_first=True), "created_at")[:limit]


def known_keys(keys: Collection[str]) -> set[str]:
    """Those of the keys that a row refers to, whatever the status of its file."""
    files = StoredFile.objects.filter(key__in=keys).values_list("key", flat=True)
    return {*files, *FileVariant.objects.filter(key__in=keys).values_list("key", flat=True)}


def _content(source: StoredFile | FileVariant, *, is_stand_in: bool = False) -> Content:
    return Content(source.key, source.content_type, source.size, source.sha256, is_stand_in)
