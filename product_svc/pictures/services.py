"""Keeping the copy of what is known of files, and holding on to it while something is decided by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from common.contracts import FileDeleted, FileStored
from product_svc.pictures.models import Picture


@transaction.atomic
def keep_picture(*, file: FileStored) -> bool:
    """Replace what we know of a file, unless something newer is known. True when that was news."""
    return _learn(
        file.file_id,
        version=file.version,
        owner_id=file.owner_id,
        purpose=file.purpose,
        content_type=file.content_type,
        visibility=file.visibility,
        width=file.width,
        height=file.height,
    )


@transaction.atomic
def bury_picture(*, file: FileDeleted) -> bool:
    """Remember that a file is gone, also one of which nothing else was told. True when that was news."""
    return _learn(file.file_id, version=file.version, owner_id=file.owner_id, purpose=file.purpose, is_deleted=True)


@transaction.atomic
def hold_pictures(file_ids: Iterable[UUID], *, now: datetime) -> None:
    """Let nobody learn more of these files until the transaction ends, so that what is decided by them holds."""
    # An upsert locks also what is new; in the order of ids, so that no two of these wait for each other.
    Picture.objects.bulk_create(
        [Picture(file_id=file_id, wanted_at=now) for file_id in sorted(set(file_ids))],
        update_conflicts=True,
        unique_fields=["file_id"],
        update_fields=["wanted_at"],
    )


def forget_unheard(*, before: datetime) -> None:
    """Forget the files that were last wanted before then, and of which nothing was ever told."""
    Picture.objects.filter(version=0, wanted_at__lt=before).delete()


def _learn(file_id: str, *, version: int, **told: Any) -> bool:
    Picture.objects.bulk_create([Picture(file_id=file_id)], ignore_conflicts=True)
    return Picture.objects.filter(file_id=file_id, version__lt=version).update(version=version, **told) == 1
