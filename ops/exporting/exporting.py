"""The shop's catalogue, page by page, into a file and a folder of pictures beside it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ops.errors import OpsError
from ops.exporting.products import alt_of, categories_of, product_of
from ops.exporting.writers import WRITERS
from ops.importing.catalog import Picture, Product
from ops.importing.crew import PARALLEL, in_parallel
from ops.importing.loading import Watch
from ops.importing.reading import PICTURES
from ops.shop import Json, Refused, Shop

_STATUSES = ("published", "draft", "archived")
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}


@dataclass
class Exported:
    """How much was written, and which pictures were missing."""

    products: int = 0
    pictures: int = 0
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """A product to be written, with its key and the pictures that were missing."""

    key: str
    product: Product
    lost: tuple[str, ...] = ()


def export_catalog(
    shop: Shop, path: Path, *, format_name: str, with_pictures: bool, watch: Watch, parallel: int = PARALLEL
) -> Exported:
    """Write all products, whatever their status, as staff. The file appears only once it is complete.

    Raises OpsError if it cannot be written, or the shop fails.
    """
    exported = Exported()
    categories = list(categories_of(shop.categories()))
    read = partial(_read, shop, path.parent / PICTURES if with_pictures else None)
    with (
        replaced(path) as file,
        WRITERS[format_name](file, categories) as write,
        closing(in_parallel(read, _every_product(shop), parallel=parallel)) as pages,
    ):
        for page in pages:
            if page is None:
                continue
            write(page.key, page.product)
            exported.products += 1
            exported.pictures += len(page.product.pictures)
            exported.lost += page.lost
            watch(exported.products, None, page.product.title)
    return exported


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that atomically replaces the one at this path once it is complete. Raises OpsError."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OpsError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _every_product(shop: Shop) -> Iterator[Json]:
    """All products, the published ones first; of each status, the newest first."""
    for status in _STATUSES:
        yield from shop.products(status=status, ordering="newest")


def _read(shop: Shop, folder: Path | None, listed: Json) -> Page | None:
    """The product in full, with its pictures saved; None if it was removed from the shop meanwhile."""
    try:
        shown = shop.product(listed["id"])
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None
    if folder is None:
        return Page(shown["slug"], product_of(shown, ()))
    pictures, lost = [], []
    for number, image in enumerate(shown["images"], start=1):
        saved = _save(shop, image["id"], folder, f"{shown['slug']}-{number}")
        if saved:
            pictures.append(Picture(saved.name, alt_of(image, shown)))
        else:
            lost.append(f"{shown['title']}, picture {number}")
    return Page(shown["slug"], product_of(shown, pictures), tuple(lost))


def _save(shop: Shop, file_id: str, folder: Path, stem: str) -> Path | None:
    """Save a picture, unless it is there already. Returns its path; None if the shop has it no more."""
    try:
        file = shop.file(file_id)
        path = folder / f"{stem}{_SUFFIXES[file['content_type']]}"
        if not _is_there(path, file["sha256"]):
            content = shop.file_content(file_id)
            folder.mkdir(exist_ok=True)
            with replaced(path) as target:
                target.write(content)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None
    return path


def _is_there(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
