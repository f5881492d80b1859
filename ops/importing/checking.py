"""Checking pictures before they are uploaded: they keep the shop's limits, and every pixel can be read."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from ops.importing.catalog import RowUnusable, ShownPicture

# The shop's own limits (file_svc.files.rules).
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
LARGEST_BYTES = 10 * 2**20
LARGEST_PIXELS = 50_000_000

# Pillow counts the pixels by the header, before it allocates memory for them. This is global, but nothing else in
# ops uses Pillow.
Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

_TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error, MemoryError)
_SMALL = (64, 64)


def require_pictures(pictures: tuple[ShownPicture, ...]) -> None:
    """Raises RowUnusable, with the reason, for the first picture that the shop would not accept."""
    for picture in pictures:
        _require_picture(picture.path)


def _require_picture(path: Path) -> None:
    if not path.is_file():
        raise RowUnusable(f"its picture {path.name} is not in {path.parent}/")
    if path.stat().st_size > LARGEST_BYTES:
        raise RowUnusable(f"its picture {path.name} has more than {LARGEST_BYTES // 2**20} MiB")
    try:
        with Image.open(path, formats=FORMATS) as picture:
            picture.draft(None, _SMALL)  # a JPEG can be checked to its end without being decoded at full size
            picture.load()
    except _TOO_MANY_PIXELS as error:
        limit = f"at most {LARGEST_PIXELS // 1_000_000} million are taken"
        raise RowUnusable(f"its picture {path.name} has too many pixels: {limit}") from error
    except UnidentifiedImageError as error:
        kinds = ", ".join(FORMATS)
        raise RowUnusable(f"its picture {path.name} is none: what counts is the content, one of {kinds}") from error
    except _UNREADABLE as error:
        raise RowUnusable(f"its picture {path.name} cannot be read: {error}") from error
