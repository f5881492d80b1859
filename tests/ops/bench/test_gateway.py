"""The gateway's figures: how they come about, what they are judged by, and what is said of them."""

from __future__ import annotations

import dataclasses

import pytest
from rich.table import Table

from ops.bench.claim import Claim
from ops.bench.gateway import ways
from ops.bench.gateway.claims import claims
from ops.bench.gateway.figures import Figure, as_json, together
from ops.bench.gateway.sockets import MANY, Held
from ops.bench.gateway.table import memory, shortfall, speed
from ops.bench.load.jobs import Measured

ALONE = Measured(requests=200, seconds=2.0, p50_ms=1.5, p99_ms=4.0, errors={}, cpu_ms={"server": 0.02})
MEASURED = Measured(requests=100, seconds=2.0, p50_ms=1.0, p99_ms=2.0, errors={"503": 3}, cpu_ms={"server": 0.05})


def figure(asked: str, *, page: str = "a list", connections: int = 16, **others: float) -> Figure:
    rates = {getattr(ways, name): rate for name, rate in others.items()}
    return Figure(page, asked, connections, rates, dict.fromkeys(rates, 0.7), MEASURED)


def judged(*figures: Figure, held: tuple[Held, ...] = (), cores: int = 4) -> list[Claim]:
    return list(claims(figures, held, cores=cores))


def cells(table: Table) -> dict[str, list[str]]:
    return {str(column.header): list(map(str, column.cells)) for column in table.columns}


class TestClaims:
    def test_judge_kept_answers_by_the_ceiling(self) -> None:
        found = judged(figure(ways.CEILING, CEILING=1.0), figure(ways.KEPT, CEILING=0.52))

        assert [(claim.found, claim.holds) for claim in found] == [(0.52, True)]

    @pytest.mark.parametrize(("rate", "holds"), [(0.5, True), (0.49, False)])
    def test_judge_what_is_passed_on_for_the_signed_in_by_nginx(self, rate: float, holds: bool) -> None:
        found = judged(figure(ways.NGINX, NGINX=1.0), figure(ways.SIGNED_IN, NGINX=rate), figure(ways.PUBLIC, NGINX=1))

        assert [(claim.found, claim.holds) for claim in found] == [(rate, holds)]

    def test_say_nothing_of_nginx_where_there_is_none(self) -> None:
        assert judged(figure(ways.SIGNED_IN, ALONE=0.3)) == []

    def test_judge_what_is_added_by_what_the_service_takes_itself(self) -> None:
        alone = dataclasses.replace(figure(ways.ALONE, page=ways.REAL, connections=1, ALONE=1.0), measured=ALONE)
        signed_in = figure(ways.SIGNED_IN, page=ways.REAL, connections=1, ALONE=0.6)

        (claim,) = judged(alone, signed_in)

        assert (claim.found, claim.promised, claim.holds) == (0.7, 1.5, True)

    def test_judge_two_processes_only_where_there_are_cores_for_them(self) -> None:
        two = figure(ways.TWO, ONE=1.7)

        assert [claim.holds for claim in judged(two, cores=4)] == [False]
        assert judged(two, cores=2) == []

    def test_judge_sockets_by_what_each_adds_in_the_gateway(self) -> None:
        gateway = Held(ways.GATEWAY, 2**20, 1424, 21 * 2**20)
        server = Held(ways.SERVER, 2**20, 1424, 2**30)

        (claim,) = judged(held=(gateway, server))

        assert (claim.found, claim.holds) == (20.0, True)


class TestSpeed:
    def test_a_row_stands_beside_the_yardstick_that_was_there(self) -> None:
        beside_nginx = figure(ways.SIGNED_IN, ALONE=0.2, NGINX=0.6)
        beside_nothing = figure(ways.SIGNED_IN, page="another", ALONE=0.3)

        shown = cells(speed([beside_nginx, beside_nothing]))

        assert shown["page"] == ["a list", "another"]
        assert shown["× yardstick"] == ["0.60", "0.30"]
        assert shown["added p50 ms"] == ["0.70", "0.70"]
        assert shown["server CPU µs"] == ["50", "50"]

    def test_the_page_is_named_once(self) -> None:
        shown = cells(speed([figure(ways.CEILING, CEILING=1.0), figure(ways.KEPT, CEILING=0.6)]))

        assert shown["page"] == ["a list", ""]
        assert shown["added p50 ms"] == ["", ""]


class TestMemory:
    def test_of_a_socket_is_what_it_adds(self) -> None:
        shown = cells(memory([Held(ways.GATEWAY, 2**20, 1424, 33 * 2**20)]))

        assert shown["KiB each"] == ["32.0"]
        assert shown["with"] == ["1,424"]

    def test_says_why_there_were_not_more(self) -> None:
        as_many = Held(ways.GATEWAY, 2**20, MANY, 2**30)
        fewer = Held(ways.GATEWAY, 2**20, MANY - 1, 2**30)

        assert list(shortfall([as_many])) == []
        assert "files" in next(shortfall([fewer]))


def test_figures_say_what_went_wrong() -> None:
    assert figure(ways.KEPT).failed == 3
    assert as_json(figure(ways.KEPT))["measured"]["requests_per_second"] == 50.0


def test_what_is_asked_at_once_counts_as_one() -> None:
    found = together([ALONE, MEASURED])

    assert (found.requests, found.seconds, found.p50_ms, found.p99_ms) == (300, 2.0, 1.5, 4.0)
    assert found.errors == {"503": 3}
    assert found.cpu_ms["server"] == pytest.approx(0.03)
