"""Two orders of the lantern: Jonas's is confirmed, and Ada's card is declined."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from ops.demo.stage import PRICE, STOCK, Stage, expect, open_feed, wait_for, wait_for_event
from ops.shop import Json, Refused, Shop

GOOD_CARD, BAD_CARD = "tok_success", "tok_declined"
CONFIRMED = "orders.order_confirmed.v1"
CANCELLED = "orders.order_cancelled.v1"


def buy(stage: Stage, buyer: Shop) -> Json:
    """Jonas orders what is in his cart, and the confirmation arrives on his live feed."""
    with stage.step("He connects to the live feed"):
        feed = open_feed(buyer)
    with feed:
        cart = _fill_cart(stage, buyer)
        with stage.step("He orders what is in it") as step:
            began = time.perf_counter()
            order = buyer.order_cart(
                address=_address_of("Jonas"),
                token=GOOD_CARD,
                key=secrets.token_hex(16),
                expected_total=cart["total"],
            )
            step.note = f"{order['number']}, {_shown(order['total'])}"
        with stage.step("The confirmation arrives, live") as step:
            wait_for_event(feed, CONFIRMED)
            step.note = f"{(time.perf_counter() - began) * 1000:,.0f} ms after he pressed the button"
        with stage.step("His cart is empty again"):
            expect(buyer.cart()["items"], [])
    return order


def see_it_known(stage: Stage, order: Json, *, buyer: Shop, seller: Shop) -> None:
    """The order is confirmed, its stock is deducted, the seller is notified, and the buyer has mail."""
    with stage.step("The order is confirmed"):
        expect(buyer.order(order["id"])["status"], "confirmed")
    with stage.step(f"Stock fell from {STOCK} to {STOCK - 1}"):
        stage.wait_for_stock(seller, on_hand=STOCK - 1)
    with stage.step("Mira was told"):
        wait_for(lambda: any(seller.notifications()), what="her notification")
    if stage.mailbox:
        with stage.step("The confirmation lies in his mailbox"):
            stage.wait_for_mail(stage.mailbox, to="Jonas", about=order["number"])


def be_declined(stage: Stage, buyer: Shop, *, seller: Shop) -> None:
    """Ada's order is cancelled, and what was reserved for her is released."""
    with open_feed(buyer) as feed:
        with stage.step("She orders one too"):
            key = secrets.token_hex(16)
            order = buyer.place_order([(stage.sku, 1)], address=_address_of("Ada"), token=BAD_CARD, key=key)
        with stage.step("The refusal arrives, live"):
            wait_for_event(feed, CANCELLED)
    with stage.step("The order is cancelled: payment declined"):
        settled = buyer.order(order["id"])
        expect((settled["status"], settled["cancel_reason"]), ("cancelled", "payment_declined"))
    with stage.step("What was put aside for her is for sale again"):
        stage.wait_for_stock(seller, on_hand=STOCK - 1)


def _fill_cart(stage: Stage, buyer: Shop) -> Json:
    with stage.step("He puts a lantern into his cart"):
        _once_for_sale(lambda: buyer.add_to_cart(stage.sku))
    with stage.step("He looks at it") as step:
        cart = wait_for(lambda: _at_the_price(buyer.cart()), what="the new price in his cart")
        expect([(item["sku"], item["quantity"]) for item in cart["items"]], [(stage.sku, 1)])
        step.note = _shown(cart["total"])
    return cart


def _at_the_price(cart: Json) -> Json | None:
    """The cart, once it shows the new price: the fact of the change may still be on its way to order_svc."""
    return cart if cart["total"] == PRICE else None


def _once_for_sale(attempt: Callable[[], Json]) -> Json:
    """Try until it works: order_svc may not have heard yet that the lantern is for sale."""

    def try_it() -> Json | None:
        try:
            return attempt()
        except Refused as refusal:
            if refusal.code != "unavailable_items":
                raise
            return None

    return wait_for(try_it, what="the lantern to be for sale")


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
