"""A shop in memory that answers the importer as the real one does."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path

from ops.shop import Json, Refused


class FakeShop:
    """Keeps categories, products and files; refuses what it was told to."""

    def __init__(self) -> None:
        self.kept_categories: list[Json] = []
        self.kept_products: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self.refusals: dict[str, Refused] = {}
        """What is raised when a product of this title is created or changed."""
        self.calls: list[str] = []
        self.is_listing = True
        self._ids = map(str, itertools.count(1))

    def another_visitor(self) -> FakeShop:
        return self

    def categories(self) -> list[Json]:
        return self.kept_categories

    def create_category(self, *, slug: str, name: str, parent: str | None = None) -> Json:
        self.calls.append(f"category {slug}")
        self.kept_categories.append({"slug": slug, "name": name, "parent": parent, "children": []})
        return self.kept_categories[-1]

    def products(self, *, sku: str = "", **_: str) -> Iterator[Json]:
        for product in self.kept_products.values():
            if sku in {variant["sku"] for variant in product["variants"]} or (not sku and self.is_listing):
                yield {**product, "image": next(iter(product["images"]), None)}

    def product(self, product_id: str) -> Json:
        return self.kept_products[product_id]

    def create_product(self, body: Json) -> Json:
        return self._keep(next(self._ids), body, call="create")

    def change_product(self, product_id: str, changes: Json) -> Json:
        return self._keep(product_id, changes, call="change")

    def upload(self, path: Path) -> Json:
        self.calls.append(f"upload {path.name}")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        file = {"id": next(self._ids), "sha256": sha256, "variants": {"thumb": "t", "medium": "m", "large": "l"}}
        self.files[file["id"]] = file
        return file

    def file(self, file_id: str) -> Json:
        return self.files[file_id]

    def delete_file(self, file_id: str) -> None:
        del self.files[file_id]

    def _keep(self, product_id: str, body: Json, *, call: str) -> Json:
        product = {**self.kept_products.get(product_id, {}), **body, "id": product_id}
        self.calls.append(f"{call} {product['title']}")
        if refusal := self.refusals.get(product["title"]):
            raise refusal
        if "images" in body:
            product["images"] = [{"id": image} for image in body["images"]]
        if "category" in body:
            product["category"] = {"slug": body["category"]}
        if "variants" in body:
            product["variants"] = [{"price": product["price"], **variant} for variant in body["variants"]]
        self.kept_products[product_id] = product
        return product
