"""A shop in memory that answers the importer like the real one."""

from __future__ import annotations

import hashlib
import itertools
import mimetypes
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from ops.importing.differences import label_of
from ops.shop import Json, Refused

METADATA = b"taken by Ada"
"""What the shop strips from the end of a picture."""


class Killed(BaseException):
    """The importer's process ended here."""


class FakeShop:
    """Stores categories, products and files; refuses what a test tells it to."""

    def __init__(self) -> None:
        self.branches: dict[str | None, list[Json]] = {None: []}
        self.kept_products: dict[str, Json] = {}
        self.kept_files: dict[str, Json] = {}
        self.refusals: dict[str, Refused] = {}
        """The exception to raise when a product of this title is created or changed."""
        self.calls: list[str] = []
        self.is_listing = True
        self.cleans = False
        self.dies_after = ""
        """The kind of call after which the importer is killed."""
        self._ids = itertools.count(1)

    def another_visitor(self) -> FakeShop:
        return self

    def categories(self) -> list[Json]:
        return self.branches[None]

    def create_category(self, *, slug: str, name: str, parent: str | None = None) -> Json:
        self.calls.append(f"category {slug}")
        category = {"slug": slug, "name": name, "children": []}
        self.branches[parent].append(category)
        self.branches[slug] = category["children"]
        return category

    def products(self, *, sku: str = "", status: str = "", **_: str) -> Iterator[Json]:
        for product in self.kept_products.values():
            if status not in {"", product["status"]}:
                continue
            if sku in {variant["sku"] for variant in product["variants"]} or (not sku and self.is_listing):
                yield {**product, "image": next(iter(product["images"]), None)}

    def product(self, product_id: str) -> Json:
        return self.kept_products[product_id]

    def create_product(self, body: Json) -> Json:
        return self._keep(self._new_id(), body, call="create")

    def change_product(self, product_id: str, changes: Json) -> Json:
        return self._keep(product_id, changes, call="change")

    def upload(self, path: Path, *, name: str) -> Json:
        self.calls.append(f"upload {path.name}")
        content = path.read_bytes()
        sha256 = hashlib.sha256(content.removesuffix(METADATA)).hexdigest()
        sizes = {"thumb": "t", "medium": "m", "large": "l"}
        file = {
            "id": self._new_id(),
            "sha256": sha256,
            "name": name,
            "variants": sizes,
            "content_type": mimetypes.guess_type(path)[0],
            "content": content.removesuffix(METADATA),
        }
        self.kept_files[file["id"]] = file
        self._perhaps_die("upload")
        return file

    def files(self, *, name: str) -> Iterator[Json]:
        return (file for file in self.kept_files.values() if file["name"] == name)

    def file(self, file_id: str) -> Json:
        if file_id not in self.kept_files:
            raise Refused(404, {"code": "not_found"})
        return self.kept_files[file_id]

    def file_content(self, file_id: str) -> bytes:
        return self.kept_files[file_id]["content"]

    def delete_file(self, file_id: str) -> None:
        if file_id not in self.kept_files:
            raise Refused(404, {"code": "not_found"})
        del self.kept_files[file_id]
        self._perhaps_die("delete")

    def _keep(self, product_id: str, body: Json, *, call: str) -> Json:
        product = {**self.kept_products.get(product_id, {"slug": f"p{product_id[-4:]}"}), **body, "id": product_id}
        self.calls.append(f"{call} {product['title']}")
        if refusal := self.refusals.get(product["title"]):
            raise refusal
        if "images" in body:
            product["images"] = [{**image, "alt": image["alt"] or product["title"]} for image in body["images"]]
        if self.cleans:
            product["description"] = product["description"].replace("<script>", "")
        if "category" in body:
            product["category"] = body["category"] and {"slug": body["category"]}
        if "variants" in body:
            product["variants"] = [
                {
                    "price": product["price"],
                    "title": label_of(variant["attributes"]),
                    "available": variant["stock"],
                    **variant,
                }
                for variant in body["variants"]
            ]
        self.kept_products[product_id] = {"images": [], **product}
        self._perhaps_die(call)
        return self.kept_products[product_id]

    def _new_id(self) -> str:
        return str(UUID(int=next(self._ids)))

    def _perhaps_die(self, call: str) -> None:
        """Raise Killed if a test wants that: the call has been done, and its result is lost."""
        if self.dies_after and call.startswith(self.dies_after):
            self.dies_after = ""
            raise Killed
