"""Receiving files, copying them, and sending them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO
from uuid import UUID, uuid4

from django.db import transaction

from common.api.idempotency.errors import KeyReused
from common.events.outbox import publish
from file_svc.files import errors, events, rules, selectors
from file_svc.files.adapters import object_store, pictures
from file_svc.files.models import Status, StoredFile, original_key


@dataclass(frozen=True)
class Upload:
    """A file that was received completely, on disk, and what is known of it."""

    file: IO[bytes]
    name: str
    claimed_type: str
    size: int
    sha256: str


def store_upload(
    *, owner_id: UUID, upload: Upload, purpose: str | None, visibility: str | None, key: str | None = None
) -> StoredFile:
    """Check an upload and store it, a picture without its metadata.

    The row is committed first and names its object: so an interrupted upload can be found and removed, and a retry
    with the same idempotency ``key`` continues it. Raises InvalidInput, UnsupportedType, TooLarge, PictureTooLarge,
    BrokenPicture, KeyReused; StorageUnavailable when nothing is stored.
    """
    content_type = rules.content_type_of(_head_of(upload.file), name=upload.name)
    terms = rules.purpose_of(purpose, content_type=content_type, name=upload.name, claimed_type=upload.claimed_type)
    file = _new_file(
        owner_id=owner_id,
        purpose=terms.name,
        visibility=rules.visibility_of(visibility, purpose=terms),
        name=upload.name,
        content_type=rules.require_allowed(terms, content_type=content_type, size=upload.size),
        idempotency_key=key,
    )
    with _what_is_kept(file, upload) as kept:
        file.size, file.sha256 = kept.size, kept.sha256
        file = _begun(file)
        if file.status == Status.STORING:
            object_store.save(file.key, kept.file, content_type=file.content_type)
    return _finish(file.id)


def copy_file(*, file_id: UUID, person_id: UUID, is_staff: bool, key: str | None = None) -> StoredFile:
    """Copy a file that a person may read into one of their own; once for each idempotency ``key``.

    Raises NotFound, also when it is deleted meanwhile; KeyReused; StorageUnavailable when nothing is stored.
    """
    source = selectors.file_seen_by(file_id=file_id, person_id=person_id, is_staff=is_staff)
    file = _new_file(
        owner_id=person_id,
        purpose=source.purpose,
        visibility=source.visibility,
        name=source.name,
        content_type=source.content_type,
        size=source.size,
        sha256=source.sha256,
        width=source.width,
        height=source.height,
        idempotency_key=key,
    )
    file = _begun(file)
    if file.status == Status.STORING:
        object_store.copy(source.key, file.key)
    return _finish(file.id)


def open_content(content: selectors.Content, *, start: int, length: int) -> Iterator[bytes]:
    """A range of an object, in pieces. Raises StorageUnavailable, also between pieces, or NotFound."""
    return object_store.read(content.key, start=start, length=length)


def _new_file(**known: object) -> StoredFile:
    file_id = uuid4()
    file = StoredFile(id=file_id, key=original_key(file_id), **known)
    file.awaits_variants = file.is_picture
    return file


def _begun(file: StoredFile) -> StoredFile:
    """Save the row of a new file, or return that of an earlier request with its idempotency key. Raises KeyReused."""
    if file.idempotency_key is None:
        file.save(force_insert=True)
        return file
    StoredFile.objects.bulk_create([file], ignore_conflicts=True)
    row = StoredFile.objects.filter(owner_id=file.owner_id, idempotency_key=file.idempotency_key).first()
    if row is None:  # the earlier file was deleted just now
        raise errors.StorageUnavailable
    if not row.is_like(file):
        raise KeyReused
    return row


@contextmanager
def _what_is_kept(file: StoredFile, upload: Upload) -> Iterator[Upload]:
    """What to store: the upload, or a copy of a picture without its metadata. Sets a picture's width and height."""
    if not file.is_picture:
        yield upload
        return
    picture = pictures.examine(upload.file, file.content_type)
    file.width, file.height = picture.width, picture.height
    if picture.bare is None:
        yield upload
        return
    with picture.bare.file as bare:
        yield replace(upload, file=bare, size=picture.bare.size, sha256=picture.bare.sha256)


def _head_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(rules.HEAD_BYTES)


@transaction.atomic
def _finish(file_id: UUID) -> StoredFile:
    file = StoredFile.objects.select_for_update().filter(id=file_id).exclude(status=Status.DELETED).first()
    if file is None:
        # It took longer than UPLOAD_GRACE, and the sweeper has given it up.
        raise errors.StorageUnavailable
    if file.status == Status.STORED:  # by another request under the same key
        return file
    file.status = Status.STORED
    file.save(update_fields=["status", "updated_at"])
    publish(events.file_stored(file))
    return file
