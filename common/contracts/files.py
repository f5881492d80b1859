"""What file_svc tells."""

from dataclasses import dataclass

from common.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class FileStored(Contract, name="files.file_stored.v1", aggregate="file_id"):
    """A file is in storage, checked and whole."""

    file_id: str
    owner_id: str
    purpose: str
    content_type: str
    size: int
    sha256: str
    visibility: str = "public"
    width: int | None = None
    """Of a picture, in pixels, as it is seen: upright."""
    height: int | None = None


@dataclass(frozen=True, kw_only=True)
class FileDeleted(Contract, name="files.file_deleted.v1", aggregate="file_id"):
    """A file was deleted; its URLs no longer answer."""

    file_id: str
    owner_id: str
    purpose: str
