"""Making the smaller sizes of pictures."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from common.errors import NotFound
from file_svc.files import errors, selectors
from file_svc.files.adapters import object_store, pictures
from file_svc.files.models import FileVariant, Status, StoredFile, variant_keys

logger = logging.getLogger(__name__)

MISSING_AFTER = timedelta(minutes=20)
"""By then the retries of the fact itself have ended."""

_MADE_AT_ONCE = 50


def make_variants(*, file_id: UUID) -> None:
    """Make the smaller sizes of a picture, or make them again. A broken picture is noted, and not tried again.

    Raises StorageUnavailable or RenderingInterrupted.
    """
    file = selectors.stored_file(file_id)
    if file is None:
        # Deleted meanwhile: an earlier attempt may have stored something before it was interrupted.
        object_store.delete(variant_keys(file_id).values())
    elif file.is_picture:
        _make_variants(file)


def make_missing_variants(*, now: datetime) -> int:
    """Make the sizes that the fact's retries did not, say in a long outage of the storage; the longest untried first.

    Returns of how many pictures.
    """
    made = 0
    for file in selectors.without_variants(before=now - MISSING_AFTER, limit=_MADE_AT_ONCE):
        # Noted before the attempt: however that ends, this picture comes after all the others next time.
        StoredFile.objects.filter(id=file.id).update(variants_tried_at=now)
        try:
            make_variants(file_id=file.id)
            made += 1
        except pictures.RenderingInterrupted as error:  # it must not hold up the others; a later run tries it again
            logger.warning("%s has no variants yet: %s", file.id, error)
    return made


def _make_variants(file: StoredFile) -> None:
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        try:
            with closing(object_store.read(file.key)) as content:
                made = pictures.render(content, file.content_type, folder=Path(folder))
        except errors.BrokenPicture as error:
            _note_problem(file, error.detail)
            return
        except NotFound:
            _note_problem(file, "Its content is lost.")
            return
        variants = [_store_variant(file, picture) for picture in made]
    if not _remember_variants(file, variants):
        object_store.delete(variant.key for variant in variants)


def _note_problem(file: StoredFile, reason: str) -> None:
    StoredFile.objects.filter(id=file.id).update(variants_problem=reason[:200], awaits_variants=False)


def _store_variant(file: StoredFile, picture: pictures.Rendered) -> FileVariant:
    key = variant_keys(file.id)[picture.name]
    with picture.path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256")
        object_store.save(key, content, content_type=picture.content_type)
    return FileVariant(
        file=file,
        name=picture.name,
        key=key,
        content_type=picture.content_type,
        size=picture.path.stat().st_size,
        sha256=digest.hexdigest(),
        width=picture.width,
        height=picture.height,
    )


@transaction.atomic
def _remember_variants(file: StoredFile, variants: list[FileVariant]) -> bool:
    """Save the rows of all sizes together. False if the file was deleted while they were made."""
    row = StoredFile.objects.select_for_update().filter(id=file.id, status=Status.STORED).first()
    if row is None:
        return False
    row.awaits_variants = False
    row.save(update_fields=["awaits_variants", "updated_at"])
    FileVariant.objects.bulk_create(
        variants,
        update_conflicts=True,
        unique_fields=["file", "name"],
        update_fields=["key", "content_type", "size", "sha256", "width", "height", "made_at"],
    )
    return True
