"""What the benchmark of the catalogue makes of its figures, and where it refuses to run."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ops.__main__ import main
from ops.bench import catalogue, catalogue_table
from ops.bench.catalogue import Figure
from ops.bench.catalogue_claims import claims, growth
from ops.bench.claim import lines
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
            figure(share=0.45),
        ]

        assert list(lines(claims(seen))) == [
            "list, page 1,000, service, cold, 1 at a time: p50, × page 1: 1.10; < 1.25 holds",
            "list, service, warm, 1 at a time: requests a second, × bare SQL: 0.45; ≥ 0.5 does not hold",
        ]

    def test_are_none_where_nothing_of_it_was_measured(self) -> None:
        assert list(claims([figure("detail")])) == []


class TestGrowth:
    def test_compares_with_a_run_of_another_size(self) -> None:
        pages = ("list", "detail", "search, common word", "seller")
        before = [figure(page, "bare SQL", p50_ms=2.0) for page in pages]
        earlier = {"products": 10_000, "figures": [catalogue.as_json(each) for each in before]}
        seen = [figure(page, "bare SQL", p50_ms=5.0) for page in pages]

        assert list(lines(growth(seen, earlier))) == [
            "list, bare SQL: p50, × that of 10,000 products: 2.50; < 1.5 does not hold",
            "detail, bare SQL: p50, × that of 10,000 products: 2.50; < 1.5 does not hold",
            "search, common word, bare SQL: p50, × that of 10,000 products: 2.50; < 4 holds",
        ]

    def test_is_judged_by_the_rest_alone_where_something_was_not_measured_before(self) -> None:
        assert list(growth([figure(asked="bare SQL")], {"products": 1000, "figures": []})) == []

    @pytest.mark.parametrize("written", ["", "[]", '{"order": {}}'])
    def test_takes_no_other_file(self, written: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        other = tmp_path / "figures.json"
        other.write_text(written)

        with pytest.raises(SystemExit):
            main(["bench", "catalogue", "--against", str(other)])

        assert "no file that bench catalogue --json wrote" in capsys.readouterr().err


def test_no_stage_is_set_on_servers_that_somebody_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCT_SVC_DATABASE_URL", "postgresql://somewhere/shop")

    with pytest.raises(OpsError, match="PRODUCT_SVC_DATABASE_URL"), stage(fresh=True):
        pytest.fail("It was set.")


@pytest.mark.parametrize("products", ["0", "1500", "-1000", "many", "²000"])
def test_products_come_by_the_thousand(products: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "catalogue", "--products", products])

    assert "a multiple of 1000" in capsys.readouterr().err
