"""Receiving, serving and removing files, and making the smaller sizes of pictures."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from common.errors import Forbidden, NotFound
from common.events.outbox import publish
from file_svc.files import errors, events, rules, selectors
from file_svc.files.adapters import object_store, pictures
from file_svc.files.models import FileVariant, Status, StoredFile, original_key, variant_keys

UPLOAD_GRACE = timedelta(hours=1)
"""After this an upload that has not ended never will."""

_REMOVED_AT_ONCE = 100


@dataclass(frozen=True)
class Upload:
    """A file that has arrived whole, on disk, and what is known of it."""

    file: IO[bytes]
    name: str
    claimed_type: str
    size: int
    sha256: str


def store_upload(*, owner_id: UUID, upload: Upload, purpose: str | None, visibility: str | None) -> StoredFile:
    """Check an upload and keep it.

    The row commits first and names its object, so that whatever is cut off in between can be found and removed. Raises
    InvalidInput, UnsupportedType, TooLarge, PictureTooLarge, BrokenPicture; StorageUnavailable when nothing is stored.
    """
    file = _checked(owner_id=owner_id, upload=upload, purpose=purpose, visibility=visibility)
    file.save()
    object_store.save(file.key, upload.file, content_type=file.content_type)
    return _finish(file.id)


def open_content(content: selectors.Content, *, start: int, length: int) -> Iterator[bytes]:
    """These bytes of an object, piece by piece. Raises StorageUnavailable before the first one, or NotFound."""
    return object_store.read(content.key, start=start, length=length)


@transaction.atomic
def delete_file(*, file_id: UUID, person_id: UUID, is_staff: bool) -> None:
    """From now on nobody sees it; its objects go soon after. Raises NotFound, Forbidden."""
    visible = selectors.files_seen_by(person_id=person_id, is_staff=is_staff)
    file = visible.select_for_update().filter(id=file_id).first()
    if file is None:
        raise NotFound
    if not (is_staff or file.belongs_to(person_id)):
        raise Forbidden
    _mark_deleted(file)


def make_variants(*, file_id: UUID) -> None:
    """Make the smaller sizes of a picture. Doing it again replaces them; a broken picture is noted, not tried again."""
    file = selectors.stored_file(file_id)
    if file is None:
        # Deleted meanwhile: an earlier attempt may have stored something before it was cut off.
        object_store.delete(variant_keys(file_id).values())
    elif file.is_picture:
        _make_variants(file)


def sweep_unfinished(*, now: datetime) -> int:
    """Give up the uploads that were cut off. Returns how many."""
    return selectors.unfinished(before=now - UPLOAD_GRACE).update(status=Status.DELETED, updated_at=now)


def remove_deleted() -> int:
    """Remove the objects of deleted files, and then their rows. Returns how many; a storage that is away stops it."""
    removed = 0
    for file in selectors.deleted(limit=_REMOVED_AT_ONCE):
        object_store.delete([file.key, *variant_keys(file.id).values()])
        file.delete()
        removed += 1
    return removed


def _checked(*, owner_id: UUID, upload: Upload, purpose: str | None, visibility: str | None) -> StoredFile:
    content_type = rules.content_type_of(_head_of(upload.file), name=upload.name)
    terms = rules.purpose_of(purpose, content_type=content_type, name=upload.name, claimed_type=upload.claimed_type)
    file_id = uuid4()
    file = StoredFile(
        id=file_id,
        owner_id=owner_id,
        purpose=terms.name,
        visibility=rules.visibility_of(visibility, purpose=terms),
        key=original_key(file_id),
        name=upload.name,
        content_type=rules.require_allowed(terms, content_type=content_type, size=upload.size),
        size=upload.size,
        sha256=upload.sha256,
    )
    if file.is_picture:
        file.width, file.height = pictures.measure(upload.file, file.content_type)
    return file


def _head_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(rules.HEAD_BYTES)


@transaction.atomic
def _finish(file_id: UUID) -> StoredFile:
    file = StoredFile.objects.select_for_update().filter(id=file_id, status=Status.STORING).first()
    if file is None:
        # It took longer than the grace time, and the sweeper was here.
        raise errors.StorageUnavailable
    file.status = Status.STORED
    file.save(update_fields=["status", "updated_at"])
    publish(events.file_stored(file))
    return file


def _mark_deleted(file: StoredFile) -> None:
    file.status = Status.DELETED
    file.version += 1
    file.save(update_fields=["status", "version", "updated_at"])
    publish(events.file_deleted(file))


def _make_variants(file: StoredFile) -> None:
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        try:
            made = pictures.render(object_store.read(file.key), file.content_type, folder=Path(folder))
        except errors.BrokenPicture as error:
            _note_problem(file, error.detail)
            return
        variants = [_store_variant(file, picture) for picture in made]
    if not _remember_variants(file, variants):
        object_store.delete(variant.key for variant in variants)


def _note_problem(file: StoredFile, reason: str) -> None:
    StoredFile.objects.filter(id=file.id).update(variants_problem=reason[:200])


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
    """Write the sizes down together. False when the file was deleted while they were made."""
    if not StoredFile.objects.select_for_update().filter(id=file.id, status=Status.STORED).exists():
        return False
    FileVariant.objects.bulk_create(
        variants,
        update_conflicts=True,
        unique_fields=["file", "name"],
        update_fields=["key", "content_type", "size", "sha256", "width", "height", "made_at"],
    )
    return True
