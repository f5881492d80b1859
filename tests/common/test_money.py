"""Money is exact, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import MAX_MINOR, BadMoney, Money


class TestParse:
    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [("19.99", "USD", 1999), ("19.9", "USD", 1990), ("5", "USD", 500), ("5", "JPY", 5), ("1.234", "KWD", 1234)],
    )
    def test_reads_as_many_places_as_the_currency_has(self, amount: str, currency: str, minor: int) -> None:
        assert Money.parse(amount, currency) == Money(minor, currency)

    @pytest.mark.parametrize(
        "amount",
        ["", " ", "1e2", "1e309", "1_000", "1,000", "NaN", "Infinity", "-", ".", "1.", ".5", "１２", "0x10", "1\n"],
    )
    def test_refuses_what_is_no_plain_decimal_number(self, amount: str) -> None:
        with pytest.raises(BadMoney, match=r"decimal number such as 19\.99"):
            Money.parse(amount, "USD")

    @pytest.mark.parametrize(("amount", "currency"), [("1.999", "USD"), ("1.5", "JPY")])
    def test_refuses_more_places_than_the_currency_has(self, amount: str, currency: str) -> None:
        with pytest.raises(BadMoney, match="decimal places"):
            Money.parse(amount, currency)

    @pytest.mark.parametrize("amount", [str(MAX_MINOR), "9" * 33, "-" + "9" * 30])
    def test_refuses_what_is_too_large(self, amount: str) -> None:
        with pytest.raises(BadMoney, match="too large"):
            Money.parse(amount, "USD")

    def test_refuses_a_currency_that_is_none(self) -> None:
        with pytest.raises(BadMoney, match="XYZ"):
            Money.parse("1.00", "XYZ")

    @given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["USD", "JPY", "KWD"]))
    def test_reads_what_it_writes(self, minor: int, currency: str) -> None:
        money = Money(minor, currency)

        assert Money.parse(money.amount(), currency) == money
