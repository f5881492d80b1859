"""Deleting uploaded files that no product shows: at once, or after a kill by the next import."""

from __future__ import annotations

import time
from collections.abc import Iterable

from ops.importing.journal import Journal
from ops.shop import Json, Refused, Shop

_HOPE_SECONDS = 3600
"""After this time an unfinished upload can no longer become a file: file_svc keeps it no longer."""


def clear_up(shop: Shop, journal: Journal) -> None:
    """Delete what an interrupted import left behind. Uploads that may still become files stay in the journal."""
    for sent in journal.unanswered():
        used = image_ids(find_product(shop, sent.sku))
        orphans = {str(file["id"]) for file in shop.files(name=sent.name)} - used
        journal.doubt(sent.sku, orphans)
        if orphans or time.time() - sent.at > _HOPE_SECONDS:
            journal.answer(sent.id, sku=sent.sku, file_id=None)
    for sku in journal.skus():
        settle(shop, journal, sku, used=image_ids(find_product(shop, sku)))


def settle(shop: Shop, journal: Journal, sku: str, *, used: Iterable[str]) -> None:
    """Once the product is written and shows the files ``used``: delete the others that were in doubt."""
    for file_id in journal.doubtful(sku) - set(used):
        try:
            shop.delete_file(file_id)
        except Refused as refusal:
            if refusal.status != 404:
                raise
    journal.settle(sku)


def find_product(shop: Shop, sku: str) -> Json | None:
    """The product that has this SKU, in full."""
    found = next(shop.products(sku=sku), None)
    return shop.product(found["id"]) if found else None


def image_ids(product: Json | None) -> set[str]:
    """The ids of the files that the product shows."""
    return {str(image["id"]) for image in product["images"]} if product else set()
