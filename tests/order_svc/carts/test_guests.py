"""Guests have a cart by its token, and keep what was in it when they sign in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from common import clock
from order_svc.carts import services
from order_svc.carts.models import Cart, CartItem, SpentGuestCart
from tests.order_svc.carts.test_api import CART, ITEMS, add, quantities
from tests.order_svc.factories import OfferFactory

ADA, EVE = uuid.uuid4(), uuid.uuid4()

ClientOf = Callable[..., Any]

pytestmark = pytest.mark.django_db


class Guest:
    """Somebody who keeps the token that an answer brings, as a browser does."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.token = ""

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            headers = {"X-Cart-Token": self.token} if self.token else {}
            response = getattr(self._client, method)(*args, headers=headers, **kwargs)
            self.token = response.headers.get("X-Cart-Token", self.token)
            return response

        return ask


@pytest.fixture
def guest(client_of: ClientOf) -> Guest:
    return Guest(client_of())


class TestGuest:
    def test_is_given_a_token_by_the_first_answer(self, guest: Guest) -> None:
        OfferFactory(sku="MUG")

        empty = guest.get(CART).json()
        filled = add(guest, "MUG", 2).json()

        assert empty["items"] == []
        assert filled["id"] == empty["id"]
        assert quantities(guest) == {"MUG": 2}

    def test_may_begin_by_putting_something_in(self, guest: Guest) -> None:
        OfferFactory(sku="MUG")

        add(guest, "MUG", 2)
        token = guest.token
        guest.patch(f"{ITEMS}MUG/", {"quantity": 3})

        assert guest.token == token
        assert quantities(guest) == {"MUG": 3}

    def test_leaves_nothing_behind_by_looking(self, guest: Guest) -> None:
        guest.get(CART)

        assert not Cart.objects.exists()

    def test_finds_nothing_with_a_token_that_is_not_ours(self, guest: Guest, visitor: Any) -> None:
        OfferFactory(sku="MUG")
        body = add(guest, "MUG").json()
        cart_id = uuid.UUID(body["id"])
        forged = [
            "1",
            "x" * 5000,
            "ü",
            str(cart_id),
            cart_id.hex,
            f"{cart_id.hex}:",
            guest.token[:-1],
            f"{guest.token}x",
        ]

        for token in forged:
            answer = visitor.get(CART, headers={"X-Cart-Token": token})

            assert (answer.status_code, answer.json()["items"]) == (200, [])
            assert answer["X-Cart-Token"] not in {token, guest.token}
            assert answer.json()["id"] != body["id"]

    def test_is_not_another_guest(self, guest: Guest, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        add(guest, "MUG")
        other = Guest(client_of())

        assert quantities(other) == {}
        assert other.patch(f"{ITEMS}MUG/", {"quantity": 9}).status_code == 404
        assert other.delete(f"{ITEMS}MUG/").status_code == 404
        assert quantities(guest) == {"MUG": 1}


@pytest.fixture
def ada(client_of: ClientOf) -> Any:
    return client_of(ADA, "customer")


def fill(client: Any, lines: int) -> list[str]:
    """Have so many different things in a cart."""
    first, *others = [OfferFactory() for _ in range(lines)]
    cart_id = add(client, first.sku).json()["id"]
    CartItem.objects.bulk_create(
        CartItem(cart_id=cart_id, offer=offer, quantity=1, seen_price_minor=1250, seen_currency="USD")
        for offer in others
    )
    return [first.sku, *(offer.sku for offer in others)]


def merged(client: Any, guest: Guest) -> Any:
    """The cart of somebody who was that guest before."""
    return client.get(CART, headers={"X-Cart-Token": guest.token}).json()


class TestSigningIn:
    def test_brings_the_guests_cart_along(self, guest: Guest, client_of: ClientOf) -> None:
        for sku in ("MUG", "CUP", "POT"):
            OfferFactory(sku=sku)
        add(guest, "MUG", 2)
        add(guest, "CUP", 600)
        ada = client_of(ADA, "customer")
        add(ada, "CUP", 700)
        add(ada, "POT", 1)

        answer = ada.get(CART, headers={"X-Cart-Token": guest.token})

        items = {item["sku"]: item["quantity"] for item in answer.json()["items"]}
        assert items == {"CUP": 1000, "POT": 1, "MUG": 2}
        assert "X-Cart-Token" not in answer

    @pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
    def test_happens_once_with_whatever_is_asked_first(self, guest: Guest, client_of: ClientOf, method: str) -> None:
        OfferFactory(sku="MUG")
        OfferFactory(sku="CUP")
        add(guest, "MUG", 2)
        add(guest, "CUP", 2)
        ada = client_of(ADA, "customer")
        requests: dict[str, tuple[str, Any]] = {
            "get": (CART, None),
            "post": (ITEMS, {"sku": "CUP", "quantity": 1}),
            "patch": (f"{ITEMS}CUP/", {"quantity": 3}),
            "delete": (f"{ITEMS}CUP/", None),
        }
        path, body = requests[method]

        getattr(ada, method)(path, body, headers={"X-Cart-Token": guest.token})
        again = ada.get(CART, headers={"X-Cart-Token": guest.token}).json()

        assert [item["quantity"] for item in again["items"] if item["sku"] == "MUG"] == [2]
        assert quantities(guest) == {}

    def test_takes_what_there_is_room_for(self, guest: Guest, client_of: ClientOf) -> None:
        skus = [OfferFactory().sku for _ in range(120)]
        ada = client_of(ADA, "customer")
        for sku in skus[:60]:
            add(ada, sku)
        for sku in skus[40:]:
            add(guest, sku)

        ada.get(CART, headers={"X-Cart-Token": guest.token})

        merged = quantities(ada)
        assert len(merged) == 100
        assert [merged[sku] for sku in skus[40:60]] == [2] * 20

    def test_says_how_many_of_something_had_no_room(self, guest: Guest, ada: Any) -> None:
        OfferFactory(sku="CUP")
        add(guest, "CUP", 600)
        add(ada, "CUP", 700)

        (item,) = merged(ada, guest)["items"]

        detail = "A cart holds no more than 1000 of it: 300 from before you signed in do not fit."
        assert item["changes"] == [{"code": "left_out", "detail": detail}]
        assert ada.get(CART).json()["items"] == [item]

    def test_says_what_had_no_room_at_all(self, guest: Guest, ada: Any) -> None:
        fill(ada, 100)
        OfferFactory(sku="MUG", title="Mug")
        add(guest, "MUG", 3)

        cart = merged(ada, guest)

        detail = "A cart holds no more than 100 different items: this one from before you signed in does not fit."
        assert cart["left_out"] == [{"sku": "MUG", "title": "Mug", "quantity": 3, "detail": detail}]
        assert len(cart["items"]) == 100
        assert ada.get(CART).json() == cart

    def test_adds_up_what_had_no_room_before(self, client_of: ClientOf, ada: Any) -> None:
        fill(ada, 100)
        for sku in ("MUG", "CUP"):
            OfferFactory(sku=sku)
        first, second = Guest(client_of()), Guest(client_of())
        add(first, "MUG", 3)
        add(second, "MUG", 2)
        add(second, "CUP", 1)
        merged(ada, first)

        cart = merged(ada, second)

        assert {left["sku"]: left["quantity"] for left in cart["left_out"]} == {"MUG": 5, "CUP": 1}

    @pytest.mark.parametrize("touch", ["put away", "put in", "quantity"])
    def test_says_it_until_the_item_is_touched(self, guest: Guest, ada: Any, touch: str) -> None:
        skus = fill(ada, 100)
        OfferFactory(sku="MUG")
        add(guest, "MUG", 3)
        add(guest, skus[1], 1000)
        merged(ada, guest)

        if touch == "put away":
            assert ada.delete(f"{ITEMS}MUG/").status_code == 204
        elif touch == "put in":
            ada.delete(f"{ITEMS}{skus[0]}/")
            add(ada, "MUG", 3)
        else:
            ada.patch(f"{ITEMS}{skus[1]}/", {"quantity": 1000})

        cart = ada.get(CART).json()
        changed = [item["sku"] for item in cart["items"] if item["changes"]]
        told = [*changed, *(left["sku"] for left in cart["left_out"])]
        assert told == (["MUG"] if touch == "quantity" else [skus[1]])

    def test_puts_nothing_away_twice(self, guest: Guest, ada: Any) -> None:
        fill(ada, 100)
        OfferFactory(sku="MUG")
        add(guest, "MUG", 3)
        merged(ada, guest)
        ada.delete(f"{ITEMS}MUG/")

        assert ada.delete(f"{ITEMS}MUG/").status_code == 404

    def test_remembers_no_more_than_a_cart_holds(self, client_of: ClientOf, ada: Any) -> None:
        fill(ada, 100)
        for _ in range(2):
            guest = Guest(client_of())
            newest = set(fill(guest, 60))
            cart = merged(ada, guest)

        left_out = {left["sku"] for left in cart["left_out"]}
        assert len(left_out) == 100
        assert newest <= left_out

    def test_says_what_changed_since_the_guest_saw_it(self, guest: Guest, client_of: ClientOf) -> None:
        offer = OfferFactory(sku="MUG", price_minor=1250)
        add(guest, "MUG")
        offer.price_minor = 1300
        offer.save()

        (item,) = client_of(ADA).get(CART, headers={"X-Cart-Token": guest.token}).json()["items"]

        assert item["previous_unit_price"] == {"amount": "12.50", "currency": "USD"}

    def test_leaves_a_customers_cart_to_its_customer(self, guest: Guest, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        add(guest, "MUG", 2)
        client_of(ADA).get(CART, headers={"X-Cart-Token": guest.token})

        thief = client_of(EVE).get(CART, headers={"X-Cart-Token": guest.token})

        assert thief.json()["items"] == []
        assert quantities(client_of(ADA)) == {"MUG": 2}

    @pytest.mark.parametrize("has_items", [True, False])
    def test_lets_nobody_put_more_into_the_customers_cart(
        self, guest: Guest, client_of: ClientOf, ada: Any, has_items: bool
    ) -> None:
        for sku in ("MUG", "CUP"):
            OfferFactory(sku=sku)
        guest.get(CART)
        if has_items:
            add(guest, "MUG")
        thief = Guest(client_of())
        thief.token = guest.token
        before = merged(ada, guest)

        add(thief, "CUP", 9)

        assert thief.token != guest.token
        assert quantities(thief) == {"CUP": 9}
        assert merged(ada, guest) == before

    def test_does_so_when_the_thief_was_just_about_to(self, guest: Guest, client_of: ClientOf, ada: Any) -> None:
        OfferFactory(sku="CUP")
        guest.get(CART)
        holder = services.holder_of(customer_id=None, token=guest.token)
        merged(ada, guest)

        services.add_item(holder=holder, sku="CUP", quantity=9)

        assert merged(ada, guest)["items"] == []

    def test_costs_no_lock_where_there_is_nothing_to_bring(
        self, guest: Guest, client_of: ClientOf, django_assert_max_num_queries: Any
    ) -> None:
        guest.get(CART)
        ada = client_of(ADA)
        ada.get(CART, headers={"X-Cart-Token": guest.token})

        with django_assert_max_num_queries(2):
            ada.get(CART, headers={"X-Cart-Token": guest.token})


class TestForgetting:
    def test_old_carts_of_guests_are_dropped_and_no_others(self, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        gone, kept, ada = Guest(client_of()), Guest(client_of()), client_of(ADA)
        for holder in (gone, ada):
            add(holder, "MUG")
        Cart.objects.update(updated_at=clock.now() - timedelta(days=31))
        add(kept, "MUG")

        assert services.forget_old_guests(now=clock.now()) == 1

        assert (quantities(gone), quantities(kept), quantities(ada)) == ({}, {"MUG": 1}, {"MUG": 1})

    def test_one_that_is_touched_again_stays(self, guest: Guest) -> None:
        OfferFactory(sku="MUG")
        add(guest, "MUG")
        Cart.objects.update(updated_at=clock.now() - timedelta(days=31))

        guest.patch(f"{ITEMS}MUG/", {"quantity": 2})

        assert services.forget_old_guests(now=clock.now()) == 0

    def test_a_token_that_a_customer_showed_is_known_for_longer_than_a_browser_keeps_it(
        self, guest: Guest, ada: Any
    ) -> None:
        guest.get(CART)
        merged(ada, guest)

        services.forget_old_guests(now=clock.now() + timedelta(days=399))
        assert SpentGuestCart.objects.exists()

        services.forget_old_guests(now=clock.now() + timedelta(days=401))
        assert not SpentGuestCart.objects.exists()

    def test_a_token_outlives_its_cart(self, guest: Guest) -> None:
        OfferFactory(sku="MUG")
        add(guest, "MUG")
        services.forget_old_guests(now=clock.now() + timedelta(days=31))
        token = guest.token

        add(guest, "MUG", 4)

        assert (quantities(guest), guest.token) == ({"MUG": 4}, token)
