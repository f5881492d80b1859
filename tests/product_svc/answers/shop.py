"""A shop with two sellers and two trees of categories, and all URLs that a visitor can read."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from product_svc.catalog import services
from product_svc.catalog.models import Category, Product
from tests.product_svc.factories import NOON, STAFF, Somebody, product

ADA = Somebody(uuid.UUID(int=1), "Ada Lovelace")
BOB = Somebody(uuid.UUID(int=2), "Bob Builder")


class Shop:
    """Ada sells a lamp, Bob a spade."""

    def __init__(self, visitor: Any) -> None:
        self._visitor = visitor
        self.categories: dict[str, Category] = {}
        for slug, parent in {"home": None, "lamps": "home", "desk": "lamps", "garden": None, "sheds": "garden"}.items():
            self.categories[slug] = services.create_category(slug=slug, name=slug.title(), parent=parent)
        self.lamp = product("LAMP", title="Lamp", author=ADA, category="lamps", stock=10)
        self.spade = product("SPADE", title="Spade", author=BOB, category="garden", stock=10)
        self.addresses = self._addresses()

    def change(self, **changes: Any) -> Product:
        """Staff change the lamp."""
        return services.change_product(editor=STAFF, key="lamp", changes=changes, now=NOON)

    def read_all(self) -> dict[str, Any]:
        """The body of each response; the status if that is not 200."""
        answers = {name: self._visitor.get(address) for name, address in self.addresses.items()}
        return {name: got.json() if got.status_code == 200 else got.status_code for name, got in answers.items()}

    def computed_anew(self) -> set[str]:
        """The URLs whose responses took a database query, by name."""
        return {name for name, address in self.addresses.items() if self._queries(address)}

    def _queries(self, address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            self._visitor.get(address)
        return len(captured)

    def _addresses(self) -> dict[str, str]:
        lists = "/api/v1/products/"
        addresses = {"tree": "/api/v1/categories/", "all": lists, "search": f"{lists}?search=lamp"}
        for name, seller in {"ada": ADA, "bob": BOB}.items():
            addresses[name] = f"{lists}?seller={seller.id}"
        for slug, category in self.categories.items():
            addresses[f"{slug} by id"] = f"{lists}?category={category.id}"
            addresses[f"{slug} by slug"] = f"{lists}?category={slug}&ordering=price"
        for sold in (self.lamp, self.spade):
            addresses[f"{sold.slug} by id"] = f"{lists}{sold.id}/"
            addresses[f"{sold.slug} by slug"] = f"{lists}{sold.slug}/"
        return addresses


def each(*names: str) -> set[str]:
    """The names of the URLs by id and by slug."""
    return {f"{name} by {key}" for name in names for key in ("id", "slug")}
