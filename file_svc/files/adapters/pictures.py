"""Pictures: measured here by their headers alone, decoded only in a child process that may fail."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO

from django.conf import settings
from PIL import Image, WebPImagePlugin

from file_svc.files import errors, rules
from file_svc.files.adapters import bare_pictures, picture_renderer
from file_svc.files.adapters.picture_parts import Malformed

RENDER_TIMEOUT_SECONDS = 30
RENDER_CPU_SECONDS = 20
RENDER_MEMORY_BYTES = 1536 * 2**20
_STEP_BYTES = 64 * 1024

# A header that claims more pixels than we decode is an error, before a byte of it is decoded.
Image.MAX_IMAGE_PIXELS = rules.LARGEST_PICTURE_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": WebPImagePlugin.WebPImageFile.format,
}
# What Pillow's readers raise when a file is not what its first bytes promise.
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error)


class RenderingInterrupted(Exception):
    """The child process timed out or was killed. That says nothing about the picture: try again later."""


@dataclass(frozen=True)
class BareFile:
    """A picture's file without metadata."""

    file: IO[bytes]
    size: int
    sha256: str


@dataclass(frozen=True)
class Examined:
    """An uploaded picture: its size in pixels as it is shown, and a file without metadata if it contained any."""

    width: int
    height: int
    bare: BareFile | None


@dataclass(frozen=True)
class Rendered:
    """A picture in a smaller size, in a file."""

    name: str
    path: Path
    width: int
    height: int
    content_type: str = "image/webp"


def examine(file: IO[bytes], content_type: str) -> Examined:
    """Check an uploaded picture and remove its metadata, without decoding it. Raises PictureTooLarge, BrokenPicture."""
    file.seek(0)  # flushes what was written, so that mmap sees it
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        try:
            picture = bare_pictures.bare(data, content_type)
        except Malformed as error:
            raise errors.BrokenPicture(errors={"file": [f"The picture cannot be read: {error}."]}) from error
        rules.require_few_frames(picture.frames)
        width, height = measure(file, content_type)
        size = (height, width) if picture.is_on_its_side else (width, height)
        return Examined(*size, bare=None if picture.is_all_of(data) else _written(data, picture.pieces))


def measure(file: IO[bytes], content_type: str) -> tuple[int, int]:
    """Width and height in pixels, by the header. Raises PictureTooLarge, BrokenPicture."""
    file.seek(0)
    try:
        with Image.open(file, formats=[_FORMATS[content_type]]) as picture:
            width, height = picture.size
            rules.require_decodable(width=width, height=height)
            picture.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        limit = f"At most {rules.LARGEST_PICTURE_PIXELS // 1_000_000} million pixels are allowed."
        raise errors.PictureTooLarge(errors={"file": [limit]}) from error
    except _UNREADABLE as error:
        raise errors.BrokenPicture(errors={"file": ["The picture cannot be read."]}) from error
    return width, height


def render(original: Iterator[bytes], content_type: str, *, folder: Path) -> list[Rendered]:
    """Write the smaller sizes into ``folder``. Raises BrokenPicture with the reason, or RenderingInterrupted."""
    source = folder / "original"
    with source.open("wb") as file:
        file.writelines(original)
    order = {
        "format": _FORMATS[content_type],
        "longest_sides": rules.VARIANTS,
        "largest_pixels": rules.LARGEST_PICTURE_PIXELS,
        "memory_bytes": RENDER_MEMORY_BYTES,
        "cpu_seconds": RENDER_CPU_SECONDS,
    }
    sizes = _run(order, folder)
    return [Rendered(name, folder / f"{name}.webp", *sizes[name]) for name in rules.VARIANTS]


def _written(data: mmap, pieces: Iterable[bare_pictures.Piece]) -> BareFile:
    file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - goes with the upload
    digest = hashlib.sha256()
    for content in _in_small_steps(data, pieces):
        file.write(content)
        digest.update(content)
    return BareFile(file, file.tell(), digest.hexdigest())


def _in_small_steps(data: mmap, pieces: Iterable[bare_pictures.Piece]) -> Iterator[bytes]:
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
        else:
            for start in range(piece.start, piece.stop, _STEP_BYTES):
                yield data[start : min(start + _STEP_BYTES, piece.stop)]


def _run(order: dict[str, object], folder: Path) -> dict[str, tuple[int, int]]:
    """Run one child process for one picture, without our environment (it holds secrets) and our import paths."""
    argv = [sys.executable, "-I", str(Path(picture_renderer.__file__)), json.dumps(order)]
    environment = {"LANG": "C.UTF-8", "PATH": os.defpath}
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and no argument comes from a client
            argv, cwd=folder, env=environment, capture_output=True, timeout=RENDER_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise RenderingInterrupted("no time left") from error
    if done.returncode == -signal.SIGKILL:
        raise RenderingInterrupted("killed")
    if done.returncode != 0:
        last_line = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise errors.BrokenPicture(last_line or f"The decoder ended with {done.returncode}.")
    sizes: dict[str, tuple[int, int]] = json.loads(done.stdout)
    return sizes
