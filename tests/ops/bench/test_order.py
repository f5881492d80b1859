"""What the benchmark of orders makes of what it saw."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from ops.__main__ import main
from ops.bench.load.jobs import Ordered, Placed
from ops.bench.order import table
from ops.bench.order.books import Life, Traffic
from ops.bench.order.figures import NEVER_CONFIRMED, Figure, Spent, figure
from ops.bench.order.measure import as_json
from ops.bench.order.statements import Statement
from ops.bench.order.yardstick import rate_in
from ops.errors import OpsError

BEGAN = 1000.0
KEY_CHECK = 'SELECT $2 FROM ONLY "public"."orders_order" x WHERE "id" OPERATOR(pg_catalog.=) $1 FOR KEY SHARE OF x'


def placed(order_id: str, *, at: float, live_at: float | None = None) -> Placed:
    return Placed(order_id=order_id, sent_at=BEGAN + at, answered_at=BEGAN + at + 0.02, live_at=live_at)


def confirmed(at: float) -> Life:
    return Life("confirmed", placed_at=BEGAN + at + 0.01, confirmed_at=BEGAN + at + 0.05)


def spent(*, left: int = 0) -> Spent:
    return Spent(
        cpu_seconds={"order_svc.web": 0.03, "postgres": 0.01, "load": 0.5},
        traffic={"order_svc": Traffic(told=4, heard=2)},
        statements=[Statement("order_svc", "BEGIN", 6, 0.1), Statement("order_svc", KEY_CHECK, 14, 0.2)],
        left=left,
    )


def seen(
    orders: list[Placed], lives: dict[str, Life], *, errors: dict[str, int] | None = None, left: int = 0
) -> Figure:
    ordered = Ordered(began_at=BEGAN, placed=orders, errors=errors or {}, ticks_before={}, cpu_seconds=0.5)
    return figure("8 at once", ordered, lives, spent(left=left), buyers=8, seconds=2.0, yardstick=100.0)


def two_orders() -> Figure:
    first, second = placed("a", at=0.5, live_at=BEGAN + 0.6), placed("b", at=1.98, live_at=BEGAN + 2.3)
    return seen([first, second], {"a": confirmed(0.5), "b": confirmed(1.98)})


class TestFigure:
    def test_rates_are_of_the_time_in_which_orders_were_placed(self) -> None:
        of_two = two_orders()

        assert (of_two.placed_rate, of_two.settled_rate) == (1.0, 0.5)
        assert of_two.share == pytest.approx(0.005)

    def test_legs_are_between_the_moments_that_they_name(self) -> None:
        legs = two_orders().legs

        assert legs["answered"].p50_ms == pytest.approx(20)
        assert legs["placed → confirmed"].p99_ms == pytest.approx(40)
        assert legs["confirmed → live"].p50_ms == pytest.approx(50)
        assert legs["placed → live"].p99_ms == pytest.approx(320)

    def test_an_order_that_was_not_confirmed_is_an_error(self) -> None:
        orders = [placed(order_id, at=0.5) for order_id in "abc"]
        lives = {"a": Life("cancelled", BEGAN, None), "b": Life("placed", BEGAN, None)}

        assert seen(orders, lives, errors={"503": 4}).errors == {"503": 4, "cancelled": 1, NEVER_CONFIRMED: 2}

    def test_of_no_order_says_so_and_nothing_else(self) -> None:
        of_none = seen([], {}, errors={"503": 9})

        assert (of_none.orders, of_none.placed_rate, of_none.failed) == (0, 0.0, 9)
        assert of_none.legs["placed → live"].p99_ms == 0.0

    def test_is_json(self) -> None:
        told = json.loads(json.dumps(as_json(two_orders())))

        assert told["an_order"]["cpu_ms"]["order_svc.web"] == 15.0
        assert told["an_order"]["told"] == {"order_svc": 2.0}
        assert told["settled_per_second"] == 0.5


class TestTable:
    def test_tells_what_an_order_costs_without_the_load(self) -> None:
        rows = lines(table.cost([two_orders()]))

        assert rows["CPU ms"] == "20.0"
        assert rows["load"] == "250.0"
        assert rows["facts told"] == "2.0"

    def test_counts_the_statements_that_a_service_sent(self) -> None:
        assert lines(table.cost([two_orders()]))["SQL statements"] == "3.0"

    def test_tells_how_fast_each_leg_was(self) -> None:
        rows = lines(table.speed([two_orders()]))

        assert rows["settled/s"] == "0.5"
        assert rows["answered, ms: p50 ·"].endswith("20 · 20")

    def test_says_what_went_wrong(self) -> None:
        assert list(table.troubles([two_orders()])) == []
        assert list(table.troubles([seen([], {}, errors={"503": 9}, left=3)])) == [
            "8 at once: 9 × 503: these figures are not worth anything",
            "8 at once: 3 messages and letters were still on their way, whose cost is missing",
        ]


class TestYardstick:
    def test_reads_what_pgbench_prints(self) -> None:
        assert rate_in("latency average = 1 ms\ntps = 1234.567 (without initial connection time)\n") == 1234.567

    def test_refuses_what_tells_no_rate(self) -> None:
        with pytest.raises(OpsError, match="nonsense"):
            rate_in("nonsense")


@pytest.mark.parametrize(
    "options",
    [
        ["--buyers", "0"],
        ["--buyers", "1,,8"],
        ["--buyers", "65"],
        ["--buyers", "many"],
        ["--past-orders", "-1"],
        ["--past-orders", "1000001"],
        ["--seconds", "0"],
        ["--seconds", "601"],
        ["--seconds", "nan"],
    ],
)
def test_refuses_numbers_that_make_no_sense(options: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "order", *options])


def lines(made: object) -> dict[str, str]:
    """The last cell of each row by its title."""
    told = StringIO()
    Console(width=200, file=told).print(made)
    cells = [line.strip().split("  ") for line in told.getvalue().splitlines() if line.strip()]
    return {row[0].removesuffix(" p99"): row[-1].strip() for row in cells}
