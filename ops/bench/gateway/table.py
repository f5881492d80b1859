"""The gateway's figures as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table

from ops.bench.gateway.measure import CEILING, TO_REACH, Figure


def table(figures: Iterable[Figure]) -> Table:
    """One row a figure."""
    made = Table("page", "asked", box=None, pad_edge=False, header_style="bold")
    for title in ("req/s", "× ceiling", "p50 ms", "p99 ms", "server CPU µs", "errors"):
        made.add_column(title, justify="right")
    for figure in figures:
        measured = figure.measured
        made.add_row(
            figure.page if figure.asked == CEILING else "",
            figure.asked,
            f"{measured.rate:,.0f}",
            f"{figure.of_ceiling:.2f}",
            f"{measured.p50_ms:.2f}",
            f"{measured.p99_ms:.2f}",
            f"{1000 * measured.cpu_ms['server']:.0f}",
            str(figure.failed),
        )
    return made


def claims(figures: Iterable[Figure]) -> Iterator[str]:
    """What was promised, as it was seen."""
    for figure in figures:
        if figure.asked != CEILING:
            holds = "holds" if figure.of_ceiling >= TO_REACH else "does not hold"
            yield f"{figure.page}, {figure.asked}: {figure.of_ceiling:.2f} × the ceiling; {TO_REACH:g} {holds}"
