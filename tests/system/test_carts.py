"""A guest fills a cart, signs in, and orders it in two tabs: through the real door, one order."""

from __future__ import annotations

import json
import secrets
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ops.commands.verify import verify
from ops.platform import Platform
from ops.shop import Refused
from tests.system.people import ADDRESS, publish, settled, sign_up, wait_until

PAYMENT = {"provider": "sandbox", "token": "tok_success"}


def ask_as_guest(platform: Platform, method: str, path: str, *, token: str = "", body: Any = None) -> tuple[Any, str]:
    """The answer, and the token that came with it."""
    headers = {"Content-Type": "application/json"} | ({"X-Cart-Token": token} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{platform.url}{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response), response.headers["X-Cart-Token"]


class TestCart:
    def test_of_a_guest_becomes_one_order(self, platform: Platform) -> None:
        sku = publish(sign_up(platform.url, "seller"), stock=5, price="19.99")
        empty, token = ask_as_guest(platform, "GET", "/api/v1/cart/")
        ask_as_guest(platform, "POST", "/api/v1/cart/items/", token=token, body={"sku": sku, "quantity": 2})
        cart, same_token = ask_as_guest(platform, "GET", "/api/v1/cart/", token=token)
        assert (cart["id"], same_token) == (empty["id"], token)
        assert cart["total"] == {"amount": "39.98", "currency": "USD"}
        wait_until(lambda: ask_as_guest(platform, "GET", "/api/v1/cart/", token=token)[0]["items"][0]["available"] == 5)
        buyer = sign_up(platform.url)

        def order(_: int) -> Any:
            body = {"shipping_address": ADDRESS, "payment": PAYMENT, "expected_total": cart["total"]}
            headers = {"Idempotency-Key": secrets.token_hex(8), "X-Cart-Token": token}
            try:
                return buyer.shop.request("POST", "/api/v1/orders/", body=body, headers=headers)
            except Refused as refusal:
                return refusal.code

        with ThreadPoolExecutor(8) as tabs:
            answers = list(tabs.map(order, range(8)))

        (placed,) = [answer for answer in answers if isinstance(answer, dict)]
        assert answers.count("cart_empty") == 7
        assert settled(buyer, placed["id"])["status"] == "confirmed"
        assert (
            buyer.shop.cart()["items"] == ask_as_guest(platform, "GET", "/api/v1/cart/", token=token)[0]["items"] == []
        )
        assert verify(platform) == {}
