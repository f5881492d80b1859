"""Pictures for tests."""

import io
import struct
import zlib
from functools import cache

from PIL import Image, ImageCms, ImageDraw

GPS = 0x8825
ORIENTATION = 0x0112
ROTATED_CLOCKWISE = 6


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def drawn(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", (width, height), "blue")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2, height), fill="red")
    return picture.convert(mode)


def png(width: int = 64, height: int = 48, mode: str = "RGB") -> bytes:
    """A PNG."""
    return encoded(drawn(width, height, mode), "PNG")


def jpeg(width: int = 64, height: int = 48, mode: str = "RGB") -> bytes:
    """A JPEG."""
    return encoded(drawn(width, height, mode), "JPEG")


def webp(width: int = 64, height: int = 48) -> bytes:
    """A WebP."""
    return encoded(drawn(width, height), "WEBP")


def gif(width: int = 64, height: int = 48, frames: int = 1) -> bytes:
    """A GIF, animated if it has several frames."""
    pictures = [drawn(width, height).rotate(index) for index in range(frames)]
    return encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:])


def film(frames: int) -> bytes:
    """A GIF of very many frames, in few bytes."""
    still = gif(8, 8)
    frame = still[still.index(b",\x00\x00\x00\x00\x08") : -1]
    return still[:-1] + frame * (frames - 1) + still[-1:]


@cache  # a profile contains the time of its creation, and a test may need the same picture twice
def photo_with_secrets(width: int = 400, height: int = 300) -> bytes:
    """A JPEG that is rotated by its EXIF data, which also say where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED_CLOCKWISE
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return encoded(drawn(width, height), "JPEG", exif=exif, icc_profile=profile, comment=b"taken at home")


def undecodable() -> bytes:
    """A PNG with valid chunks, whose pixels cannot be decoded."""
    return flood(64, 48)


def flood(width: int = 65_000, height: int = 65_000) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\x00")) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
