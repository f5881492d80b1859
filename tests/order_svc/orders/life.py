"""The model of the property test: what is expected of an order and its money, in the simplest form."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

LIMIT_SECONDS = 300
SILENCE_SECONDS = 20
LAST_CHANCE_SECONDS = 30

PENDING, ASKED = "pending", "processing"


class Trouble(Exception):
    """No response came from the provider: it was down, or we were killed."""


@dataclass(frozen=True)
class Cut:
    """Where a call is interrupted: by a kill of our process, or else because the provider is down."""

    point: str = ""
    is_killed: bool = False


@dataclass
class Expected:
    """The expected state of one order, with two lines of two sellers."""

    placed_at: int
    is_card_good: bool
    status: str = "placed"
    reason: str | None = None
    payment: str = PENDING
    money: str = ""
    """The state in the provider's books: held, taken, declined, let go or back."""
    asked_at: int = 0
    settled_at: int | None = None
    refund_asked_at: int = 0
    is_refund_due: bool = False
    is_lost: bool = False
    """Part of it was shipped, and its money was refunded."""
    parcels: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """The payment entries of the time line."""

    def pay(self, now: int, trouble: Cut) -> None:
        """Its stock is reserved, or a sweeper found that the outcome is unknown."""
        if self.status != "placed":
            return
        if self.payment == PENDING and self._is_overdue(now):
            self._cancel("expired", now)
            return
        self.payment, self.asked_at = ASKED, now
        if self._is_overdue(now):
            self._ask("void", trouble, self._let_go)
        else:
            self._ask("authorise", trouble, self._hold)
            if self.money == "held":
                self._capture(trouble)
        self._conclude(now, trouble)

    def resume(self, now: int, trouble: Cut) -> None:
        """The sweeper meets it."""
        is_silent = self.asked_at < now - SILENCE_SECONDS
        if self.payment == ASKED and is_silent and self._is_time_to_ask(now, self.asked_at):
            self.asked_at = now
            with suppress(Trouble):
                self.follow_up(now, trouble)

    def follow_up(self, now: int, trouble: Cut) -> None:
        """Find out the outcome of a charge whose response was lost."""
        self.pay(now, trouble)
        if self.payment == ASKED and self.status != "placed":
            self._ask("void", trouble, self._let_go)
            self._conclude(now, trouble)

    def report(self, now: int, trouble: Cut) -> None:
        """A webhook of the provider arrives."""
        if self.payment == ASKED:
            self.follow_up(now, trouble)
        elif self.money == "back":
            self._note_refund()

    def give_back_by_hand(self, now: int) -> None:
        """The money is refunded by hand at the provider, whose webhook arrives."""
        self.money = "back"
        if self.is_refund_due:
            self._note_refund()
        elif self.parcels:
            self._lose()
        else:
            self._cancel("customer", now)
            self._note_refund()

    def reject(self, now: int) -> None:
        """There is not enough in stock."""
        if self.status == "placed" and self.payment == PENDING:
            self._cancel("out_of_stock", now)

    def expire(self, now: int) -> None:
        """The sweeper looks for orders that are over their time limit."""
        chance = LAST_CHANCE_SECONDS if self.payment == ASKED else 0
        if self.status == "placed" and self._is_overdue(now - chance):
            self._cancel("expired", now)

    def cancel(self, now: int) -> bool:
        """Its customer cancels it. Returns whether that was possible."""
        if self.status not in {"placed", "confirmed"} or self.parcels:
            return False
        self._cancel("customer", now)
        return True

    def ship(self, seller: str) -> bool:
        """A seller ships their line. Returns whether that was possible."""
        if self.status != "confirmed" or seller in self.parcels or self.is_lost:
            return False
        self.parcels.append(seller)
        if len(self.parcels) == 2:
            self.status = "shipped"
        return True

    def deliver(self) -> bool:
        """It is delivered. Returns whether that was possible."""
        if self.status != "shipped":
            return False
        self.status = "delivered"
        return True

    def resume_refund(self, now: int, trouble: Cut) -> None:
        """The sweeper meets it."""
        if self.is_refund_due and self._is_time_to_ask(now, self.refund_asked_at):
            self.refund_asked_at = now
            with suppress(Trouble):
                self.refund(trouble)

    def refund(self, trouble: Cut) -> None:
        """The refund is carried out, if it is due."""
        if self.is_refund_due:
            self._ask("refund", trouble, self._give_back)
            self._note_refund()

    def _ask(self, call: str, trouble: Cut, do: Callable[[], None]) -> None:
        if trouble.point == f"before {call}":
            self._leave(call, trouble)
        do()
        if trouble.point == f"after {call}":
            self._leave(call, trouble)

    def _capture(self, trouble: Cut) -> None:
        if trouble.point.endswith("capture") and not trouble.is_killed:
            self._say_that_it_is_held()
        self._ask("capture", trouble, self._take)

    def _leave(self, call: str, trouble: Cut) -> None:
        if not trouble.is_killed:
            self.said.append(f"no answer to {call}")
        raise Trouble

    def _say_that_it_is_held(self) -> None:
        if "held" not in self.said:
            self.said.append("held")

    def _hold(self) -> None:
        if not self.money:
            self.money = "held" if self.is_card_good else "declined"

    def _take(self) -> None:
        self.money = "taken"

    def _let_go(self) -> None:
        if self.money in {"", "held"}:
            self.money = "let go"

    def _give_back(self) -> None:
        self.money = "back"

    def _conclude(self, now: int, trouble: Cut) -> None:
        self.payment = {"taken": "captured", "declined": "declined", "let go": "voided"}[self.money]
        if self.money == "taken":
            self._say_that_it_is_held()
        self.said.append("let go, perhaps" if self.payment == "voided" and "held" not in self.said else self.money)
        if self.status == "placed":
            if self.money == "taken":
                self.status, self.settled_at = "confirmed", now
            else:
                self._cancel("payment_declined" if self.money == "declined" else "expired", now)
        elif self.money == "taken":
            self.is_refund_due, self.refund_asked_at = True, now
            self.refund(trouble)

    def _cancel(self, reason: str, now: int) -> None:
        self.status, self.reason, self.settled_at = "cancelled", reason, now
        if self.payment == PENDING:
            self.payment = "voided"
        self.is_refund_due, self.refund_asked_at = self.payment == "captured", now

    def _note_refund(self) -> None:
        if self.is_refund_due:
            self.payment, self.is_refund_due = "refunded", False
            self.said.append("back")

    def _lose(self) -> None:
        self.payment, self.is_lost = "refunded", True
        self.said.append("back")

    def _is_time_to_ask(self, now: int, asked_at: int) -> bool:
        """The sweeper asks the more rarely, the longer the order has been settled."""
        return self.settled_at is None or (now - asked_at) * 10 >= now - self.settled_at

    def _is_overdue(self, now: int) -> bool:
        return self.placed_at + LIMIT_SECONDS <= now
