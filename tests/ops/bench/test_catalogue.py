"""What the benchmark of the catalogue makes of its figures, and where it refuses to run."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from ops.__main__ import main
from ops.bench import catalogue, catalogue_table
from ops.bench.catalogue import Figure
from ops.bench.load.jobs import Measured
from ops.bench.stage import stage
from ops.errors import OpsError


def figure(page: str = "list", asked: str = "service, warm", *, share: float = 0.6, p50_ms: float = 2.0) -> Figure:
    measured = Measured(
        requests=100, seconds=2.0, p50_ms=p50_ms, p99_ms=9.0, errors={"503": 2}, cpu_ms={"redis": 0.25, "load": 0.1}
    )
    return Figure(page, asked, 1, queries=2.0, of_bare_sql=share, measured=measured)


class TestFigure:
    def test_counts_what_failed(self) -> None:
        assert figure().failed == 2

    def test_is_json(self) -> None:
        told = json.loads(json.dumps(catalogue.as_json(figure())))

        assert told["measured"]["requests_per_second"] == 50.0
        assert (told["page"], told["measured"]["cpu_ms"]["redis"]) == ("list", 0.25)


class TestTable:
    def test_has_a_row_a_figure_and_names_each_page_once(self) -> None:
        told = StringIO()

        Console(width=200, file=told).print(
            catalogue_table.table([figure(), figure(asked="gateway, warm"), figure("detail")])
        )

        words = [line.split() for line in told.getvalue().splitlines() if line.strip()][1:]
        assert [row[0] for row in words] == ["list", "gateway,", "detail"]
        assert words[0][3:10] == ["1", "50", "0.60", "2.0", "9.0", "2", "2.0"]


class TestClaims:
    def test_compare_the_first_page_with_a_far_one_and_a_warm_list_with_its_sql(self) -> None:
        seen = [
            figure(asked="service, cold", p50_ms=10.0),
            figure("list, page 1,000", "service, cold", p50_ms=11.0),
            figure(share=0.55),
        ]

        assert list(catalogue_table.claims(seen)) == [
            "page 1,000 takes 1.10 × as long as page 1 (cold, 1 at a time)",
            "a warm list comes at 0.55 × the rate of its bare SQL (1 at a time)",
        ]

    def test_are_none_where_nothing_of_it_was_measured(self) -> None:
        assert list(catalogue_table.claims([figure("detail")])) == []


def test_no_stage_is_set_on_servers_that_somebody_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCT_SVC_DATABASE_URL", "postgresql://somewhere/shop")

    with pytest.raises(OpsError, match="PRODUCT_SVC_DATABASE_URL"), stage(fresh=True):
        pytest.fail("It was set.")


@pytest.mark.parametrize("products", ["0", "1500", "-1000", "many", "²000"])
def test_products_come_by_the_thousand(products: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "catalogue", "--products", products])

    assert "a multiple of 1000" in capsys.readouterr().err
