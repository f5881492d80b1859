"""Targets of the catalogue: how little far pages and more products may cost, and how much the cache must gain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.bench.catalogue import CONNECTIONS, Figure
from ops.bench.claim import Claim

OF_BARE_SQL = 0.5
OF_PAGE_ONE = 1.25
"""The same, apart from the noise between two measurements."""
LARGER, SEARCH_LARGER = 1.5, 4.0
_COLD, _WARM = "service, cold", "service, warm"

Json = Mapping[str, Any]


def claims(figures: Sequence[Figure]) -> Iterator[Claim]:
    """All targets that can be judged by one run."""
    found = {(figure.page, figure.asked, figure.connections): figure for figure in figures}
    far = next((figure.page for figure in figures if figure.page.startswith("list, page")), "")
    for connections in CONNECTIONS:
        at_a_time = f"{connections} at a time"
        first, last = (found.get((page, _COLD, connections)) for page in ("list", far))
        warm = found.get(("list", _WARM, connections))
        if first and last:
            times = last.measured.p50_ms / first.measured.p50_ms
            yield Claim(f"{far}, {_COLD}, {at_a_time}: p50, × page 1", times, OF_PAGE_ONE, is_most=True)
        if warm:
            yield Claim(f"list, {_WARM}, {at_a_time}: requests a second, × bare SQL", warm.of_bare_sql, OF_BARE_SQL)


def growth(figures: Sequence[Figure], earlier: Json) -> Iterator[Claim]:
    """What more products may cost: p50 on one connection, beside that of an earlier run as written by ``--json``."""
    before = {(seen["page"], seen["asked"], seen["connections"]): seen["measured"] for seen in earlier["figures"]}
    for figure in figures:
        seen = before.get((figure.page, figure.asked, figure.connections))
        promised = _promised(figure.page)
        if seen and seen["p50_ms"] and promised and figure.connections == 1 and figure.asked in {"bare SQL", _COLD}:
            said = f"{figure.page}, {figure.asked}: p50, × that of {earlier['products']:,} products"
            yield Claim(said, figure.measured.p50_ms / seen["p50_ms"], promised, is_most=True)


def _promised(page: str) -> float | None:
    if page.startswith("search"):
        return SEARCH_LARGER
    return LARGER if page in {"list", "detail"} else None
