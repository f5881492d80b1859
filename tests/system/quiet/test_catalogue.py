"""What is kept of the catalogue follows each change, whichever process made it."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from ops.platform import Platform
from ops.shop import Shop
from tests.system.people import Person, place, publish, sign_up, wait_until

AT_ONCE_SECONDS = 1.0


class Stall:
    """A seller with one product, as a visitor sees it on its page and in the list."""

    def __init__(self, seller: Person, stock: int) -> None:
        self.seller = seller
        self.sku = publish(seller, stock=stock)
        self._visitor: Shop = seller.shop.another_visitor()
        [self._item] = self._visitor.products(seller=seller.id)

    def set_price(self, amount: str) -> None:
        self.seller.shop.change_product(self._item["id"], {"price": {"amount": amount, "currency": "USD"}})

    def withdraw(self) -> None:
        self.seller.shop.change_product(self._item["id"], {"status": "archived"})

    def addresses(self) -> list[str]:
        """Its page, a list and a search in which it stands."""
        lists = "/api/v1/products/"
        return [f"{lists}{self._item['slug']}/", f"{lists}?seller={self.seller.id}", f"{lists}?search={self.sku}"]

    def prices(self) -> list[str]:
        return [shown["price"]["amount"] for shown in self._shown()]

    def stock(self) -> list[Any]:
        item, page = self._shown()
        return [item["in_stock"], page["in_stock"], page["variants"][0]["available"]]

    def _shown(self) -> list[dict[str, Any]]:
        return [*self._visitor.products(seller=self.seller.id), self._visitor.product(self._item["slug"])]


def kept(door: str, path: str) -> tuple[str, str]:
    """What a visitor is given there, and what that gateway says of how it came by it."""
    with urlopen(f"{door}{path}", timeout=10) as answer:
        return answer.headers["Cache-Status"], answer.read().decode()


def status_of(platform: Platform, path: str) -> int:
    try:
        kept(platform.url, path)
    except HTTPError as refusal:
        return refusal.code
    return 200


@pytest.fixture
def stall(platform: Platform) -> Stall:
    return Stall(sign_up(platform.url, "seller", patience_seconds=30), stock=5)


class TestChange:
    def test_of_a_price_shows_at_once(self, stall: Stall) -> None:
        assert stall.prices() == ["19.99", "19.99"]

        for amount in ("5.00", "6.00", "7.00"):
            stall.set_price(amount)
            wait_until(lambda amount=amount: stall.prices() == [amount, amount], seconds=AT_ONCE_SECONDS)

    def test_of_a_price_shows_in_what_the_gateway_keeps(self, platform: Platform, stall: Stall) -> None:
        addresses = stall.addresses()
        for path in addresses:
            wait_until(lambda path=path: "hit" in kept(platform.url, path)[0], seconds=AT_ONCE_SECONDS)

        stall.set_price("7.77")

        for path in addresses:
            wait_until(lambda path=path: "7.77" in kept(platform.url, path)[1], seconds=AT_ONCE_SECONDS)

    def test_of_a_price_shows_in_what_every_gateway_keeps(self, doors: list[str], stall: Stall) -> None:
        shown = [(door, path) for door in doors for path in stall.addresses()]
        for door, path in shown:
            wait_until(lambda door=door, path=path: "hit" in kept(door, path)[0], seconds=AT_ONCE_SECONDS)

        stall.set_price("8.88")

        wait_until(lambda: all("8.88" in kept(door, path)[1] for door, path in shown), seconds=AT_ONCE_SECONDS)

    def test_that_takes_a_product_away_leaves_nothing_of_it(self, platform: Platform, stall: Stall) -> None:
        page, *lists = stall.addresses()
        for path in (page, *lists):
            kept(platform.url, path)

        stall.withdraw()

        wait_until(lambda: status_of(platform, page) == 404, seconds=AT_ONCE_SECONDS)
        for path in lists:
            wait_until(lambda path=path: stall.sku not in kept(platform.url, path)[1], seconds=AT_ONCE_SECONDS)

    def test_of_stock_by_an_order_shows_as_soon_as_that_is_heard(self, platform: Platform, stall: Stall) -> None:
        assert stall.stock() == [True, True, 5]

        place(sign_up(platform.url), stall.sku, quantity=5)

        wait_until(lambda: stall.seller.shop.stock(stall.sku)["available"] == 0)
        wait_until(lambda: stall.stock() == [False, False, 0], seconds=AT_ONCE_SECONDS)

    def test_while_redis_is_away_shows_too(self, platform: Platform, stall: Stall) -> None:
        assert stall.prices() == ["19.99", "19.99"]

        platform.kill("redis")
        stall.set_price("5.00")

        wait_until(lambda: stall.prices() == ["5.00", "5.00"], seconds=30)
        wait_until(lambda: platform.status()["ready"], seconds=60)
        assert stall.prices() == ["5.00", "5.00"]
