"""Files for tests."""

import hashlib
import io
import uuid

from file_svc.files import services
from file_svc.files.models import StoredFile
from tests.file_svc import pictures

OWNER = uuid.UUID("00000000-0000-4000-8000-000000000001")
STRANGER = uuid.UUID("00000000-0000-4000-8000-000000000002")


def upload(content: bytes, *, name: str = "mug.png", claimed_type: str = "") -> services.Upload:
    """Some bytes that have arrived."""
    return services.Upload(
        file=io.BytesIO(content),
        name=name,
        claimed_type=claimed_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def stored(
    content: bytes | None = None,
    *,
    name: str = "mug.png",
    owner_id: uuid.UUID = OWNER,
    purpose: str | None = None,
    visibility: str | None = None,
) -> StoredFile:
    """A file in the storage; a public picture unless said otherwise."""
    content = pictures.png() if content is None else content
    return services.store_upload(
        owner_id=owner_id, upload=upload(content, name=name), purpose=purpose, visibility=visibility
    )


def stored_secret() -> StoredFile:
    """A private document."""
    return stored(b"%PDF-1.7 an invoice", name="invoice.pdf", purpose="invoice")
