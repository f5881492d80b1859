"""Splitting picture files into their parts (segments, chunks, blocks), without decoding any image data.

The formats are those of ITU T.81 (annex B), the PNG specification (3rd edition), the GIF89a specification, and Google's
"WebP Container Specification".
"""

from __future__ import annotations

import enum
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

_ENOUGH_HOPS = 250_000
"""The most parts that are read. A legitimate picture of 25 MiB has 100,000 at most, the blocks of a GIF."""


class Role(enum.Enum):
    """The purpose of a part."""

    PICTURE = enum.auto()
    FRAME = enum.auto()
    """One frame of an animation."""
    CONTENTS = enum.auto()
    """The header of a WebP, which states which chunks follow."""
    EXIF = enum.auto()
    OTHER = enum.auto()


@dataclass(frozen=True, slots=True)
class Part:
    """A range of a file's bytes; ``body`` is where the payload begins, which is used of EXIF metadata only."""

    role: Role
    start: int
    end: int
    body: int = 0


class Malformed(Exception):
    """The file does not follow its format, or is truncated."""


def parts_of(data: mmap, content_type: str) -> Iterator[Part]:
    """All parts up to the end of the picture; what follows in the file is ignored. Raises Malformed."""
    try:
        for part in _WALKS[content_type](data):
            if part.end > len(data):
                raise Malformed("it breaks off")
            yield part
    except (struct.error, IndexError) as error:
        raise Malformed("it breaks off") from error


# A marker outside of coded data, in which FF 00 is the value FF, and FF D0 to FF D7 are restart markers.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_JPEG_END, _JPEG_SCAN, _JPEG_COMMENT = 0xD9, 0xDA, 0xFE
_JPEG_APPLICATIONS = range(0xE0, 0xF0)
_JPEG_TO_KEEP = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_JFIF_BYTES = 18
"""The size of a JFIF segment without a thumbnail, its marker included."""


def _jpeg(data: mmap) -> Iterator[Part]:
    yield Part(Role.PICTURE, 0, 2)
    position = 2
    for _ in range(_ENOUGH_HOPS):
        marker = _jpeg_marker(data, position)
        start, code = marker.start(), marker[1][0]
        if code == _JPEG_END:
            yield Part(Role.PICTURE, start, start + 2)
            return
        (length,) = struct.unpack_from(">H", data, start + 2)
        position = start + 2 + length
        if code == _JPEG_SCAN:
            position = _jpeg_marker(data, position).start()
        yield Part(_jpeg_role(code, data[start + 4 : start + 18], position - start), start, position, body=start + 4)
    raise Malformed("it has too many parts")


def _jpeg_marker(data: mmap, position: int) -> re.Match[bytes]:
    marker = _JPEG_MARKER.search(data, position)
    if marker is None:
        raise Malformed("it breaks off")
    return marker


def _jpeg_role(code: int, head: bytes, size: int) -> Role:
    if code not in _JPEG_APPLICATIONS and code != _JPEG_COMMENT:
        return Role.PICTURE
    if head.startswith(b"Exif\0") and code == 0xE1:
        return Role.EXIF
    if code not in _JPEG_TO_KEEP or not head.startswith(_JPEG_TO_KEEP[code]):
        return Role.OTHER
    return Role.OTHER if code == 0xE0 and size != _JFIF_BYTES else Role.PICTURE


_PNG_OF_THE_PICTURE = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT cICP mDCV cLLI bKGD pHYs acTL fdAT".split()
)


def _png(data: mmap) -> Iterator[Part]:
    yield Part(Role.PICTURE, 0, 8)
    position = 8
    for _ in range(_ENOUGH_HOPS):
        length, kind = struct.unpack_from(">I4s", data, position)
        start, position = position, position + 12 + length
        yield Part(_png_role(kind), start, position, body=start + 8)
        if kind == b"IEND":
            return
    raise Malformed("it has too many parts")


def _png_role(kind: bytes) -> Role:
    special = {b"fcTL": Role.FRAME, b"eXIf": Role.EXIF}
    return special.get(kind) or (Role.PICTURE if kind in _PNG_OF_THE_PICTURE else Role.OTHER)


_GIF_END, _GIF_FRAME, _GIF_EXTENSION = b"\x3b", b"\x2c", b"\x21"
_GIF_CONTROL, _GIF_APPLICATION = 0xF9, 0xFF
_GIF_LOOPS = frozenset({b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0"})


def _gif(data: mmap) -> Iterator[Part]:
    position = 13 + _colours_bytes(data[10])
    yield Part(Role.PICTURE, 0, position)
    hops = iter(range(_ENOUGH_HOPS))
    while True:
        start, kind = position, data[position : position + 1]
        if kind == _GIF_END:
            yield Part(Role.PICTURE, start, start + 1)
            return
        if kind == _GIF_FRAME:
            position = _after_blocks(data, start + 11 + _colours_bytes(data[start + 9]), hops)
            yield Part(Role.FRAME, start, position)
        elif kind == _GIF_EXTENSION:
            position = _after_blocks(data, start + 2, hops)
            yield Part(_gif_extension_role(data[start + 1 : start + 14]), start, position)
        else:
            raise Malformed("it breaks off")


def _colours_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: mmap, position: int, hops: Iterator[int]) -> int:
    for _ in hops:
        length = data[position]
        position += 1 + length
        if length == 0:
            return position
    raise Malformed("it has too many parts")


def _gif_extension_role(head: bytes) -> Role:
    is_loop = head[0] == _GIF_APPLICATION and head[1:] in _GIF_LOOPS
    return Role.PICTURE if head[0] == _GIF_CONTROL or is_loop else Role.OTHER


_WEBP_OF_THE_PICTURE = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ICCP"})


def _webp(data: mmap) -> Iterator[Part]:
    (length,) = struct.unpack_from("<I", data, 4)
    end = 8 + length
    # The extended format states in a chunk of its own (VP8X) what it contains; the simple one is a single chunk.
    position = 30 if data[12:16] == b"VP8X" else 12
    yield Part(Role.CONTENTS, 0, position)
    for _ in range(_ENOUGH_HOPS):
        if position >= end:
            return
        kind, length = struct.unpack_from("<4sI", data, position)
        start, position = position, position + 8 + length + length % 2
        yield Part(_webp_role(kind), start, position, body=start + 8)
    raise Malformed("it has too many parts")


def _webp_role(kind: bytes) -> Role:
    special = {b"ANMF": Role.FRAME, b"EXIF": Role.EXIF}
    return special.get(kind) or (Role.PICTURE if kind in _WEBP_OF_THE_PICTURE else Role.OTHER)


_WALKS = {"image/jpeg": _jpeg, "image/png": _png, "image/gif": _gif, "image/webp": _webp}
