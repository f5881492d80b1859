"""What is counted on the way of every request, as prometheus_client shows it."""

from __future__ import annotations

import uuid

import pytest
from prometheus_client import REGISTRY

from gateway_svc.gateway import tallies


@pytest.fixture
def name() -> str:
    """Of a metric that nobody else has."""
    return f"test_{uuid.uuid4().hex}"


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


class TestCounters:
    def test_count_each_series_by_itself(self, name: str) -> None:
        counter = tallies.counter(f"{name}_total", "of this test", "outcome")

        for outcome in ("hit", "miss", "hit"):
            counter.labels(outcome).inc()

        assert shown(f"{name}_total", outcome="hit") == 2
        assert shown(f"{name}_total", outcome="miss") == 1
        assert shown(f"{name}_total", outcome="stale") is None


class TestHistograms:
    def test_say_how_many_took_at_most_so_long(self, name: str) -> None:
        histogram = tallies.histogram(name, "of this test", "route")

        for seconds in (0.0005, 0.001, 0.0011, 0.3, 11.0):
            histogram.labels("/").observe(seconds)

        buckets = {bound: shown(f"{name}_bucket", route="/", le=bound) for bound in ("0.001", "0.0025", "0.25", "0.5")}
        assert buckets == {"0.001": 2, "0.0025": 3, "0.25": 3, "0.5": 4}
        assert shown(f"{name}_bucket", route="/", le="10.0") == 4
        assert shown(f"{name}_bucket", route="/", le="+Inf") == shown(f"{name}_count", route="/") == 5
        assert shown(f"{name}_sum", route="/") == pytest.approx(11.3026)
