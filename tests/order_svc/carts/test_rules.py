"""What a cart may hold, and what it says of what changed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import Money
from order_svc.carts import errors, rules

QUANTITIES = st.dictionaries(st.sampled_from([f"SKU-{n}" for n in range(150)]), st.integers(1, 1000), max_size=100)


def line(**changes: Any) -> rules.Line:
    return rules.Line(
        **{
            "sku": "MUG",
            "title": "Mug",
            "seller_id": uuid.uuid4(),
            "quantity": 2,
            "unit_price": Money(1250, "USD"),
            "seen_price": Money(1250, "USD"),
            "is_for_sale": True,
            "available": None,
            "currency": "USD",
            **changes,
        }
    )


class TestLine:
    def test_has_nothing_to_say_where_nothing_changed(self) -> None:
        assert line().changes == ()
        assert line(available=2).changes == ()

    @pytest.mark.parametrize(
        ("changes", "codes", "total"),
        [
            ({"seen_price": Money(1000, "USD")}, ["price_changed"], 2500),
            ({"available": 1}, ["not_enough_stock"], 2500),
            ({"available": 0, "seen_price": Money(1000, "USD")}, ["price_changed", "not_enough_stock"], 2500),
            ({"quantity": 1000, "left_out": 5}, ["left_out"], 1_250_000),
            ({"is_for_sale": False, "seen_price": Money(1000, "USD")}, ["not_for_sale"], 0),
            ({"unit_price": Money(1250, "EUR")}, ["other_currency", "price_changed"], 0),
        ],
    )
    def test_says_what_changed_and_counts_accordingly(
        self, changes: dict[str, Any], codes: list[str], total: int
    ) -> None:
        changed = line(**changes)

        assert [change.code for change in changed.changes] == codes
        assert changed.total == Money(total, "USD")
        assert changed.is_available == (total > 0)


class TestContents:
    def test_count_what_can_be_ordered(self) -> None:
        contents = rules.Contents(uuid.uuid4(), (line(), line(is_for_sale=False)), "USD")

        assert contents.total == Money(2500, "USD")


class TestMerged:
    @given(QUANTITIES, QUANTITIES)
    def test_keeps_all_that_there_is_room_for(self, own: dict[str, int], guests: dict[str, int]) -> None:
        after = {**own, **rules.merged(own, guests)}

        assert set(own) <= set(after) <= set(own) | set(guests)
        assert len(after) == min(len(set(own) | set(guests)), rules.MAX_LINES)
        assert all(after[sku] == min(own.get(sku, 0) + guests.get(sku, 0), rules.MAX_QUANTITY) for sku in after)


class TestLeftOut:
    @given(QUANTITIES, QUANTITIES)
    def test_is_what_the_merged_cart_lacks(self, own: dict[str, int], guests: dict[str, int]) -> None:
        after = {**own, **rules.merged(own, guests)}

        left_out = rules.left_out(own, guests)

        assert 0 not in left_out.values()
        for sku in {*own, *guests}:
            assert after.get(sku, 0) + left_out.get(sku, 0) == own.get(sku, 0) + guests.get(sku, 0)


class TestRequireRoom:
    def test_counts_what_is_there(self) -> None:
        assert rules.require_room({"MUG": 2}, sku="MUG", more=3) == 5

    @pytest.mark.parametrize(
        ("quantities", "more", "field"),
        [({"MUG": 999}, 2, "quantity"), ({f"SKU-{n}": 1 for n in range(100)}, 1, "sku")],
    )
    def test_names_what_is_too_much(self, quantities: dict[str, int], more: int, field: str) -> None:
        with pytest.raises(errors.CartFull) as refusal:
            rules.require_room(quantities, sku="MUG", more=more)

        assert list(refusal.value.errors) == [field]
