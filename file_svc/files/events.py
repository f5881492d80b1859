"""What is told about files."""

from common.contracts import FileDeleted, FileStored
from file_svc.files.models import StoredFile


def file_stored(file: StoredFile) -> FileStored:
    """A file is in storage, checked and whole."""
    return FileStored(
        file_id=str(file.id),
        owner_id=str(file.owner_id),
        purpose=file.purpose,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        visibility=file.visibility,
        width=file.width,
        height=file.height,
        version=file.version,
    )


def file_deleted(file: StoredFile) -> FileDeleted:
    """A file was deleted; its URLs no longer answer."""
    return FileDeleted(file_id=str(file.id), owner_id=str(file.owner_id), purpose=file.purpose, version=file.version)
