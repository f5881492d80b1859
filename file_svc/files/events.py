"""What is told about files."""

from common.contracts import FileStored
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
        version=file.version,
    )
