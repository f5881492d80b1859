"""The figures of the catalogue as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table

from ops.bench.catalogue import CONNECTIONS, WATCHED, Figure

_NUMBERS = ("at a time", "req/s", "× SQL", "p50 ms", "p99 ms", "errors", "queries")


def table(figures: Iterable[Figure]) -> Table:
    """One row a figure, with a gap after each kind of page."""
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


def claims(figures: Sequence[Figure]) -> Iterator[str]:
    """What was promised of lists, as it was seen."""
    found = {(figure.page, figure.asked, figure.connections): figure for figure in figures}
    far = next((figure.page for figure in figures if figure.page.startswith("list, page")), "")
    for connections in CONNECTIONS:
        first, last = (found.get((page, "service, cold", connections)) for page in ("list", far))
        warm = found.get(("list", "service, warm", connections))
        if first and last:
            times = last.measured.p50_ms / first.measured.p50_ms
            yield f"{far.removeprefix('list, ')} takes {times:.2f} × as long as page 1 (cold, {connections} at a time)"
        if warm:
            yield f"a warm list comes at {warm.of_bare_sql:.2f} × the rate of its bare SQL ({connections} at a time)"
