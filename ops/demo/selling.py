"""Mira sells a lantern: upload, publication, a new price, and taking it down."""

from __future__ import annotations

from pathlib import Path

from ops.demo import narrator
from ops.demo.stage import FIRST_PRICE, PRICE, STOCK, Stage, wait_for
from ops.shop import Json, Shop

PICTURE = Path(__file__).parent / "pictures" / "storm-lantern.webp"


def publish(stage: Stage, seller: Shop) -> Json:
    """Publish the lantern with its picture, and change its price; each step is visible in the shop."""
    with stage.step("She uploads a picture") as step:
        picture = seller.upload(PICTURE)
        step.note = f"{picture['size']:,} bytes, {picture['content_type']}"
    with stage.step(f"She publishes a lantern, {STOCK} in stock"):
        product = seller.create_product(_lantern(stage, picture))
    with stage.step("The shop lists it"):
        wait_for(lambda: _is_listed(stage, product), what="the list to show it")
    with stage.step("Its picture comes in three sizes"):
        wait_for(lambda: _has_sizes(seller, picture), what="the sizes")
    with stage.step("Its page comes from memory"):
        wait_for(lambda: stage.shop.is_in_memory(product["id"]), what="the gateway to keep it")
    with stage.step("She takes 5 dollars off, and the page says so within a second"):
        seller.change_product(product["id"], {"price": PRICE})
        narrator.wait_for(
            lambda: stage.shop.product(product["id"])["price"] == PRICE, what="the price", within_seconds=1
        )
    return product


def take_down(stage: Stage, seller: Shop, product: Json) -> None:
    """Archive the lantern, so that the shop looks as before."""
    with stage.step("Mira takes the lantern down; the shop lists it no longer"):
        seller.change_product(product["id"], {"status": "archived"})
        wait_for(lambda: not _is_listed(stage, product), what="the list to drop it")


def _lantern(stage: Stage, picture: Json) -> Json:
    return {
        "title": f"Harbour Storm Lantern {stage.run}",
        "description": "A lantern that has no opinion about the weather.",
        "category": "lighting",
        "price": FIRST_PRICE,
        "images": [picture["id"]],
        "variants": [{"sku": stage.sku, "stock": STOCK, "attributes": {"colour": "Rust"}}],
        "status": "published",
    }


def _is_listed(stage: Stage, product: Json) -> bool:
    newest = stage.shop.products(ordering="newest", page_size="10")
    return any(listed["id"] == product["id"] and listed["image"] for listed in newest)


def _has_sizes(person: Shop, picture: Json) -> bool:
    variants = person.file(picture["id"])["variants"]
    return bool(variants) and all(variants.values())
