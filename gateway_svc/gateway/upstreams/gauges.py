"""How the instances stand, for those who watch: looked at when somebody looks."""

from __future__ import annotations

import time
from collections.abc import Iterable

from gateway_svc.gateway import measures
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.instance import Instance

_OF_AN_INSTANCE = (
    measures.INSTANCE_IN_FLIGHT,
    measures.INSTANCE_READY,
    measures.INSTANCE_EJECTED,
    measures.INSTANCE_LATENCY,
)


def show(balancers: Iterable[Balancer]) -> None:
    """Set the gauges; instances that are gone have none any more."""
    now = time.monotonic()
    for gauge in _OF_AN_INSTANCE:
        gauge.clear()
    for balancer in balancers:
        measures.BREAKER.labels(balancer.service).set(balancer.breaker.state(now))
        measures.UPSTREAM_IN_FLIGHT.labels(balancer.service).set(balancer.in_flight)
        measures.UPSTREAM_WAITING.labels(balancer.service).set(len(balancer.line))
        for instance in list(balancer.instances):
            _show(balancer.service, instance, now)


def _show(service: str, instance: Instance, now: float) -> None:
    labels = (service, instance.address)
    measures.INSTANCE_IN_FLIGHT.labels(*labels).set(instance.in_flight)
    measures.INSTANCE_READY.labels(*labels).set(instance.health.is_ready)
    measures.INSTANCE_EJECTED.labels(*labels).set(instance.ejection.is_out(now))
    measures.INSTANCE_LATENCY.labels(*labels).set(instance.latency_seconds)
