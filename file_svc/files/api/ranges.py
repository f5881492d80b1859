"""Range requests (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from file_svc.files import errors

_SINGLE = re.compile(r"^bytes=[ \t]*([0-9]{0,100})-([0-9]{0,100})[ \t]*$", re.IGNORECASE)


@dataclass(frozen=True)
class ByteRange:
    """``length`` bytes from ``start`` on, of a content of ``size`` bytes."""

    start: int
    length: int
    size: int

    @property
    def content_range(self) -> str:
        """The response's ``Content-Range``."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size}"


def requested_range(header: str, *, size: int) -> ByteRange | None:
    """The range that the ``Range`` header asks for. None if there is none, or several, or an invalid one.

    Then all of the content is sent, as the RFC allows. Raises RangeNotSatisfiable when the range lies beyond the end.
    """
    match = _SINGLE.match(header)
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        start = size - length
    else:
        start = int(first)
        if last and int(last) < start:
            return None
        length = min(int(last) + 1 if last else size, size) - start
    if length <= 0:
        raise errors.RangeNotSatisfiable(size=size)
    return ByteRange(start, length, size)
