"""What may be uploaded for which purpose, how a content type is detected, and which sizes a picture gets."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from common.errors import InvalidInput
from file_svc.files import errors

MEBIBYTE = 2**20

PUBLIC = "public"
PRIVATE = "private"

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
TEXTS = frozenset({"text/csv", "application/json", "text/plain"})
LARGEST_PICTURE_PIXELS = 50_000_000

MOST_FRAMES = 1000
"""Of an animation. Only the first is decoded here, but a browser that shows it decodes them all."""

VARIANTS = {"thumb": 200, "medium": 600, "large": 1200}
"""The longer side of each, in pixels, at most."""

HEAD_BYTES = 8192
"""How much of a file's beginning is read to detect its content type."""

_PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
)
_TEXT_BY_SUFFIX = {"csv": "text/csv", "json": "application/json"}
_SUFFIXES = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "application/pdf": (".pdf",),
    "application/zip": (".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub"),
    "application/json": (".json",),
    "text/csv": (".csv",),
    "text/plain": (".txt", ".md", ".log", ".tsv"),
}
"""What a name may end with, so that no system runs a file as something else; the first is added if there is none."""

_RESERVED_STEMS = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in "123456789")]
)
"""Names of devices in Windows, with any suffix ("Naming Files, Paths, and Namespaces" at Microsoft Learn)."""

_NOT_IN_NAMES = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))
_CONTROL_CHARACTERS = frozenset(map(chr, range(32))) - frozenset("\t\n\f\r")


@dataclass(frozen=True)
class Purpose:
    """What a file is for, and what may be uploaded for that. The first of the visibilities is the default."""

    name: str
    types: frozenset[str]
    largest_bytes: int
    visibilities: tuple[str, ...]


_ALL = (
    Purpose("product_image", PICTURES, 10 * MEBIBYTE, (PUBLIC, PRIVATE)),
    Purpose("avatar", PICTURES, 5 * MEBIBYTE, (PUBLIC, PRIVATE)),
    Purpose("review_image", PICTURES, 10 * MEBIBYTE, (PUBLIC, PRIVATE)),
    Purpose("import", TEXTS | {"application/zip"}, 25 * MEBIBYTE, (PRIVATE,)),
    Purpose("invoice", frozenset({"application/pdf"}), 10 * MEBIBYTE, (PRIVATE,)),
    Purpose("download", PICTURES | TEXTS | {"application/pdf", "application/zip"}, 25 * MEBIBYTE, (PRIVATE, PUBLIC)),
)
PURPOSES = {purpose.name: purpose for purpose in _ALL}


def content_type_of(head: bytes, *, name: str) -> str | None:
    """The content type, by the first bytes; the name decides only between kinds of text. None if it is unknown."""
    for signature, content_type in _SIGNATURES:
        if head.startswith(signature):
            return content_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if _is_plain_text(head):
        return _TEXT_BY_SUFFIX.get(name.rpartition(".")[2].lower(), "text/plain")
    return None


def purpose_of(given: str | None, *, content_type: str | None, name: str, claimed_type: str) -> Purpose:
    """The given purpose; by default that of a product's image for pictures and what claims to be one, else a download.

    Raises InvalidInput for an unknown purpose.
    """
    if given is None:
        claims_to_be_picture = claimed_type.startswith("image/") or name.lower().endswith(_PICTURE_SUFFIXES)
        return PURPOSES["product_image" if content_type in PICTURES or claims_to_be_picture else "download"]
    if given not in PURPOSES:
        raise InvalidInput(errors={"purpose": [f"One of {', '.join(PURPOSES)}."]})
    return PURPOSES[given]


def visibility_of(given: str | None, *, purpose: Purpose) -> str:
    """The given visibility, or the purpose's default. Raises InvalidInput for one that the purpose does not allow."""
    visibility = given or purpose.visibilities[0]
    if visibility not in purpose.visibilities:
        allowed = " or ".join(purpose.visibilities)
        raise InvalidInput(errors={"visibility": [f"For the purpose {purpose.name}: {allowed}."]})
    return visibility


def require_allowed(purpose: Purpose, *, content_type: str | None, size: int) -> str:
    """The content type, if the purpose allows it and the size. Raises UnsupportedType, TooLarge."""
    if content_type not in purpose.types:
        allowed = f"For the purpose {purpose.name}: {', '.join(sorted(purpose.types))}."
        raise errors.UnsupportedType(errors={"file": [allowed]})
    if size > purpose.largest_bytes:
        limit = f"For the purpose {purpose.name}: at most {purpose.largest_bytes // MEBIBYTE} MiB."
        raise errors.TooLarge(errors={"file": [limit]})
    return content_type


def require_decodable(*, width: int, height: int) -> None:
    """Raises PictureTooLarge: a small file can hold an enormous picture, and decoding it would exhaust the memory."""
    if width * height > LARGEST_PICTURE_PIXELS:
        reason = f"{width} × {height} pixels; at most {LARGEST_PICTURE_PIXELS // 1_000_000} million are allowed."
        raise errors.PictureTooLarge(errors={"file": [reason]})


def name_to_save_as(name: str, *, content_type: str) -> str:
    """A file name that is valid on every system, with a suffix that fits the content type."""
    printable = "".join(filter(str.isprintable, name)).translate(_NOT_IN_NAMES).strip(" .")
    if not printable.lower().endswith(_SUFFIXES[content_type]):
        printable += _SUFFIXES[content_type][0]
    stem = printable.partition(".")[0].strip().lower()
    return f"_{printable}" if stem in _RESERVED_STEMS or not stem else printable


def require_few_frames(frames: int) -> None:
    """Raises PictureTooLarge: an animation of many tiny frames is made to keep browsers busy."""
    if frames > MOST_FRAMES:
        raise errors.PictureTooLarge(errors={"file": [f"{frames} frames; at most {MOST_FRAMES} are allowed."]})


def require_known_variant(name: str) -> None:
    """Raises InvalidInput for a size that pictures do not have."""
    if name not in VARIANTS:
        raise InvalidInput(errors={"variant": [f"One of {', '.join(VARIANTS)}."]})


def _is_plain_text(head: bytes) -> bool:
    """UTF-8 without control characters, and no markup, which a browser might run (WHATWG's MIME Sniffing standard)."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return False
    return not text.lstrip().startswith("<") and _CONTROL_CHARACTERS.isdisjoint(text)
