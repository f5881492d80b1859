"""What an order may hold, what it may become, and what it is called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_svc.orders import errors, rules


class TestNumberOf:
    @given(st.integers(0, 2**rules.NUMBER_BITS - 1))
    def test_is_readable(self, bits: int) -> None:
        assert re.fullmatch(r"OC-[0-9A-HJKMNP-TV-Z]{10}", rules.number_of(bits))

    @given(st.integers(0, 2**rules.NUMBER_BITS - 1), st.integers(0, 2**rules.NUMBER_BITS - 1))
    def test_differs_where_the_bits_differ(self, one: int, other: int) -> None:
        assert (rules.number_of(one) == rules.number_of(other)) == (one == other)


class TestMerged:
    def test_adds_what_stands_twice(self) -> None:
        items = [rules.Item("A", 1), rules.Item("B", 2), rules.Item("A", 3)]

        assert rules.merged(items) == [rules.Item("A", 4), rules.Item("B", 2)]

    def test_names_the_item_that_went_too_far(self) -> None:
        with pytest.raises(errors.TooMuch) as refusal:
            rules.merged([rules.Item("A", 1000), rules.Item("B", 1), rules.Item("A", 1)])

        assert list(refusal.value.errors) == ["items.2.quantity"]


class TestRequireTransition:
    @pytest.mark.parametrize(("status", "following"), [("placed", "confirmed"), ("confirmed", "shipped")])
    def test_forward(self, status: str, following: str) -> None:
        rules.require_transition(status, following)

    @pytest.mark.parametrize(
        ("status", "following"), [("cancelled", "confirmed"), ("confirmed", "placed"), ("shipped", "cancelled")]
    )
    def test_never_back(self, status: str, following: str) -> None:
        with pytest.raises(errors.ImpossibleTransition):
            rules.require_transition(status, following)
