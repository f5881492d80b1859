"""The gateway's figures, as they are told."""

from __future__ import annotations

from ops.bench.gateway.measure import CEILING, KEPT, Figure, as_json
from ops.bench.gateway.table import claims
from ops.bench.load.jobs import Measured


def figure(asked: str, of_ceiling: float) -> Figure:
    measured = Measured(requests=100, seconds=2.0, p50_ms=1.0, p99_ms=2.0, errors={"503": 3}, cpu_ms={"server": 0.05})
    return Figure("a list", asked, of_ceiling, measured)


def test_of_the_ceiling_nothing_is_claimed() -> None:
    told = list(claims([figure(CEILING, 1.0), figure(KEPT, 0.52), figure(KEPT, 0.48)]))

    assert [line.rpartition("; ")[2] for line in told] == ["0.5 holds", "0.5 does not hold"]


def test_figures_say_what_went_wrong() -> None:
    assert figure(KEPT, 0.5).failed == 3
    assert as_json(figure(KEPT, 0.5))["measured"]["requests_per_second"] == 50.0
