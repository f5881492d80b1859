"""Waiting until every visitor can see what was loaded."""

from __future__ import annotations

import time
from collections.abc import Callable, Sized
from uuid import UUID

from ops.importing.products import Plan, is_ready
from ops.shop import Json, Shop

PAUSE_SECONDS = 0.5


class Awaited:
    """Products that the shop has to show. Of each, only ids and a hash are kept, which take little memory."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._faces: dict[int, int] = {}
        """A hash of how a product looks in the lists, by its id."""
        self._pictures: dict[int, int] = {}
        """The product that shows a picture, by the picture's id, for pictures that may lack some of their sizes."""

    def expect(self, plan: Plan, product: Json) -> None:
        """Add a product that was loaded."""
        if product["status"] != "published":
            return
        product_id = _number(product["id"])
        self._faces[product_id] = _face(product, has_picture=bool(product["images"]))
        before = {image["id"] for image in plan.current["images"]} if plan.current else set()
        for image in product["images"]:
            if image["id"] not in before or image["id"] in plan.unready:
                self._pictures[_number(image["id"])] = product_id

    def missing(self, *, patience_seconds: float) -> list[str]:
        """Wait for all products. Returns the titles of those still not shown when nothing has changed for this time."""
        visitor = self._shop.another_visitor()
        _until_still(self._faces, lambda: self._strike_listed(visitor), patience_seconds=patience_seconds)
        _until_still(self._pictures, self._strike_ready, patience_seconds=patience_seconds)
        hidden = {*self._faces, *self._pictures.values()}
        return sorted(self._shop.product(str(UUID(int=number)))["title"] for number in hidden)

    def _strike_listed(self, visitor: Shop) -> None:
        for listed in visitor.products(ordering="newest"):
            number = _number(listed["id"])
            if self._faces.get(number) == _face(listed, has_picture=bool(listed["image"])):
                del self._faces[number]
            if not self._faces:
                return

    def _strike_ready(self) -> None:
        for number, product_id in list(self._pictures.items()):
            del self._pictures[number]
            if not is_ready(self._shop.file(str(UUID(int=number)))):
                # Sizes are made one picture after another, so the rest can wait. This one goes to the end of the list.
                self._pictures[number] = product_id
                return


def _number(product_id: str) -> int:
    return UUID(product_id).int


def _face(product: Json, *, has_picture: bool) -> int:
    return hash((product["title"], product["price"]["amount"], product["price"]["currency"], has_picture))


def _until_still(missing: Sized, strike: Callable[[], None], *, patience_seconds: float) -> None:
    moved_at, left = time.monotonic(), len(missing)
    while missing:
        strike()
        if len(missing) < left:
            moved_at, left = time.monotonic(), len(missing)
        elif time.monotonic() - moved_at >= patience_seconds:
            break
        else:
            time.sleep(PAUSE_SECONDS)
