"""The figures of orders as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from rich.table import Table

from ops.bench.order.figures import LEGS, Figure

_LEAST_CPU_MS = 0.05


def speed(figures: Sequence[Figure]) -> Table:
    """How many orders there were, and how long each leg took: p50 and p99."""
    rows: list[tuple[str, Callable[[Figure], str]]] = [
        ("orders", lambda seen: str(seen.orders)),
        ("placed/s", lambda seen: f"{seen.placed_rate:.1f}"),
        ("settled/s", lambda seen: f"{seen.settled_rate:.1f}"),
        ("pgbench tps", lambda seen: f"{seen.yardstick:,.0f}" if seen.yardstick else ""),
        ("settled/s ÷ tps", lambda seen: f"{seen.share:.4f}" if seen.share else ""),
        ("errors", lambda seen: str(seen.failed)),
    ]
    made = _table("", figures)
    for title, told in rows:
        made.add_row(title, *map(told, figures))
    made.add_section()
    for name in LEGS:
        legs = [seen.legs[name] for seen in figures]
        made.add_row(f"{name}, ms: p50 · p99", *(f"{leg.p50_ms:,.0f} · {leg.p99_ms:,.0f}" for leg in legs))
    return made


def cost(figures: Sequence[Figure]) -> Table:
    """What an order costs: processor time, facts and SQL statements."""
    made = _table("an order", figures)
    cpu = [{name: 1000 * seen.each(spent) for name, spent in seen.spent.cpu_seconds.items()} for seen in figures]
    _add(made, "CPU ms", "", [sum(spent.values()) - spent["load"] for spent in cpu], "{:.1f}")
    for name in _dearest(cpu):
        _add(made, "", name, [spent.get(name, 0.0) for spent in cpu], "{:.1f}")
    for title, attribute in (("facts told", "told"), ("facts heard", "heard")):
        traffic = [
            {name: seen.each(getattr(counted, attribute)) for name, counted in seen.spent.traffic.items()}
            for seen in figures
        ]
        _add_all(made, title, traffic)
    _add_all(made, "SQL statements", [_statements(seen) for seen in figures])
    return made


def troubles(figures: Sequence[Figure]) -> Iterator[str]:
    """What makes figures doubtful, as lines of text."""
    for seen in figures:
        if seen.failed:
            told = ", ".join(f"{count} × {name}" for name, count in seen.errors.items())
            yield f"{seen.asked}: {told}: these figures are not worth anything"
        if seen.spent.left:
            yield f"{seen.asked}: {seen.spent.left} messages and letters were still on their way, whose cost is missing"


def _table(title: str, figures: Sequence[Figure]) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column(title, no_wrap=True)
    for seen in figures:
        made.add_column(seen.asked, justify="right", no_wrap=True)
    return made


def _add_all(made: Table, title: str, amounts: Sequence[dict[str, float]]) -> None:
    _add(made, title, "", [sum(by_name.values()) for by_name in amounts], "{:.1f}")
    for name in _dearest(amounts):
        _add(made, "", name, [by_name.get(name, 0.0) for by_name in amounts], "{:.1f}")


def _add(made: Table, title: str, name: str, amounts: Sequence[float], form: str) -> None:
    made.add_row(title or f"  {name}", *(form.format(amount) for amount in amounts))


def _dearest(amounts: Sequence[dict[str, float]]) -> list[str]:
    """The names by their amounts in the last run, the largest first, without those below ``_LEAST_CPU_MS``."""
    last = amounts[-1]
    return sorted((name for name in last if last[name] >= _LEAST_CPU_MS), key=lambda name: -last[name])


def _statements(seen: Figure) -> dict[str, float]:
    calls: Counter[str] = Counter()
    for statement in seen.spent.statements:
        calls[statement.service] += statement.calls * statement.is_sent
    return {name: seen.each(count) for name, count in calls.items()}
