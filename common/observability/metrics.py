"""Metrics in Prometheus' form: each family declared beside what counts it, all of a process shown at ``/metrics``.

Names follow prometheus.io/docs/practices/naming: base units, ``_total`` for what only grows. A label takes few values,
such as the template of a route and never a path, and none of them names a person. Which service and which kind of
process it is, the scraper knows. The names are part of what others build on: docs/how-to/observe.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Counter,
    Gauge,
    Histogram,
    Metric,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.registry import Collector

from common.version import VERSION

CONTENT_TYPE = CONTENT_TYPE_LATEST

BRIEF = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Buckets, in seconds, for what somebody waits for."""
LONG = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Buckets, in seconds, for what may take its time."""

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

# When each series began: twice as many of them, for what a scraper sees by itself.
disable_created_metrics()  # type: ignore[no-untyped-call]

_refreshers: list[Callable[[], None]] = []


def counter(name: str, what: str, *labels: str) -> Counter:
    """What only grows."""
    return Counter(name, what, labels)


def gauge(name: str, what: str, *labels: str) -> Gauge:
    """What goes up and down."""
    return Gauge(name, what, labels)


def histogram(name: str, what: str, *labels: str, buckets: Sequence[float] = BRIEF) -> Histogram:
    """How often, and how long each."""
    return Histogram(name, what, labels, buckets=buckets)


class _CountedElsewhere(Collector):
    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        return self._collect()


def counted_elsewhere(collect: Callable[[], Iterable[Metric]]) -> None:
    """Show, with each scrape, what this returns; it is called on other threads."""
    REGISTRY.register(_CountedElsewhere(collect))


def on_scrape(refresh: Callable[[], None]) -> None:
    """Have this called before each scrape: it sets gauges, must not raise, and must not take long."""
    _refreshers.append(refresh)


def exposition() -> bytes:
    """All that this process has to show now."""
    for refresh in _refreshers:
        refresh()
    return generate_latest(REGISTRY)


def method_label(method: str) -> str:
    """A client may call its method anything; a label may not."""
    return method if method in METHODS else "other"


def status_label(status: int) -> str:
    """``2xx``; ``none`` for what ended without an answer."""
    return f"{status // 100}xx" if status else "none"


BUILD = gauge("opencommerce_build_info", "1, with the release of OpenCommerce that this process runs.", "version")
BUILD.labels(VERSION).set(1)

OUT_OF_REACH = counter(
    "opencommerce_out_of_reach_total", "Times that a server this process needs did not answer.", "server"
)
