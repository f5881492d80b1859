"""How the instances stand, for those who watch: looked at when somebody looks."""

from __future__ import annotations

import time
from collections.abc import Mapping

from gateway_svc.gateway import measures
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.instance import Instance

_OF_AN_INSTANCE = (
    measures.INSTANCE_IN_FLIGHT,
    measures.INSTANCE_READY,
    measures.INSTANCE_EJECTED,
    measures.INSTANCE_LATENCY,
)


def show(balancers: Mapping[str, Balancer], socket_balancers: Mapping[str, Balancer]) -> None:
    """Set the gauges; instances that are gone have none any more."""
    now = time.monotonic()
    for gauge in _OF_AN_INSTANCE:
        gauge.clear()
    for name, balancer in balancers.items():
        every = [each[name] for each in (balancers, socket_balancers) if name in each]
        measures.BREAKER.labels(name).set(max(each.breaker.state(now) for each in every))
        measures.UPSTREAM_IN_FLIGHT.labels(name).set(balancer.in_flight)
        measures.UPSTREAM_WAITING.labels(name).set(len(balancer.line))
        for instance in list(balancer.instances):
            _show(name, instance, now)
            measures.INSTANCE_LATENCY.labels(name, instance.address).set(instance.latency_seconds)
    for name, balancer in socket_balancers.items():
        for instance in list(balancer.instances):
            _show(name, instance, now)


def _show(service: str, instance: Instance, now: float) -> None:
    labels = (service, instance.address)
    measures.INSTANCE_IN_FLIGHT.labels(*labels).set(instance.in_flight)
    measures.INSTANCE_READY.labels(*labels).set(instance.health.is_ready)
    measures.INSTANCE_EJECTED.labels(*labels).set(instance.ejection.is_out(now))
