"""One product of a catalogue brought into the shop: made when it is new, changed where it differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.importing.catalog import Row
from ops.importing.differences import differences, fields_of
from ops.importing.report import Outcome
from ops.shop import Json, Refused, Shop


@dataclass(frozen=True)
class Loaded:
    """A row as it now stands in the shop."""

    product: Json
    outcome: Outcome


def load_product(shop: Shop, row: Row) -> Loaded:
    """Make the shop's product what the row says. Raises Refused, leaving nothing behind, when the shop will not."""
    found = next(shop.products(sku=row.product.sku), None)
    return _update(shop, shop.product(found["id"]), row) if found else _create(shop, row)


def _create(shop: Shop, row: Row) -> Loaded:
    with _pictures(shop, row.pictures, known={}) as images:
        body = fields_of(row.product) | {"images": images, "status": "published"}
        return Loaded(shop.create_product(body), Outcome.CREATED)


def _update(shop: Shop, current: Json, row: Row) -> Loaded:
    known = {shop.file(image["id"])["sha256"]: str(image["id"]) for image in current["images"]} if row.pictures else {}
    with _pictures(shop, row.pictures, known=known) as images:
        changes = differences(row.product, current)
        if images and images != [image["id"] for image in current["images"]]:
            changes["images"] = images
        if not changes:
            return Loaded(current, Outcome.UNCHANGED)
        return Loaded(shop.change_product(current["id"], changes), Outcome.UPDATED)


@contextmanager
def _pictures(shop: Shop, paths: tuple[Path, ...], *, known: dict[str, str]) -> Iterator[list[str]]:
    """The ids of the pictures' files, uploading those whose checksum is not known.

    If the shop then refuses the product, what was uploaded for it is taken back.
    """
    images, uploaded = [], []
    try:
        for path in paths:
            image = known.get(hashlib.sha256(path.read_bytes()).hexdigest())
            if image is None:
                image = str(shop.upload(path)["id"])
                uploaded.append(image)
            images.append(image)
        yield images
    except Refused:
        for image in uploaded:
            shop.delete_file(image)
        raise
