"""From lines to a total, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import MAX_MINOR, Money
from order_svc.pricing import errors, rules
from order_svc.pricing.rules import FlatRate, Line, NearestMultiple, Part, PercentByCountry, Policy, Totals
from order_svc.pricing.rules.rounding import half_up

EUROS = "EUR"


@dataclass(frozen=True)
class Percentage:
    """So much off each line, as a rule of discount might have it."""

    percent: int

    def parts(self, lines: Sequence[Line]) -> Iterator[Part]:
        for line in lines:
            off = half_up(line.total_minor * Fraction(self.percent, 100))
            yield Part(
                rule="percent_off",
                of=line.sku,
                base_minor=line.total_minor,
                rate=str(self.percent),
                amount_minor=-off,
            )


def policy(
    *,
    discount: int = 0,
    shipping: int = 0,
    free_from: int | None = None,
    percent: str = "0",
    is_included: bool = True,
    step: int = 1,
) -> Policy:
    return Policy(
        discounts=(Percentage(discount),) if discount else (),
        shipping=FlatRate({EUROS: shipping}, {} if free_from is None else {EUROS: free_from}),
        tax=PercentByCountry({"DE": Decimal(percent)}, is_included),
        rounding=NearestMultiple({EUROS: step}),
    )


def total_of(*prices: tuple[int, int], country: str = "DE", **rules_on: int | str | bool | None) -> Totals:
    lines = [Line(f"SKU-{index}", quantity, Money(price, EUROS)) for index, (quantity, price) in enumerate(prices)]
    return rules.total_of(lines, country=country, policy=policy(**rules_on))  # type: ignore[arg-type]


LINES = st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 10**6)), min_size=1, max_size=20)
PERCENTS = st.decimals(0, 100, places=2, allow_nan=False, allow_infinity=False).map(str)
POLICIES = st.fixed_dictionaries(
    {
        "discount": st.integers(0, 100),
        "shipping": st.integers(0, 10**4),
        "free_from": st.none() | st.integers(1, 10**6),
        "percent": PERCENTS,
        "is_included": st.booleans(),
        "step": st.sampled_from([1, 5, 10, 100]),
    }
)


class TestTotalOf:
    def test_is_the_sum_of_the_lines_where_no_rule_is_on(self) -> None:
        totals = total_of((2, 1250), (1, 300))

        assert totals.total == Money(2800, EUROS)
        assert [step.parts for step in totals.steps[1:]] == [(), (), (), ()]

    @given(LINES, POLICIES)
    def test_every_sum_is_the_sum_of_what_it_shows(self, prices: list[tuple[int, int]], on: dict[str, int]) -> None:
        totals = total_of(*prices, **on)

        shown = [part for step in totals.steps for part in step.parts]
        assert totals.total.minor == sum(part.amount_minor for part in shown if not part.is_included)
        assert totals.lines.amount_minor == sum(quantity * price for quantity, price in prices)
        assert all(isinstance(part.amount_minor, int) for part in shown)
        assert totals.total.minor >= 0

    @given(LINES, POLICIES)
    def test_rounding_is_less_than_one_step_and_ends_at_one(
        self, prices: list[tuple[int, int]], on: dict[str, int]
    ) -> None:
        totals = total_of(*prices, **on)

        assert totals.total.minor % on["step"] == 0
        assert abs(totals.rounding.amount_minor) * 2 <= on["step"]

    @given(LINES, POLICIES)
    def test_tax_is_within_half_a_cent_a_part_of_what_is_exact(
        self, prices: list[tuple[int, int]], on: dict[str, int]
    ) -> None:
        totals = total_of(*prices, **on)

        percent = Fraction(str(on["percent"]))
        taxed = totals.lines.amount_minor + totals.discounts.amount_minor + totals.shipping.amount_minor
        exact = taxed * (percent / (100 + percent) if on["is_included"] else percent / 100)
        assert abs(totals.tax.amount_minor - exact) <= Fraction(len(totals.tax.parts), 2)

    @given(LINES, POLICIES)
    def test_says_the_same_when_it_was_kept(self, prices: list[tuple[int, int]], on: dict[str, int]) -> None:
        totals = total_of(*prices, **on)

        assert Totals.of(totals.data()) == totals

    def test_refuses_several_currencies(self) -> None:
        lines = [Line("A", 1, Money(100, "USD")), Line("B", 1, Money(100, "EUR"))]

        with pytest.raises(errors.SeveralCurrencies):
            rules.total_of(lines, country="", policy=policy())

    def test_refuses_more_than_can_be_paid(self) -> None:
        with pytest.raises(errors.TooExpensive):
            total_of((1, MAX_MINOR), (1, 1))


class TestFlatRate:
    @pytest.mark.parametrize(("price", "rule", "amount"), [(4999, "flat_rate", 490), (5000, "free_from", 0)])
    def test_is_free_from_some_worth_on(self, price: int, rule: str, amount: int) -> None:
        totals = total_of((1, price), shipping=490, free_from=5000)

        (part,) = totals.shipping.parts
        assert (part.rule, part.base_minor, part.amount_minor) == (rule, price, amount)
        assert totals.total.minor == price + amount

    def test_is_held_against_what_is_left_after_discounts(self) -> None:
        assert total_of((1, 5000), discount=10, shipping=490, free_from=5000).shipping.amount_minor == 490

    def test_charges_nothing_in_a_currency_without_a_rate(self) -> None:
        assert list(FlatRate({"EUR": 490}, {}).parts(Money(100, "CHF"), country="CH")) == []


class TestPercentByCountry:
    def test_on_top(self) -> None:
        totals = total_of((1, 10_000), percent="19", is_included=False)

        assert (totals.tax.amount_minor, totals.total.minor) == (1900, 11_900)

    def test_already_in_the_price(self) -> None:
        totals = total_of((1, 11_900), percent="19")

        assert (totals.tax.amount_minor, totals.total.minor) == (1900, 11_900)

    def test_is_on_shipping_too_and_on_what_is_left_after_discounts(self) -> None:
        totals = total_of((1, 1000), discount=50, shipping=100, percent="10", is_included=False)

        assert [(part.of, part.base_minor, part.amount_minor) for part in totals.tax.parts] == [
            ("SKU-0", 500, 50),
            ("shipping", 100, 10),
        ]

    @pytest.mark.parametrize("country", ["", "US"])
    def test_knows_nothing_of_other_countries(self, country: str) -> None:
        assert total_of((1, 1000), percent="19", country=country).tax.parts == ()


class TestNearestMultiple:
    @pytest.mark.parametrize(("price", "rounded"), [(1002, 1000), (1003, 1005), (1005, 1005), (1007, 1005)])
    def test_says_what_it_adds(self, price: int, rounded: int) -> None:
        totals = total_of((1, price), step=5)

        assert (totals.total.minor, totals.rounding.amount_minor) == (rounded, rounded - price)


class TestHalfUp:
    @pytest.mark.parametrize(
        ("amount", "rounded"),
        [(Fraction(1, 2), 1), (Fraction(3, 2), 2), (Fraction(5, 2), 3), (Fraction(49, 100), 0), (Fraction(-1, 2), 0)],
    )
    def test_goes_up_at_a_half(self, amount: Fraction, rounded: int) -> None:
        assert half_up(amount) == rounded
