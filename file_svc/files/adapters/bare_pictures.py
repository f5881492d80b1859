"""Removing from a picture's file what is not shown: where and by whom it was taken, notes, hidden files.

The image data is kept bit for bit. Of the metadata only the orientation stays, without which a photograph would be
shown on its side.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from mmap import mmap

from PIL import Image

from file_svc.files.adapters.picture_parts import Part, Role, parts_of

_ORIENTATION = 0x0112
_UPRIGHT = 1
_LYING_ON_ITS_SIDE = range(5, 9)
_EXIF_BYTES_AT_MOST = 65_536

Piece = slice | bytes
"""A range of the file's bytes, or new bytes."""


@dataclass(frozen=True)
class BarePicture:
    """The pieces of a file that make up the picture, in order."""

    pieces: tuple[Piece, ...]
    frames: int
    orientation: int

    @property
    def is_on_its_side(self) -> bool:
        """Whether it is shown turned by 90°, with width and height swapped."""
        return self.orientation in _LYING_ON_ITS_SIDE

    def is_all_of(self, data: mmap) -> bool:
        """Whether the file contains nothing else."""
        kept = [piece for piece in self.pieces if isinstance(piece, slice)]
        return len(kept) == len(self.pieces) and sum(piece.stop - piece.start for piece in kept) == len(data)


def bare(data: mmap, content_type: str) -> BarePicture:
    """Find the pieces of a picture's file that are kept. Raises Malformed."""
    parts = list(parts_of(data, content_type))
    exif = next((part for part in parts if part.role is Role.EXIF), None)
    orientation = _orientation(data, exif) if exif else _UPRIGHT
    replaced = {exif: _EXIF_PARTS[content_type](_exif_of(orientation))} if exif and orientation != _UPRIGHT else {}
    return BarePicture(
        pieces=tuple(_as_webp(data, parts, replaced) if content_type == "image/webp" else _kept(parts, replaced)),
        frames=max(1, sum(part.role is Role.FRAME for part in parts)),
        orientation=orientation,
    )


def _kept(parts: list[Part], replaced: dict[Part, bytes]) -> Iterator[Piece]:
    for part in parts:
        if part in replaced:
            yield replaced[part]
        elif part.role in {Role.PICTURE, Role.FRAME}:
            yield slice(part.start, part.end)


def _orientation(data: mmap, part: Part) -> int:
    exif = Image.Exif()
    try:
        exif.load(data[part.body : min(part.end, part.body + _EXIF_BYTES_AT_MOST)])
        orientation = int(exif.get(_ORIENTATION, _UPRIGHT))
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return _UPRIGHT  # unreadable, so browsers do not turn the picture either
    return orientation if orientation in range(1, 9) else _UPRIGHT


def _exif_of(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes()


def _jpeg_exif(exif: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif


def _png_exif(exif: bytes) -> bytes:
    chunk = b"eXIf" + exif.removeprefix(b"Exif\0\0")
    return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))


def _webp_exif(exif: bytes) -> bytes:
    exif = exif.removeprefix(b"Exif\0\0")
    return struct.pack("<4sI", b"EXIF", len(exif)) + exif + bytes(len(exif) % 2)


_EXIF_PARTS: dict[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg_exif,
    "image/png": _png_exif,
    "image/webp": _webp_exif,
}

_WEBP_FLAGS_AT = 20
_WEBP_HAS_EXIF, _WEBP_HAS_XMP = 0x08, 0x04


def _as_webp(data: mmap, parts: list[Part], replaced: dict[Part, bytes]) -> Iterator[Piece]:
    """The header of a WebP states the length of the file and which kinds of chunks follow, so it is corrected."""
    first, *rest = parts
    kept = list(_kept(rest, replaced))
    header = bytearray(data[: first.end])
    if len(header) > _WEBP_FLAGS_AT:
        header[_WEBP_FLAGS_AT] &= ~(_WEBP_HAS_EXIF | _WEBP_HAS_XMP)
        header[_WEBP_FLAGS_AT] |= _WEBP_HAS_EXIF if replaced else 0
    length = first.end + sum(len(piece) if isinstance(piece, bytes) else piece.stop - piece.start for piece in kept)
    struct.pack_into("<I", header, 4, length - 8)
    yield slice(0, first.end) if header == data[: first.end] else bytes(header)
    yield from kept
