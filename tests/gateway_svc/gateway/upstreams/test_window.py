"""What happened lately counts; what happened before does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway_svc.gateway.upstreams.window import Window

NOTES = st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=60).map(sorted)


class TestWindow:
    @given(notes=NOTES, later=st.floats(0, 30))
    def test_counts_the_seconds_that_it_is_made_for(self, notes: list[tuple[float, bool]], later: float) -> None:
        window = Window(10)
        for at, is_good in notes:
            window.note(is_good=is_good, now=at)
        now = (notes[-1][0] if notes else 0.0) + later

        good, bad = window.totals(now)

        recent = [is_good for at, is_good in notes if int(at) > int(now) - 10]
        assert (good, bad) == (recent.count(True), recent.count(False))

    def test_forgets_all_when_told(self) -> None:
        window = Window(10)
        window.note(is_good=False, now=1.0)

        window.clear()

        assert window.totals(1.0) == (0, 0)
