"""What an order would cost at the prices of this moment; placing takes the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.money import Money
from order_svc.carts import services as carts
from order_svc.offers import selectors as offers
from order_svc.orders import errors, rules
from order_svc.pricing import services as pricing


@dataclass(frozen=True, kw_only=True)
class QuotedLine:
    """So many of something that can be bought."""

    sku: str
    title: str
    seller_id: UUID
    quantity: int
    unit_price: Money

    @property
    def total(self) -> Money:
        """What all of it costs."""
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Quote:
    """What is bought, what it costs, and why."""

    lines: tuple[QuotedLine, ...]
    totals: pricing.Totals

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.totals.total


def quote_order(*, holder: carts.Holder, items: Sequence[rules.Item] | None, country: str) -> Quote:
    """What these items would cost, or else what is in the cart; nothing is ordered.

    Raises what ``quote_items`` does, CartEmpty and ItemsUnavailable.
    """
    if items is not None:
        return quote_items(items, country=country)
    return quote_cart(carts.read_orderable_cart(holder=holder), country=country)


def quote_items(items: Sequence[rules.Item], *, country: str) -> Quote:
    """What these cost, sent there. Raises TooMuch, UnavailableItems, SeveralCurrencies and TooExpensive."""
    offered = _offers_for(items)
    return _quote([_line(offered[item.sku], item.quantity) for item in rules.merged(items)], country)


def quote_cart(cart: carts.Contents, *, country: str) -> Quote:
    """What a cart costs, all of which can be ordered, sent there. Raises TooExpensive."""
    lines = [
        QuotedLine(
            sku=line.sku,
            title=line.title,
            seller_id=line.seller_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
        )
        for line in cart.lines
    ]
    return _quote(lines, country)


def _quote(lines: Sequence[QuotedLine], country: str) -> Quote:
    priced = [pricing.Line(line.sku, line.quantity, line.unit_price) for line in lines]
    return Quote(tuple(lines), pricing.price(lines=priced, country=country))


def _line(offer: offers.Offer, quantity: int) -> QuotedLine:
    return QuotedLine(
        sku=offer.sku, title=offer.title, seller_id=offer.seller_id, quantity=quantity, unit_price=offer.price
    )


def _offers_for(items: Sequence[rules.Item]) -> dict[str, offers.Offer]:
    offered = offers.available_offers(skus={item.sku for item in items})
    missing = {
        f"items.{index}.sku": [f"{item.sku} cannot be bought."]
        for index, item in enumerate(items)
        if item.sku not in offered
    }
    if missing:
        raise errors.UnavailableItems(errors=missing)
    return offered
