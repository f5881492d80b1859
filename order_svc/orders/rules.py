"""What an order may hold, what it may become, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from common.money import Money
from order_svc.config.limits import MAX_LINES, MAX_QUANTITY
from order_svc.orders import errors

__all__ = [
    "MAX_LINES",
    "MAX_QUANTITY",
    "MAX_TRACKING",
    "NUMBER_BITS",
    "TRANSITIONS",
    "Item",
    "merged",
    "number_of",
    "require_expected",
    "require_transition",
]

MAX_TRACKING = 100

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "placed": frozenset({"confirmed", "cancelled"}),
    "confirmed": frozenset({"shipped", "cancelled"}),
    "shipped": frozenset({"delivered"}),
    "delivered": frozenset(),
    "cancelled": frozenset(),
}

# Crockford's base 32 (crockford.com/base32.html): no letter that is taken for a digit, and no U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS = 10
NUMBER_BITS = 5 * _DIGITS


@dataclass(frozen=True)
class Item:
    """So many of a SKU."""

    sku: str
    quantity: int


def number_of(bits: int) -> str:
    """An order's number for people, from 50 random bits: ``OC-7Q2M9ZKX4B``."""
    digits = (_ALPHABET[bits >> shift & 31] for shift in range(0, NUMBER_BITS, 5))
    return "OC-" + "".join(digits)


def require_transition(status: str, following: str) -> None:
    """Raises ImpossibleTransition."""
    if following not in TRANSITIONS[status]:
        raise errors.ImpossibleTransition(f"An order that is {status} cannot become {following}.")


def merged(items: Iterable[Item]) -> list[Item]:
    """One item a SKU, in the order in which the SKUs came. Raises TooMuch, naming the item that went too far."""
    quantities: dict[str, int] = {}
    for index, item in enumerate(items):
        quantities[item.sku] = quantities.get(item.sku, 0) + item.quantity
        if quantities[item.sku] > MAX_QUANTITY:
            reason = f"No more than {MAX_QUANTITY} of one SKU in an order."
            raise errors.TooMuch(errors={f"items.{index}.quantity": [reason]})
    return [Item(sku, quantity) for sku, quantity in quantities.items()]


def require_expected(total: Money, expected: Money | None) -> None:
    """A customer pays what the customer has seen. Raises TotalChanged."""
    if expected is not None and expected != total:
        raise errors.TotalChanged(f"The total is now {total}, not {expected}.", total=total)
