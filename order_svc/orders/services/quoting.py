"""What an order would cost at the prices of this moment; placing takes the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common.money import Money
from order_svc.offers import selectors as offers
from order_svc.orders import errors, rules
from order_svc.pricing import services as pricing


@dataclass(frozen=True)
class QuotedLine:
    """So many of something that can be bought."""

    offer: offers.Offer
    quantity: int

    @property
    def sku(self) -> str:
        """What it is."""
        return self.offer.sku

    @property
    def title(self) -> str:
        """What it is called."""
        return self.offer.title

    @property
    def unit_price(self) -> Money:
        """What one of it costs."""
        return self.offer.price

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


def quote_items(items: Sequence[rules.Item], *, country: str) -> Quote:
    """What these cost, sent there. Raises TooMuch, UnavailableItems, SeveralCurrencies and TooExpensive."""
    wanted = rules.merged(items)
    offered = _offers_for(items)
    return _quote((QuotedLine(offered[item.sku], item.quantity) for item in wanted), country)


def _quote(lines: Iterable[QuotedLine], country: str) -> Quote:
    lines = tuple(lines)
    priced = [pricing.Line(line.sku, line.quantity, line.unit_price) for line in lines]
    return Quote(lines, pricing.price(lines=priced, country=country))


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
