"""The people of the system tests: sellers with something to sell, and buyers who want it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ops.platform import Platform
from ops.shop import Refused, Shop, Unreachable

Answer = TypeVar("Answer")

AN_OUTAGES_ANSWERS = frozenset({409, 503})
"""Statuses of a request with a key that is still being handled, or cannot be."""
PASSWORD = "correct horse battery staple"
ADDRESS = {
    "full_name": "Ada Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}


@dataclass(frozen=True)
class Person:
    """A user who is signed in."""

    shop: Shop
    id: str
    email: str


def sign_up(url: str, role: str = "customer", *, patience_seconds: float = 0.0) -> Person:
    """Register a new user."""
    shop = Shop(url, timeout_seconds=30, patience_seconds=patience_seconds)
    email = f"{role}-{secrets.token_hex(6)}@example.com"
    user = shop.register(email=email, password=PASSWORD, full_name=f"A {role}", role=role)
    return Person(shop, user["id"], email)


def admin_of(platform: Platform) -> Shop:
    """A client that is signed in as the administrator."""
    shop = Shop(platform.url, timeout_seconds=30, patience_seconds=30)
    shop.sign_in(**platform.admin)
    return shop


def publish(seller: Person, *, stock: int, price: str = "19.99") -> str:
    """Publish a product. Returns its SKU once it can be ordered."""
    sku = f"SKU-{secrets.token_hex(5)}"
    seller.shop.create_product(
        {
            "title": f"Thing {sku}",
            "description": "A thing.",
            "price": {"amount": price, "currency": "USD"},
            "variants": [{"sku": sku, "stock": stock, "attributes": {}}],
            "status": "published",
        }
    )
    wait_until_offered(seller, sku)
    return sku


def wait_until_offered(seller: Person, sku: str) -> None:
    """Wait until order_svc knows the product, by orders with a wrong expected total, which are refused."""

    def is_offered() -> bool:
        try:
            seller.shop.request(
                "POST",
                "/api/v1/orders/",
                body={**order_of(sku), "expected_total": {"amount": "0.01", "currency": "USD"}},
                headers={"Idempotency-Key": secrets.token_hex(8)},
            )
        except Refused as refusal:
            return refusal.code == "total_changed"
        return False

    wait_until(is_offered)


def order_of(sku: str, quantity: Any = 1, token: str = "tok_success") -> dict[str, Any]:
    """The body of an order of one line."""
    return {
        "items": [{"sku": sku, "quantity": quantity}],
        "shipping_address": ADDRESS,
        "payment": {"provider": "sandbox", "token": token},
    }


def place(buyer: Person, sku: str, *, quantity: int = 1, token: str = "tok_success", key: str = "") -> dict[str, Any]:
    """Place an order; a repetition with the same key is the same order."""
    return place_with(buyer, order_of(sku, quantity, token), key=key or secrets.token_hex(16))


def place_with(buyer: Person, body: dict[str, Any], *, key: str) -> dict[str, Any]:
    """Place the order that the body describes."""
    order: dict[str, Any] = buyer.shop.request("POST", "/api/v1/orders/", body=body, headers={"Idempotency-Key": key})
    return order


def move(person: Person, order_id: str, what: str, body: Any = None) -> dict[str, Any]:
    """Cancel, ship or deliver an order."""
    order: dict[str, Any] = person.shop.request("POST", f"/api/v1/orders/{order_id}/{what}/", body=body or {})
    return order


def until_answered(
    ask: Callable[[], Answer], *, again_at: Collection[int] = AN_OUTAGES_ANSWERS, seconds: float = 120
) -> Answer:
    """Retry a request through an outage. Returns its response."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (Refused, Unreachable) as error:
            is_final = isinstance(error, Refused) and error.status not in again_at
            if is_final or time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def told(person: Person, order_id: str = "") -> list[str]:
    """The facts in a person's notifications, of one order or of all."""
    notifications = person.shop.notifications()
    return [each["event"] for each in notifications if order_id in {"", each["data"].get("order_id")}]


def settled(buyer: Person, order_id: str, *, seconds: float = 30) -> dict[str, Any]:
    """Wait until the order is no longer just placed, and return it."""
    return wait_until(lambda: (order := buyer.shop.order(order_id))["status"] != "placed" and order, seconds=seconds)


def wait_until(
    condition: Callable[[], Answer], *, seconds: float = 30, otherwise: Callable[[], str] = lambda: "in vain"
) -> Answer:
    """Wait until the condition is true, and return its value. Fails with the text of ``otherwise`` if that is late."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"it did not come about in time: {otherwise()}"
        time.sleep(0.1)
    return answer


def mails(platform: Platform) -> str:
    """All mail in the mailbox, as one text."""
    return "".join(path.read_text() for path in Path(platform.status()["mailbox"]).rglob("*") if path.is_file())
