"""Buyers, sellers and products, all created through the public API."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from ops.errors import OpsError
from ops.progress import Say
from ops.shop import Refused, Shop

SELLERS, PRODUCTS_EACH = 4, 8
STOCK = 1_000_000
ADDRESS = {
    "full_name": "Ada Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}

_AT_ONCE = 4
_PATIENCE_SECONDS = 60.0
_OFFERED_SECONDS = 30.0


@dataclass(frozen=True)
class Person:
    """A user who is signed in."""

    id: str
    shop: Shop

    def renew(self) -> str:
        """A new access token, which is valid for longer than any run takes."""
        self.shop.access = ""  # an expired one would make the client use up our refresh token itself
        answer = self.shop.request("POST", "/api/v1/auth/token/refresh/", body={"refresh": self.shop.refresh})
        self.shop.access, self.shop.refresh = answer["access"], answer["refresh"]
        return self.shop.access


@dataclass(frozen=True)
class Crowd:
    """Buyers, and the SKUs that they may choose from."""

    buyers: Sequence[Person]
    skus: Sequence[str]


def gather(url: str, buyers: int, *, say: Say) -> Crowd:
    """Sign everybody up, a few at a time, and publish the products."""
    roles = ["seller"] * SELLERS + ["customer"] * buyers
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = [pool.submit(sign_up, url, role) for role in roles]
        for count, _ in enumerate(as_completed(waiting), start=1):
            say(f"{count} of {len(roles)} people")
        people = [done.result() for done in waiting]
        sellers, customers = people[:SELLERS], people[SELLERS:]
        say("products")
        skus = [sku for published in pool.map(_publish, sellers) for sku in published]
    _wait_until_offered(customers[0].shop, skus)
    return Crowd(customers, skus)


def sign_up(url: str, role: str = "customer") -> Person:
    """Register a new user."""
    shop = Shop(url, timeout_seconds=30, patience_seconds=_PATIENCE_SECONDS)
    email, password = f"{role}-{secrets.token_hex(8)}@example.com", secrets.token_urlsafe(16)
    user = shop.register(email=email, password=password, full_name=f"A {role}", role=role)
    return Person(user["id"], shop)


def _publish(seller: Person) -> list[str]:
    skus = [f"BENCH-{secrets.token_hex(6)}" for _ in range(PRODUCTS_EACH)]
    for sku in skus:
        seller.shop.create_product(
            {
                "title": f"Thing {sku}",
                "description": "A thing.",
                "price": {"amount": "19.99", "currency": "USD"},
                "variants": [{"sku": sku, "stock": STOCK, "attributes": {}}],
                "status": "published",
            }
        )
    return skus


def _wait_until_offered(shop: Shop, skus: Sequence[str]) -> None:
    """Wait until order_svc knows the products: only those can be ordered. Raises OpsError after 30 seconds."""
    deadline = time.monotonic() + _OFFERED_SECONDS
    body = {"items": [{"sku": sku, "quantity": 1} for sku in skus], "shipping_address": ADDRESS}
    while True:
        try:
            shop.request("POST", "/api/v1/orders/quote/", body=body)
        except Refused as refusal:
            if time.monotonic() > deadline:
                raise OpsError(f"Nothing can be ordered: {refusal}") from refusal
        else:
            return
        time.sleep(0.25)
