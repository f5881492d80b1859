"""Believable products by the thousand: each thousand is the same for the same seed, however many are asked for."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from product_svc.catalog.management.filling import words
from product_svc.catalog.management.filling.shop import Kind, MadeSeller, MadeShop
from product_svc.catalog.models import Status

BATCH = 1_000

COLUMNS = {
    "catalog.Product": (
        "id created_at updated_at seller_id slug title description category_id price_minor currency attributes status"
        " keywords rating_count rating_sum is_in_stock"
    ),
    "catalog.ProductImage": "product_id file_id alt position",
    "reviews.Review": "id created_at updated_at product_id author_id author rating title body",
    "catalog.Variant": "id created_at updated_at product_id sku title price_minor attributes position",
    "inventory.StockItem": "id created_at updated_at product_id variant_id sku on_hand",
    "inventory.StockMovement": "item_id delta kind reason created_at",
}
"""What a product consists of, by model; a row comes after those that it points at."""

Rows = dict[str, list[tuple[str | int | bool | None, ...]]]
"""Ids and times are text, which is copied much faster."""

_OPENED_AT = datetime(2024, 1, 1, tzinfo=UTC)
_BETWEEN_PRODUCTS = timedelta(seconds=29)
_STATUSES = [Status.PUBLISHED.value] * 97 + [Status.DRAFT.value] * 2 + [Status.ARCHIVED.value]
_PRICE_ENDINGS = (1, 1, 1, 5, 0, 50)
_VARIANTS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
_IMAGES = (0, 1, 1, 1, 1, 2, 2, 3)
_REVIEWS = (0, 0, 0, 0, 0, 0, 1, 1, 2, 4)
_RATINGS = (1, 2, 3, 4, 4, 5, 5, 5)
_SENTENCES = (2, 2, 3, 4)
_COLOURS = words.COLOURS.split()
_PRICED_APART = 0.5
_DEARER = 500
_SOLD_OUT = 0.08
_MISCOUNTED = 0.25


@dataclass(frozen=True)
class Idea:
    """What was drawn for a product."""

    number: int
    kind: Kind
    adjective: str
    material: str
    series: str
    seller: MadeSeller


class Thousand:
    """The products from number ``first`` on, with all that belongs to them."""

    def __init__(self, shop: MadeShop, *, seed: int, first: int) -> None:
        self.rows: Rows = {label: [] for label in COLUMNS}
        self._chance = random.Random(f"{seed}/{first}")  # noqa: S311  no secret is made of it
        lists = (shop.kinds, shop.adjectives, shop.materials, shop.ranges, shop.sellers)
        drawn = zip(*(choice.draw(self._chance, BATCH) for choice in lists), strict=True)
        for number, (kind, adjective, material, series, seller) in enumerate(drawn, start=first):
            self._add_product(Idea(number, kind, adjective, material, series, seller))

    def _add_product(self, idea: Idea) -> None:
        chance, kind, seller = self._chance, idea.kind, idea.seller
        product_id, at = self._id(), made_at(idea.number).isoformat()
        title = f"{idea.series} {idea.adjective} {idea.material} {kind.noun}"
        slug = f"{title.lower().replace(' ', '-')}-{idea.number:x}"
        price = _price(kind.usual_minor * chance.lognormvariate(0, 0.4), chance.choice(_PRICE_ENDINGS))
        attributes = json.dumps({"material": idea.material, "range": idea.series})
        known = (product_id, at, at, seller.id, slug, title, self._description(idea), kind.category_id)
        sold = (price, seller.currency, attributes, chance.choice(_STATUSES), f"{seller.name} {kind.noun}")
        for position in range(chance.choice(_IMAGES)):
            self.rows["catalog.ProductImage"].append((product_id, self._id(), "", position))
        ratings = self._add_reviews(product_id, at)
        left = self._add_variants(product_id, f"{kind.noun[:3].upper()}-{idea.number:08}", price, at)
        self.rows["catalog.Product"].append((*known, *sold, *ratings, left > 0))

    def _add_variants(self, product_id: str, stem: str, price: int, at: str) -> int:
        """Returns how many there are to sell."""
        left = 0
        for position, colour in enumerate(self._chance.sample(_COLOURS, self._chance.choice(_VARIANTS))):
            variant_id, sku = self._id(), f"{stem}-{position}"
            own_price = price + _DEARER if position and self._chance.random() < _PRICED_APART else None
            attributes = json.dumps({"colour": colour})
            self.rows["catalog.Variant"].append(
                (variant_id, at, at, product_id, sku, colour.capitalize(), own_price, attributes, position)
            )
            left += self._add_stock(product_id, variant_id, sku, at)
        return left

    def _add_stock(self, product_id: str, variant_id: str, sku: str, at: str) -> int:
        chance, item_id = self._chance, self._id()
        received = 0 if chance.random() < _SOLD_OUT else 1 + int(chance.lognormvariate(3, 1))
        missing = chance.randrange(received) if received and chance.random() < _MISCOUNTED else 0
        self.rows["inventory.StockItem"].append((item_id, at, at, product_id, variant_id, sku, received - missing))
        if received:
            self.rows["inventory.StockMovement"].append((item_id, received, "received", "first stock", at))
        if missing:
            self.rows["inventory.StockMovement"].append((item_id, -missing, "adjusted", "found missing", at))
        return received - missing

    def _description(self, idea: Idea) -> str:
        chosen = " ".join(self._chance.sample(words.SENTENCES, self._chance.choice(_SENTENCES)))
        return chosen.format(adjective=idea.adjective, material=idea.material, noun=idea.kind.noun, series=idea.series)

    def _add_reviews(self, product_id: str, at: str) -> tuple[int, int]:
        """Returns how many reviews there are, and the sum of their ratings."""
        ratings = self._chance.choices(_RATINGS, k=self._chance.choice(_REVIEWS))
        for rating in ratings:
            title, body = words.OPINIONS[rating - 1]
            self.rows["reviews.Review"].append(
                (self._id(), at, at, product_id, self._id(), "Ada L.", rating, title, body)
            )
        return len(ratings), sum(ratings)

    def _id(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"


def made_at(number: int) -> datetime:
    """When the product of this number came into the shop: one after the other, however many follow."""
    return _OPENED_AT + number * _BETWEEN_PRODUCTS


def _price(about_minor: float, ending: int) -> int:
    """As shops like them: a whole number less a little."""
    return max(199, round(about_minor / 100) * 100 - ending)
