"""Waiting until what was loaded can be seen by anyone who walks into the shop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from ops.shop import Json, Shop

PAUSE_SECONDS = 0.5


def unlisted(shop: Shop, expected: Iterable[Json], *, patience_seconds: float) -> list[Json]:
    """Those of the expected products that the lists do not show as they are, once nothing has moved for so long."""
    visitor = shop.another_visitor()
    missing = {product["id"]: product for product in expected}

    def settle() -> None:
        for listed in visitor.products(ordering="newest"):
            if listed["id"] in missing and _shows(listed, missing[listed["id"]]):
                del missing[listed["id"]]
            if not missing:
                return

    return _until_still(missing, settle, patience_seconds=patience_seconds)


def unready_pictures(shop: Shop, products: Iterable[Json], *, patience_seconds: float) -> list[Json]:
    """Those of the products whose pictures have no sizes to show yet, once nothing has moved for so long."""
    waiting = {image["id"]: product for product in products for image in product["images"]}

    def settle() -> None:
        for image, product in list(waiting.items()):
            del waiting[image]
            if not all((shop.file(image)["variants"] or {"thumb": None}).values()):
                # They are made one after another, so the rest is not asked for; this one is asked for last next time.
                waiting[image] = product
                return

    return _until_still(waiting, settle, patience_seconds=patience_seconds)


def _shows(listed: Json, product: Json) -> bool:
    has_picture = bool(product["images"])
    return (
        listed["title"] == product["title"]
        and listed["price"] == product["price"]
        and has_picture == bool(listed["image"])
    )


def _until_still(missing: dict[str, Json], settle: Callable[[], None], *, patience_seconds: float) -> list[Json]:
    moved_at, left = time.monotonic(), len(missing)
    while missing:
        settle()
        if len(missing) < left:
            moved_at, left = time.monotonic(), len(missing)
        elif time.monotonic() - moved_at >= patience_seconds:
            break
        else:
            time.sleep(PAUSE_SECONDS)
    return list(missing.values())
