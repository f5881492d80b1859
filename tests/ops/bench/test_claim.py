"""A promise beside what was seen."""

from __future__ import annotations

from ops.bench.claim import Claim, lines


def test_lines_say_the_promise_and_whether_it_holds() -> None:
    told = list(lines([Claim("rate", 0.52, 0.5), Claim("KiB", 25.0, 25.0, is_most=True)]))

    assert told == ["rate: 0.52; ≥ 0.5 holds", "KiB: 25.00; < 25 does not hold"]
