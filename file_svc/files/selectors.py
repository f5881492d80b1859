"""Which files somebody may see, and what there is to send of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from common.errors import NotFound
from file_svc.files import rules
from file_svc.files.models import FileVariant, Status, StoredFile, Visibility


@dataclass(frozen=True)
class Content:
    """An object to be sent. A stand-in is the original in place of a smaller size that is not made yet."""

    key: str
    content_type: str
    size: int
    sha256: str
    is_stand_in: bool = False


def files_seen_by(*, person_id: UUID | None, is_staff: bool) -> QuerySet[StoredFile]:
    """Staff see all that is stored; everybody sees the public ones and their own."""
    stored = StoredFile.objects.filter(status=Status.STORED)
    if is_staff:
        return stored
    return stored.filter(Q(visibility=Visibility.PUBLIC) | Q(owner_id=person_id))


def file_seen_by(*, file_id: UUID, person_id: UUID | None, is_staff: bool) -> StoredFile:
    """One file with its smaller sizes. Raises NotFound, also for one that is somebody else's and private."""
    visible = files_seen_by(person_id=person_id, is_staff=is_staff).prefetch_related("variants")
    file = visible.filter(id=file_id).first()
    if file is None:
        raise NotFound
    return file


def content_of(file: StoredFile, *, variant: str | None) -> Content:
    """What to send for a file in a size (None: as it was uploaded). Raises InvalidInput for an unknown size."""
    if variant is None:
        return _content(file)
    rules.require_known_variant(variant)
    made = file.variants_by_name()[variant]
    return _content(made) if made else _content(file, is_stand_in=True)


def stored_file(file_id: UUID) -> StoredFile | None:
    """For the service's own work: the file, if it is stored and not deleted."""
    return StoredFile.objects.filter(id=file_id, status=Status.STORED).first()


def unfinished(*, before: datetime) -> QuerySet[StoredFile]:
    """Uploads that began before then and never ended."""
    return StoredFile.objects.filter(status=Status.STORING, created_at__lt=before)


def deleted(*, limit: int) -> QuerySet[StoredFile]:
    """Files whose objects are to be removed, those that wait longest first."""
    return StoredFile.objects.filter(status=Status.DELETED).order_by("updated_at")[:limit]


def _content(source: StoredFile | FileVariant, *, is_stand_in: bool = False) -> Content:
    return Content(source.key, source.content_type, source.size, source.sha256, is_stand_in)
