"""Receiving uploads: written to disk, hashed on the way, and refused if they are incomplete."""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from file_svc.files import errors, rules

_PIECE_BYTES = 64 * 1024
_CUT_SHORT = "The upload was cut short."


def require_length(request: Request) -> None:
    """Raises LengthRequired for a body of undeclared length, as with ``Transfer-Encoding: chunked``."""
    if not request.META.get("CONTENT_LENGTH") and request.headers.get("Transfer-Encoding"):
        raise errors.LengthRequired


class UploadParser(MultiPartParser):
    """``multipart/form-data`` with one file in it, called ``file``."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]
        if int(request.META["CONTENT_LENGTH"]) > settings.UPLOAD_LIMIT_BYTES:
            limit = f"A whole request: at most {settings.UPLOAD_LIMIT_BYTES // rules.MEBIBYTE} MiB."
            raise errors.TooLarge(errors={"file": [limit]})
        spool = HashingSpool(request)
        request.upload_handlers = [spool]
        try:
            return self._parse_whole(WatchedStream(stream), media_type, parser_context)
        except (SuspiciousOperation, LookupError, UnicodeError) as error:
            # Too many or too long fields, or a file name in an unknown encoding.
            spool.close()
            raise ParseError(f"Multipart form parse error - {error}") from error
        except Exception:
            spool.close()
            raise

    def _parse_whole(self, body: WatchedStream, media_type: str | None, parser_context: Any) -> Any:
        try:
            parsed = super().parse(body, media_type, parser_context)  # type: ignore[arg-type]  # it only reads
        finally:
            body.exhaust()
        if not body.ends_with_delimiter(parse_header_parameters(media_type or "")[1]["boundary"]):
            raise ParseError(_CUT_SHORT)
        return parsed


class WatchedStream:
    """A request's body that remembers its last bytes: the parser takes a truncated body for a complete one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.tail = b""

    def read(self, size: int = _PIECE_BYTES) -> bytes:
        """The next bytes. Raises ParseError when the client has gone."""
        try:
            piece = self.stream.read(size)
        except OSError as error:
            raise ParseError(_CUT_SHORT) from error
        self.tail = (self.tail + piece)[-1024:]
        return piece

    def exhaust(self) -> None:
        """Read to the end, so that a client that is still sending gets our refusal instead of a reset connection."""
        while self.read():
            pass

    def ends_with_delimiter(self, boundary: str) -> bool:
        """Whether the closing delimiter of RFC 2046, section 5.1.1, has arrived."""
        return f"--{boundary}--".encode() in self.tail


class HashingSpool(FileUploadHandler):
    """Write the form's one file to disk. Raises ValidationError for any other file part."""

    file: SpooledUpload

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != "file":
            raise ValidationError({self.field_name or "non_field_errors": ["This is not a field for a file."]})
        if hasattr(self, "file"):
            raise ValidationError({"file": ["Send exactly one file."]})
        self.file = SpooledUpload(self.file_name or "", self.content_type or "")

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        self.file.append(raw_data)

    def file_complete(self, _file_size: int) -> SpooledUpload:
        return self.file

    def close(self) -> None:
        """Discard what has arrived."""
        if hasattr(self, "file"):
            self.file.close()


class SpooledUpload(UploadedFile):  # type: ignore[type-arg]  # generic only in its stubs
    """An unnamed file on disk, of which a crash leaves nothing; it is hashed while it is written."""

    file: IO[bytes]
    size: int

    def __init__(self, name: str, content_type: str) -> None:
        spool = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - closed with the request
        super().__init__(file=spool, name=name, content_type=content_type, size=0)
        self._digest = hashlib.sha256()

    def append(self, data: bytes) -> None:
        """Write and hash the next bytes."""
        self.file.write(data)
        self._digest.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """The digest of all that was written, in hex."""
        return self._digest.hexdigest()
