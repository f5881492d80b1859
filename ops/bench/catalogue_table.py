"""The figures of the catalogue as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table

from ops.bench.catalogue import WATCHED, Figure

_NUMBERS = ("at a time", "req/s", "× SQL", "p50 ms", "p99 ms", "errors", "queries")


def table(figures: Iterable[Figure]) -> Table:
    """One row for each figure, with a gap after each kind of page."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("page", "asked"):
        made.add_column(title, no_wrap=True)
    for title in (*_NUMBERS, *(f"{name} CPU ms" for name in WATCHED.values()), "load CPU ms"):
        made.add_column(title, justify="right")
    last = None
    for figure in figures:
        if last and figure.page != last.page:
            made.add_section()
            made.add_row()
        made.add_row(figure.page if not last or figure.page != last.page else "", *_cells(figure))
        last = figure
    return made


def _cells(figure: Figure) -> Iterator[str]:
    measured = figure.measured
    yield from (figure.asked, str(figure.connections), f"{measured.rate:,.0f}", f"{figure.of_bare_sql:.2f}")
    yield from (f"{measured.p50_ms:.1f}", f"{measured.p99_ms:.1f}", str(figure.failed), f"{figure.queries:.1f}")
    for name in (*WATCHED, "load"):
        yield f"{measured.cpu_ms[name]:.2f}" if name in measured.cpu_ms else ""
