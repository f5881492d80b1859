"""The main job: an order from sign-up to live notification, one whose card is declined, and what a buyer thinks."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ops.demo.mailbox import has_mail
from ops.demo.narrator import Narrator, wait_for
from ops.errors import OpsError
from ops.shop import Json, LiveFeed, Refused, Shop

PICTURE = Path(__file__).parent / "pictures" / "storm-lantern.webp"
PRICE = {"amount": "64.00", "currency": "USD"}
STOCK = 5
GOOD_CARD, BAD_CARD = "tok_success", "tok_declined"
PATIENCE_SECONDS = 20.0
CONFIRMED = "orders.order_confirmed.v1"
CANCELLED = "orders.order_cancelled.v1"
REVIEWED = "reviews.review_posted.v1"


@dataclass
class Story:
    """A run of the demo: where it happens, who tells it, and what is sold."""

    shop: Shop
    narrator: Narrator
    mailbox: Path | None
    """Where mail lies, or None when it goes to a server of somebody's own."""
    run: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def sku(self) -> str:
        """What is sold in this run."""
        return f"DEMO-{self.run.upper()}"

    def tell(self) -> None:
        """All of it. Raises StepFailed at the first step that does not hold."""
        self.narrator.chapter("Mira opens a stall")
        seller = self._sign_up("Mira", role="seller")
        product = self._publish(seller)

        self.narrator.chapter("Jonas buys a lantern")
        buyer = self._sign_up("Jonas", role="customer")
        order = self._buy(buyer)
        self._everyone_knows(order, buyer=buyer, seller=seller)

        self.narrator.chapter("Ada's card is declined")
        self._decline(self._sign_up("Ada", role="customer"), seller=seller)

        self.narrator.chapter("Jonas says what he thinks")
        self._review(product, buyer=buyer, seller=seller)
        self._take_down(seller, product)

    def _email_of(self, name: str) -> str:
        return f"{name.lower()}.{self.run}@example.com"

    def _sign_up(self, name: str, *, role: str) -> Shop:
        person = self.shop.another_visitor()
        with self.narrator.step(f"{name} signs up as a {role}"):
            password = secrets.token_urlsafe(16)
            person.register(email=self._email_of(name), password=password, full_name=f"{name} Lund", role=role)
        return person

    def _publish(self, seller: Shop) -> Json:
        with self.narrator.step("She uploads a picture") as step:
            picture = seller.upload(PICTURE)
            step.note = f"{picture['size']:,} bytes, {picture['content_type']}"
        with self.narrator.step(f"She publishes a lantern, {STOCK} in stock"):
            product = seller.create_product(self._lantern(picture))
        with self.narrator.step("The shop lists it"):
            wait_for(lambda: self._listed(product), what="the list to show it", within_seconds=PATIENCE_SECONDS)
        with self.narrator.step("Its picture comes in three sizes"):
            wait_for(lambda: _has_sizes(seller, picture), what="the sizes", within_seconds=PATIENCE_SECONDS)
        return product

    def _buy(self, buyer: Shop) -> Json:
        with self.narrator.step("He connects to the live feed"):
            feed = _open_feed(buyer)
        with feed:
            cart = self._fill_cart(buyer)
            with self.narrator.step("He orders what is in it") as step:
                began = time.perf_counter()
                order = buyer.order_cart(
                    address=_address_of("Jonas"),
                    token=GOOD_CARD,
                    key=secrets.token_hex(16),
                    expected_total=cart["total"],
                )
                step.note = f"{order['number']}, {_shown(order['total'])}"
            with self.narrator.step("The confirmation arrives, live") as step:
                feed.wait_for(_is_of(CONFIRMED), within_seconds=PATIENCE_SECONDS)
                step.note = f"{(time.perf_counter() - began) * 1000:,.0f} ms after he pressed the button"
            with self.narrator.step("His cart is empty again"):
                _expect(buyer.cart()["items"], [])
        return order

    def _fill_cart(self, buyer: Shop) -> Json:
        with self.narrator.step("He puts a lantern into his cart"):
            self._once_for_sale(lambda: buyer.add_to_cart(self.sku))
        with self.narrator.step("He looks at it") as step:
            cart = buyer.cart()
            _expect([(item["sku"], item["quantity"]) for item in cart["items"]], [(self.sku, 1)])
            _expect(cart["total"], PRICE)
            step.note = _shown(cart["total"])
        return cart

    def _everyone_knows(self, order: Json, *, buyer: Shop, seller: Shop) -> None:
        with self.narrator.step("The order is confirmed"):
            _expect(buyer.order(order["id"])["status"], "confirmed")
        with self.narrator.step(f"Stock fell from {STOCK} to {STOCK - 1}"):
            self._wait_for_stock(seller, on_hand=STOCK - 1)
        with self.narrator.step("Mira was told"):
            wait_for(lambda: any(seller.notifications()), what="her notification", within_seconds=PATIENCE_SECONDS)
        if self.mailbox:
            with self.narrator.step("The confirmation lies in his mailbox"):
                self._wait_for_mail(self.mailbox, to="Jonas", about=order["number"])

    def _decline(self, buyer: Shop, *, seller: Shop) -> None:
        with _open_feed(buyer) as feed:
            with self.narrator.step("She orders one too"):
                key = secrets.token_hex(16)
                order = buyer.place_order([(self.sku, 1)], address=_address_of("Ada"), token=BAD_CARD, key=key)
            with self.narrator.step("The refusal arrives, live"):
                feed.wait_for(_is_of(CANCELLED), within_seconds=PATIENCE_SECONDS)
        with self.narrator.step("The order is cancelled: payment declined"):
            settled = buyer.order(order["id"])
            _expect((settled["status"], settled["cancel_reason"]), ("cancelled", "payment_declined"))
        with self.narrator.step("What was put aside for her is for sale again"):
            self._wait_for_stock(seller, on_hand=STOCK - 1)

    def _review(self, product: Json, *, buyer: Shop, seller: Shop) -> None:
        title = f"No wind puts it out {self.run}"
        with _open_feed(seller) as feed:
            with self.narrator.step("He gives the lantern four stars"):
                began = time.perf_counter()
                buyer.review_product(product["id"], rating=4, title=title, body="Bright, and no opinions at all.")
            with self.narrator.step("Mira sees it, live") as step:
                message = feed.wait_for(_is_of(REVIEWED), within_seconds=PATIENCE_SECONDS)
                step.note = f"{message['title']}, {(time.perf_counter() - began) * 1000:,.0f} ms later"
        with self.narrator.step("The lantern's page counts it"):
            wait_for(
                lambda: self.shop.product(product["id"])["rating"] == {"average": 4.0, "count": 1},
                what="the rating",
                within_seconds=PATIENCE_SECONDS,
            )
        if self.mailbox:
            with self.narrator.step("A letter about it lies in her mailbox"):
                self._wait_for_mail(self.mailbox, to="Mira", about=title)

    def _take_down(self, seller: Shop, product: Json) -> None:
        with self.narrator.step("Mira takes the lantern down; the shop lists it no longer"):
            seller.change_product(product["id"], {"status": "archived"})
            wait_for(lambda: not self._listed(product), what="the list to drop it", within_seconds=PATIENCE_SECONDS)

    def _lantern(self, picture: Json) -> Json:
        return {
            "title": f"Harbour Storm Lantern {self.run}",
            "description": "A lantern that has no opinion about the weather.",
            "category": "lighting",
            "price": PRICE,
            "images": [picture["id"]],
            "variants": [{"sku": self.sku, "stock": STOCK, "attributes": {"colour": "Rust"}}],
            "status": "published",
        }

    def _listed(self, product: Json) -> bool:
        newest = self.shop.products(ordering="newest", page_size="10")
        return any(listed["id"] == product["id"] and listed["image"] for listed in newest)

    def _once_for_sale(self, attempt: Callable[[], Json]) -> Json:
        """That the lantern is for sale may not have reached the service that takes orders yet."""

        def try_it() -> Json | None:
            try:
                return attempt()
            except Refused as refusal:
                if refusal.code != "unavailable_items":
                    raise
                return None

        return wait_for(try_it, what="the lantern to be for sale", within_seconds=PATIENCE_SECONDS)

    def _wait_for_stock(self, seller: Shop, *, on_hand: int) -> None:
        expected = {"sku": self.sku, "on_hand": on_hand, "reserved": 0, "available": on_hand}
        wait_for(
            lambda: expected.items() <= seller.stock(self.sku).items(),
            what=f"{expected}",
            within_seconds=PATIENCE_SECONDS,
        )

    def _wait_for_mail(self, mailbox: Path, *, to: str, about: str) -> None:
        wait_for(
            lambda: has_mail(mailbox, to=self._email_of(to), about=about),
            what=f"mail in {mailbox}",
            within_seconds=PATIENCE_SECONDS,
        )


def _address_of(name: str) -> Json:
    return {
        "full_name": f"{name} Lund",
        "line1": "4 Harbour Lane",
        "city": "Portland",
        "region": "ME",
        "postal_code": "04101",
        "country": "US",
    }


def _shown(money: Json) -> str:
    return f"{money['amount']} {money['currency']}"


def _open_feed(person: Shop) -> LiveFeed:
    feed = person.live_feed()
    feed.wait_for(lambda message: message["type"] == "ready", within_seconds=PATIENCE_SECONDS)
    return feed


def _is_of(event: str) -> Callable[[Json], bool]:
    return lambda message: message.get("event") == event


def _has_sizes(person: Shop, picture: Json) -> bool:
    variants = person.file(picture["id"])["variants"]
    return bool(variants) and all(variants.values())


def _expect(actual: object, expected: object) -> None:
    if actual != expected:
        raise OpsError(f"Expected {expected}, found {actual}.")
