"""The gateway's figures as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table

from common import open_files
from ops.bench.gateway.figures import Figure
from ops.bench.gateway.overload import TIMES, Overload
from ops.bench.gateway.sockets import FEW, MANY, Held
from ops.bench.gateway.ways import ALONE, CEILING, NGINX, ONE

_YARDSTICKS = (NGINX, CEILING, ONE, ALONE)
_CPU = ("server", "upstream", "load")


def speed(figures: Iterable[Figure]) -> Table:
    """One row for each figure."""
    made = _table("page", "connections", "asked", right="req/s,× yardstick,p50 ms,p99 ms,added p50 ms")
    for name in _CPU:
        made.add_column(f"{name} CPU µs", justify="right")
    made.add_column("errors", justify="right")
    above = ("", 0)
    for figure in figures:
        measured, here = figure.measured, (figure.page, figure.connections)
        made.add_row(
            *(("", "") if here == above else (figure.page, str(figure.connections))),
            figure.asked,
            f"{measured.rate:,.0f}",
            f"{figure.rates[_yardstick(figure)]:.2f}",
            f"{measured.p50_ms:.2f}",
            f"{measured.p99_ms:.2f}",
            f"{figure.added_p50_ms[ALONE]:.2f}" if ALONE in figure.added_p50_ms else "",
            *(f"{1000 * measured.cpu_ms[name]:.0f}" if name in measured.cpu_ms else "" for name in _CPU),
            str(figure.failed),
        )
        above = here
    return made


def memory(held: Iterable[Held]) -> Table:
    """One row for each kind of process."""
    made = _table("idle WebSockets", right=f"processes,PSS MiB with {FEW} in each,with,PSS MiB,KiB each")
    for each in held:
        few, many = (f"{size / 2**20:.1f}" for size in (each.few_bytes, each.many_bytes))
        made.add_row(each.process, str(each.processes), few, f"{each.many:,}", many, f"{each.kib_each:.1f}")
    return made


def overload(floods: Iterable[Overload]) -> Table:
    """One row for each round."""
    made = _table(
        f"{TIMES:g} × too much",
        right="a service's req/s,× that offered,× that answered,refused %,told when %,p95 ms before,p95 ms,×"
        ",back after s,load late ms,errors",
    )
    for number, each in enumerate(floods, start=1):
        made.add_row(
            f"round {number}",
            f"{each.capacity:,.0f}",
            f"{each.offered:.2f}",
            f"{each.answered:.2f}",
            f"{100 * each.refused:.0f}",
            f"{100 * each.refused_well:.0f}",
            f"{each.p95_before_ms:.1f}",
            f"{each.p95_ms:.1f}",
            f"{each.p95_ratio:.2f}",
            f"{each.back_after_seconds:.2f}",
            f"{each.late_ms:.0f}",
            str(sum(each.errors.values())),
        )
    return made


def shortfall(held: Iterable[Held]) -> Iterator[str]:
    """Why there were fewer sockets than planned, if so."""
    fewer = [each for each in held if each.many < MANY]
    if fewer:
        files = f"a process may have {open_files.most():,} files here, and a socket takes two"
        yield f"Not {MANY:,} sockets: {fewer[0].many:,} over {fewer[0].processes} gateways, since {files}."


def _yardstick(figure: Figure) -> str:
    return next(name for name in _YARDSTICKS if name in figure.rates)


def _table(*left: str, right: str) -> Table:
    made = Table(*left, box=None, pad_edge=False, header_style="bold")
    for title in right.split(","):
        made.add_column(title, justify="right")
    return made
