"""Orders on the real platform, everything that can be done to them, and a simple model of the possible outcomes."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from ops.commands.verify import verify
from ops.platform import Platform
from ops.shop import Refused
from tests.system import crashes, provider
from tests.system.crashes import CANCEL, DELIVER, PLACE_TOO_MANY, SHIP, Point
from tests.system.people import (
    Person,
    move,
    order_of,
    place_with,
    publish,
    settled,
    told,
    until_answered,
    wait_until,
)

STOCK = {"plenty": 1000, "few": 3}
ONE, TOO_MANY = ("plenty", 1), ("few", STOCK["few"] + 1)

CANCELLED, REFUNDED = "orders.order_cancelled.v1", "orders.order_refunded.v1"
CONFIRMED, SHIPPED, DELIVERED = "orders.order_confirmed.v1", "orders.order_shipped.v1", "orders.order_delivered.v1"

ANSWERS = {
    ("placed", CANCEL): {True, False},  # it may be settled meanwhile
    ("placed", SHIP): {True, False},
    ("confirmed", CANCEL): {True},
    ("confirmed", SHIP): {True},
    ("shipped", DELIVER): {True},
}
"""Whether an act may succeed on an order that was just seen in this status. Any other act is refused."""


@dataclass
class Life:
    """One order: what was ordered, and what was done to it."""

    id: str
    shelf: str
    body: dict[str, Any]
    key: str
    done: list[str] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        quantity: int = self.body["items"][0]["quantity"]
        return quantity

    @property
    def ends(self) -> set[tuple[str, str | None]]:
        """The possible final statuses, each with the reason if it is cancelled."""
        if self.done:
            last = {CANCEL: ("cancelled", "customer"), SHIP: ("shipped", None), DELIVER: ("delivered", None)}
            return {last[self.done[-1]]}
        lacking = ("cancelled", "out_of_stock")
        if self.quantity > STOCK[self.shelf]:
            return {lacking}
        return {self._end_of_payment} if self.shelf == "plenty" else {self._end_of_payment, lacking}

    @property
    def _end_of_payment(self) -> tuple[str, str | None]:
        is_good = self.body["payment"]["token"] in {"tok_success", "tok_timeout", "tok_flaky"}
        return ("confirmed", None) if is_good else ("cancelled", "payment_declined")

    def note(self, act: str, *, seen: str, is_done: bool) -> None:
        """Check and note an act on the order, which had been seen in this status."""
        assert is_done in ANSWERS.get((seen, act), {False}), f"{act} of an order that is {seen} was done: {is_done}"
        if is_done:
            self.done.append(act)


class Lives:
    """The orders of one buyer, for products that nobody else buys."""

    def __init__(self, platform: Platform, seller: Person, buyer: Person) -> None:
        self.platform, self.seller, self.buyer = platform, seller, buyer
        self.skus: dict[str, str] = {}
        self.lives: list[Life] = []
        self.walk: list[str] = []
        """The steps so far, to explain a failure."""
        self.failure: BaseException | None = None

    def place(self, basket: tuple[str, int] = ONE, token: str = "tok_success") -> None:
        with self._step(f"place {basket} with {token}"):
            self._place(*basket, token)

    def ask_again(self, which: int) -> None:
        """Repeating a request with its key returns the same order."""
        with self._step("ask again", life := self._life(which)):
            assert place_with(self.buyer, life.body, key=life.key)["id"] == life.id

    def ask_for_another(self, which: int) -> None:
        """A key cannot be used for another order."""
        with self._step("ask for another", life := self._life(which)):
            with pytest.raises(Refused) as refusal:
                place_with(self.buyer, order_of(life.body["items"][0]["sku"], life.quantity + 1), key=life.key)
            assert refusal.value.code == "idempotency_key_reused"

    def move(self, which: int, act: str) -> None:
        """Cancel, ship or deliver it, if that is possible."""
        with self._step(act, life := self._life(which)):
            self._move(life, act)

    def report(self, which: int, times: int) -> None:
        """Send a webhook about its charge several times, whether or not the charge has changed."""
        with self._step(f"report {times} times", life := self._life(which)):
            notice = provider.notice_of(self.platform, life.id)
            for _ in range(times):
                assert provider.notify(self.platform, notice) == 200

    def crash(self, point: Point) -> None:
        """Bring some order to this point, and kill a process there."""
        with self._step(f"crash while {point.name}"):
            if point.act in {CANCEL, SHIP, DELIVER}:
                self._move(self._ready_for(point.act), point.act, at=point)
            else:
                self._place(*(TOO_MANY if point.act == PLACE_TOO_MANY else ONE), at=point)

    def end(self) -> None:
        """Wait until every order has reached a final state that the model allows, and verify everything."""
        with self._step("the end"):
            for life in self.lives:
                wait_until(partial(self._is_at_its_end, life), seconds=90, otherwise=partial(self._said_of, life))
            breaches = verify(self.platform)
            assert not breaches, [(each.subject, each.finding) for found in breaches.values() for each in found]
            # By now every fact has been handled, so nothing changes any more.
            assert self._orders() == sorted(life.id for life in self.lives)
            assert {shelf: self.seller.shop.stock(sku) for shelf, sku in self.skus.items()} == self._stock()
            for life in self.lives:
                assert sorted(told(self.buyer, life.id)) == sorted(self._to_be_told(life)), self._said_of(life)

    def _place(self, shelf: str, quantity: int, token: str = "tok_success", *, at: Point | None = None) -> Life:
        """Place an order; with a crash at this point if one is given, through which the request is retried."""
        if shelf not in self.skus:
            self.skus[shelf] = publish(self.seller, stock=STOCK[shelf])
        body, key = order_of(self.skus[shelf], quantity, token), secrets.token_hex(16)
        ask = partial(until_answered, partial(place_with, self.buyer, body, key=key))
        order = crashes.crash(self.platform, at, ask) if at else ask()
        self.lives.append(Life(order["id"], shelf, body, key))
        return self.lives[-1]

    def _move(self, life: Life, act: str, *, at: Point | None = None) -> None:
        seen = self._stands(life)[0]
        ask = partial(self._is_moved, life, act)
        life.note(act, seen=seen, is_done=crashes.crash(self.platform, at, ask) if at else ask())

    def _is_moved(self, life: Life, act: str) -> bool:
        person = self.seller if act == SHIP else self.buyer
        try:
            until_answered(partial(move, person, life.id, act), again_at={503})
        except Refused as refusal:
            if refusal.status != 409:
                raise
            return False
        return True

    def _ready_for(self, act: str) -> Life:
        """An order on which this act certainly succeeds: an existing one, or a new one."""
        wanted = ("shipped", None) if act == DELIVER else ("confirmed", None)
        life = next((life for life in self.lives if life.ends == {wanted}), None) or self._place(*ONE)
        settled(self.buyer, life.id, seconds=90)
        if act == DELIVER and not life.done:
            self._move(life, SHIP)
        return life

    def _life(self, which: int) -> Life:
        return self.lives[which % len(self.lives)]

    def _is_at_its_end(self, life: Life) -> bool:
        """Whether its status is final, and its money is captured, or given back if it was cancelled."""
        order = self.buyer.shop.order(life.id)
        money = {"captured"}
        if order["status"] == "cancelled":
            money = {"refunded"} if _was(CONFIRMED, order) else {"voided", "declined", "refunded"}
        return (order["status"], order["cancel_reason"]) in life.ends and order["payment"]["status"] in money

    def _to_be_told(self, life: Life) -> list[str]:
        order = self.buyer.shop.order(life.id)
        happened = {
            CONFIRMED: _was(CONFIRMED, order),
            CANCELLED: order["status"] == "cancelled",
            REFUNDED: order["payment"]["status"] == "refunded",
            SHIPPED: SHIP in life.done,
            DELIVERED: DELIVER in life.done,
        }
        return [event for event, is_so in happened.items() if is_so]

    def _orders(self) -> list[str]:
        """The ids of the orders of these products, as the shop lists them."""
        orders = self.buyer.shop.every("/api/v1/orders/")
        return sorted(order["id"] for order in orders if order["lines"][0]["sku"] in self.skus.values())

    def _stock(self) -> dict[str, dict[str, Any]]:
        """The stock that is left after all orders that were not cancelled."""
        left = Counter(STOCK)
        for life in self.lives:
            if self._stands(life)[0] != "cancelled":
                left[life.shelf] -= life.quantity
        return {
            shelf: {"sku": sku, "on_hand": left[shelf], "reserved": 0, "available": left[shelf]}
            for shelf, sku in self.skus.items()
        }

    def _stands(self, life: Life) -> tuple[str, str | None]:
        order = self.buyer.shop.order(life.id)
        return order["status"], order["cancel_reason"]

    def _said_of(self, life: Life) -> str:
        order = self.buyer.shop.order(life.id)
        said = [f"{entry['at']} {entry['fact']} {entry['detail']}" for entry in order["timeline"]]
        return "\n  ".join([f"{life} is {order['status']} ({order['cancel_reason']}), {order['payment']}", *said])

    @contextmanager
    def _step(self, what: str, life: Life | None = None) -> Iterator[None]:
        """Note a step; a failure in it gets all steps as a note."""
        self.walk.append(f"{what} ({life.id})" if life else what)
        try:
            yield
        except BaseException as error:
            self.failure = error
            error.add_note("The walk:\n  " + "\n  ".join(self.walk))
            raise


def _was(fact: str, order: dict[str, Any]) -> bool:
    return any(entry["fact"] == fact for entry in order["timeline"])
