"""What a cart may hold, and what it says of prices and stock that changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from common.money import Money
from order_svc.carts import errors
from order_svc.config.limits import MAX_LINES, MAX_QUANTITY

__all__ = [
    "MAX_LINES",
    "MAX_QUANTITY",
    "Change",
    "ChangeCode",
    "Contents",
    "Holder",
    "LeftOut",
    "Line",
    "currency_of",
    "left_out",
    "merged",
    "require_fit",
    "require_orderable",
    "require_room",
]


@dataclass(frozen=True)
class Holder:
    """Whose cart it is: a customer's, or that of the guest who has its token. Some customers were a guest before."""

    customer_id: UUID | None
    guest_cart_id: UUID | None

    @property
    def is_guest(self) -> bool:
        """Nobody knows who it is."""
        return self.customer_id is None


class ChangeCode(StrEnum):
    """What may have become of a line since its holder last touched it."""

    NOT_FOR_SALE = "not_for_sale"
    OTHER_CURRENCY = "other_currency"
    PRICE_CHANGED = "price_changed"
    NOT_ENOUGH_STOCK = "not_enough_stock"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Change:
    """Something that the holder should know before ordering."""

    code: ChangeCode
    detail: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """So many of a SKU, in a cart of this currency."""

    sku: str
    title: str
    seller_id: UUID
    quantity: int
    unit_price: Money
    """As it is now."""
    seen_price: Money
    """As it was when the holder last touched the line."""
    is_for_sale: bool
    available: int | None
    """How many there are, as far as we heard."""
    currency: str
    left_out: int = 0
    """How many more of it a guest's cart held than there was room for."""

    @property
    def is_available(self) -> bool:
        """It can be ordered as it stands. A lack of stock does not hinder that: only the warehouse knows for sure."""
        return self.is_for_sale and self.unit_price.currency == self.currency

    @property
    def total(self) -> Money:
        """What it adds to the cart's total."""
        return self.unit_price * self.quantity if self.is_available else Money(0, self.currency)

    @property
    def is_price_changed(self) -> bool:
        """It costs something else than when the holder last touched it."""
        return self.seen_price != self.unit_price

    @property
    def changes(self) -> tuple[Change, ...]:
        """What its holder should know."""
        return tuple(self._changes())

    def _changes(self) -> Iterator[Change]:
        if not self.is_for_sale:
            yield Change(ChangeCode.NOT_FOR_SALE, "It can no longer be bought.")
            return
        if self.unit_price.currency != self.currency:
            yield Change(ChangeCode.OTHER_CURRENCY, f"It is priced in {self.unit_price.currency} now; order it apart.")
        if self.is_price_changed:
            yield Change(ChangeCode.PRICE_CHANGED, f"It costs {self.unit_price} now, no longer {self.seen_price}.")
        if self.available is not None and self.available < self.quantity:
            yield Change(ChangeCode.NOT_ENOUGH_STOCK, f"There are {max(self.available, 0)} of it.")
        if self.left_out:
            reason = (
                f"A cart holds no more than {MAX_QUANTITY} of it: {self.left_out} from before you signed in do not fit."
            )
            yield Change(ChangeCode.LEFT_OUT, reason)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What a guest's cart held and this one has no line for."""

    sku: str
    title: str
    quantity: int

    @property
    def detail(self) -> str:
        """Why."""
        return (
            f"A cart holds no more than {MAX_LINES} different items: this one from before you signed in does not fit."
        )


@dataclass(frozen=True)
class Contents:
    """A cart as it stands now."""

    id: UUID
    lines: tuple[Line, ...]
    currency: str
    left_out: tuple[LeftOut, ...] = ()
    """What its holder should know of beside the lines."""

    @property
    def total(self) -> Money:
        """What all that can be ordered costs together, without shipping and taxes that come on top."""
        return Money(sum(line.total.minor for line in self.lines), self.currency)


def currency_of(prices: Iterable[Money], *, otherwise: str) -> str:
    """A cart's currency: that of the first thing in it that can be bought."""
    return next((price.currency for price in prices), otherwise)


def require_room(quantities: Mapping[str, int], *, sku: str, more: int) -> int:
    """How many of a SKU there will be, with so many more of it. Raises CartFull."""
    if sku not in quantities and len(quantities) >= MAX_LINES:
        raise errors.CartFull(errors={"sku": [f"No more than {MAX_LINES} different items in a cart."]})
    quantity = quantities.get(sku, 0) + more
    if quantity > MAX_QUANTITY:
        raise errors.CartFull(errors={"quantity": [f"No more than {MAX_QUANTITY} of one SKU in a cart."]})
    return quantity


def merged(own: Mapping[str, int], guests: Mapping[str, int]) -> dict[str, int]:
    """What a guest's cart makes of the quantities in a customer's: sums, as far as there is room."""
    shared = [sku for sku in guests if sku in own]
    new = [sku for sku in guests if sku not in own][: MAX_LINES - len(own)]
    return {sku: min(own.get(sku, 0) + guests[sku], MAX_QUANTITY) for sku in [*shared, *new]}


def left_out(own: Mapping[str, int], guests: Mapping[str, int]) -> dict[str, int]:
    """How many of what there is no room for when they are merged."""
    there_will_be = merged(own, guests)
    lacking = {sku: own.get(sku, 0) + more - there_will_be.get(sku, 0) for sku, more in guests.items()}
    return {sku: quantity for sku, quantity in lacking.items() if quantity}


def require_fit(left_out: Mapping[str, int]) -> None:
    """Raises CartsDoNotFit."""
    if left_out:
        raise errors.CartsDoNotFit


def require_orderable(contents: Contents) -> None:
    """Raises CartEmpty, and ItemsUnavailable naming each line that cannot be ordered."""
    if not contents.lines:
        raise errors.CartEmpty
    hindrances = {
        f"items.{index}.sku": [f"{line.sku}: {line.changes[0].detail}"]
        for index, line in enumerate(contents.lines)
        if not line.is_available
    }
    if hindrances:
        raise errors.ItemsUnavailable(errors=hindrances)
