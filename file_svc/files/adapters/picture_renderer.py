"""The child process that decodes untrusted pictures: ``picture_renderer.py ORDER`` in a folder with ``original``.

Its memory and CPU time are limited by the order, it knows no secrets, and it imports none of our modules. It writes
``<name>.webp`` for each size of the order (JSON: format, longest_sides, largest_pixels, memory_bytes, cpu_seconds) and
prints their widths and heights as JSON.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import warnings

from PIL import Image, ImageCms, ImageOps, WebPImagePlugin

_LAST_CPU_SECONDS = 5
_FORM = WebPImagePlugin.WebPImageFile.format
"""From the imported plugin: Pillow would load the plugins of all formats if asked for one that is not loaded yet."""
_EFFORT = 2
"""The WebP encoder's ``method``, 0 to 6. Encoding takes most of the time; with 4, twice that for 4 % smaller files."""
_REDUCING_GAP = 1.5
"""Decode no more pixels than this often the side wanted, where a format can: a third of the time of a photograph."""


def main() -> None:
    """Carry out the order."""
    order = json.loads(sys.argv[1])
    _bound(memory_bytes=order["memory_bytes"], cpu_seconds=order["cpu_seconds"])
    os.nice(5)  # requests, for which somebody waits, go first
    Image.MAX_IMAGE_PIXELS = order["largest_pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    sys.stdout.write(json.dumps(render(order["format"], order["longest_sides"])))


def _bound(*, memory_bytes: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + _LAST_CPU_SECONDS))


def render(picture_format: str, longest_sides: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Write each size, the largest first and each from the one before; none is larger than the original."""
    with Image.open("original", formats=[picture_format]) as original:
        picture = _reduced(original, max(longest_sides.values()))
    sizes = {}
    for name, side in sorted(longest_sides.items(), key=lambda item: -item[1]):
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        picture.save(f"{name}.webp", _FORM, quality=82, method=_EFFORT)
        sizes[name] = picture.size
    return sizes


def _reduced(original: Image.Image, side: int) -> Image.Image:
    """The first frame, upright, in sRGB, at most ``side`` pixels long, without any of the file's metadata."""
    picture = original
    if picture.mode in {"P", "1", "PA"}:  # a palette's colours cannot be averaged
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    elif picture.mode.startswith(("I", "F")):
        picture = _in_eight_bits(picture)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
    picture = _in_srgb(ImageOps.exif_transpose(picture))
    picture.info = {}
    return picture


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    return picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")


def _in_srgb(picture: Image.Image) -> Image.Image:
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if profile := picture.info.get("icc_profile"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError):
            converted = None  # an unreadable profile is ignored
        if converted is not None:
            return converted
    return picture.convert(mode)


if __name__ == "__main__":
    main()
