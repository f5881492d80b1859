"""Files for tests."""

import hashlib
import tempfile
import uuid
from typing import IO

from file_svc.files import services
from file_svc.files.models import StoredFile
from tests.file_svc import pictures

OWNER = uuid.UUID("00000000-0000-4000-8000-000000000001")
STRANGER = uuid.UUID("00000000-0000-4000-8000-000000000002")


def on_disk(content: bytes) -> IO[bytes]:
    """A temporary file with this content."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(content)
    return file


def stored(
    content: bytes | None = None,
    *,
    name: str = "mug.png",
    owner_id: uuid.UUID = OWNER,
    purpose: str | None = None,
    visibility: str | None = None,
) -> StoredFile:
    """A file in the storage; by default a public picture."""
    content = pictures.png() if content is None else content
    with on_disk(content) as file:
        upload = services.Upload(
            file=file, name=name, claimed_type="", size=len(content), sha256=hashlib.sha256(content).hexdigest()
        )
        return services.store_upload(owner_id=owner_id, upload=upload, purpose=purpose, visibility=visibility)


def stored_secret() -> StoredFile:
    """A private document."""
    return stored(b"%PDF-1.7 an invoice", name="invoice.pdf", purpose="invoice")
