"""An order's facts, in whatever order and however often they come, end in the right stock."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from common.contracts import Shortage, StockChanged, StockRejected, StockReserved
from product_svc.inventory import errors
from product_svc.inventory.models import OrderStock, Reservation, StockItem, StockMovement
from tests.product_svc.factories import cancelled, confirmed, line, placed, product

pytestmark = pytest.mark.django_db

ORDER = uuid.UUID(int=1)
Hear = Callable[..., bool]


def stock_of(sku: str) -> tuple[int, int]:
    """On hand and reserved; the ledger and the reservations must say the same."""
    item = StockItem.objects.get(sku=sku)
    open_ones = item.reservations.filter(status=Reservation.Status.OPEN)
    assert item.on_hand == (item.movements.aggregate(Sum("delta"))["delta__sum"] or 0)
    assert item.reserved == (open_ones.aggregate(Sum("quantity"))["quantity__sum"] or 0)
    return item.on_hand, item.reserved


class TestPlaced:
    def test_puts_every_line_aside(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=10)
        product("POT", stock=5)

        hear(placed(ORDER, line("MUG", 2), line("POT", 5)))

        assert (stock_of("MUG"), stock_of("POT")) == ((10, 2), (5, 5))
        assert told.named(StockReserved) == [StockReserved(version=1, order_id=str(ORDER))]

    def test_puts_nothing_aside_when_a_line_is_short(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=10)
        product("POT", stock=5)

        hear(placed(ORDER, line("MUG", 2), line("POT", 6), line("GHOST", 1)))

        assert (stock_of("MUG"), stock_of("POT")) == ((10, 0), (5, 0))
        missing = (Shortage(sku="POT", wanted=6, available=5), Shortage(sku="GHOST", wanted=1, available=0))
        assert told.named(StockRejected) == [StockRejected(version=1, order_id=str(ORDER), shortages=missing)]

    def test_adds_up_lines_of_the_same_sku(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=5)

        hear(placed(ORDER, line("MUG", 3), line("MUG", 3)))

        assert told.named(StockRejected)[0].shortages == (Shortage(sku="MUG", wanted=6, available=5),)

    def test_counts_what_others_have_reserved(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=5)
        hear(placed(uuid.uuid4(), line("MUG", 4)))

        hear(placed(ORDER, line("MUG", 2)))

        assert told.named(StockRejected)[0].shortages == (Shortage(sku="MUG", wanted=2, available=1),)


class TestConfirmed:
    def test_turns_reservations_into_a_sale(self, hear: Hear, told: Any) -> None:
        mug = product("MUG", stock=10)
        hear(placed(ORDER, line("MUG", 3)))

        hear(confirmed(ORDER, line("MUG", 3)))

        assert stock_of("MUG") == (7, 0)
        assert told.facts()[-1] == StockChanged(
            version=2, sku="MUG", product_id=str(mug.id), on_hand=7, available=7, delta=-3, order_id=str(ORDER)
        )

    def test_waits_for_the_placing(self, hear: Hear) -> None:
        product("MUG", stock=10)

        with pytest.raises(errors.NothingReserved):
            hear(confirmed(ORDER, line("MUG", 3)))

        assert not OrderStock.objects.exists()


class TestCancelled:
    def test_gives_back_what_was_put_aside(self, hear: Hear) -> None:
        product("MUG", stock=10)
        hear(placed(ORDER, line("MUG", 3)))

        hear(cancelled(ORDER))

        assert stock_of("MUG") == (10, 0)

    def test_keeps_a_later_placing_from_reserving(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=10)
        hear(cancelled(ORDER))

        hear(placed(ORDER, line("MUG", 3)))

        assert stock_of("MUG") == (10, 0)
        assert told.named(StockReserved) == []

    def test_takes_back_what_was_sold(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=10)
        hear(placed(ORDER, line("MUG", 3)))
        hear(confirmed(ORDER, line("MUG", 3)))

        hear(cancelled(ORDER))

        assert stock_of("MUG") == (10, 0)
        assert [fact.on_hand for fact in told.named(StockChanged)] == [10, 7, 10]
        assert [(fact.delta, fact.order_id) for fact in told.named(StockChanged)] == [
            (0, ""),
            (-3, str(ORDER)),
            (3, str(ORDER)),
        ]
        assert list(StockMovement.objects.order_by("id").values_list("kind", "delta")) == [
            ("received", 10),
            ("sold", -3),
            ("returned", 3),
        ]


class TestAnyOrder:
    """What a broker may do: repeat, swap, and bring back a fact whose cause had not come yet."""

    @pytest.mark.parametrize("heard", list(itertools.permutations(["placed", "confirmed", "cancelled"])))
    def test_a_cancelled_order_holds_nothing(self, hear: Hear, heard: tuple[str, ...]) -> None:
        product("MUG", stock=10)

        self._hear_until_all_are_handled(hear, [*heard, *heard])

        assert stock_of("MUG") == (10, 0)

    @pytest.mark.parametrize(
        "heard", sorted(set(itertools.permutations(["placed", "confirmed", "placed", "confirmed"])))
    )
    def test_a_confirmed_order_is_deducted_once(self, hear: Hear, heard: tuple[str, ...]) -> None:
        product("MUG", stock=10)

        self._hear_until_all_are_handled(hear, list(heard))

        assert stock_of("MUG") == (7, 0)

    def _hear_until_all_are_handled(self, hear: Hear, names: list[str]) -> None:
        """Each time under an id of its own, so that the inbox cannot help."""
        facts = {"placed": placed, "confirmed": confirmed, "cancelled": lambda order, *_: cancelled(order)}
        waiting = [facts[name](ORDER, line("MUG", 3)) for name in names]
        while waiting:
            fact = waiting.pop(0)
            try:
                hear(fact)
            except errors.NothingReserved:
                waiting.append(fact)


class TestCost:
    @pytest.mark.parametrize("lines", [1, 20])
    def test_does_not_grow_with_the_lines(
        self, hear: Hear, django_assert_num_queries: Callable[[int], Any], lines: int
    ) -> None:
        wanted = [line(f"MUG-{number}", 1) for number in range(lines)]
        for each in wanted:
            product(each.sku)

        # Three more than the services' own: the inbox, and a savepoint set and released (in place of begin and commit).
        with django_assert_num_queries(5 + 3):
            hear(placed(ORDER, *wanted))
        # And two by which the reviews learn of it.
        with django_assert_num_queries(4 + 3 + 2):
            hear(confirmed(ORDER, *wanted))
