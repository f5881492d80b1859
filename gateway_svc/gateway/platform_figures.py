"""How the whole platform is: every instance of every service asked for its figures, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connections

from common.observability import figures
from common.topology import GATEWAY
from gateway_svc.gateway.assertions import HEADER, Assertions
from gateway_svc.gateway.errors import UpstreamError
from gateway_svc.gateway.fetch import fetch_from
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.instance import Instance

PATH = "/health/figures"
PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class InstanceFigures:
    """What one process answered (common/observability/figures.py); None when it did not, or not in time."""

    service: str
    address: str
    figures: dict[str, Any] | None


async def of_the_platform(
    balancers: Mapping[str, Balancer], assertions: Assertions, principal: Principal
) -> list[InstanceFigures]:
    """Of each instance behind the gateway, and of this one last. The services answer only to staff."""
    asked = [
        _ask(name, instance, assertions.about(principal, audience=name))
        for name, balancer in balancers.items()
        for instance in balancer.instances
    ]
    return [*await asyncio.gather(*asked, _our_own())]


async def _ask(service: str, instance: Instance, assertion: bytes) -> InstanceFigures:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            document = await fetch_from(instance, PATH, [(HEADER, assertion)])
        return InstanceFigures(service, instance.address, msgspec.json.decode(document, type=dict[str, Any]))
    except (UpstreamError, TimeoutError, msgspec.DecodeError):
        return InstanceFigures(service, instance.address, None)


async def _our_own() -> InstanceFigures:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return InstanceFigures(GATEWAY.name, "", await asyncio.to_thread(_collect))
    except TimeoutError:
        return InstanceFigures(GATEWAY.name, "", None)


def _collect() -> dict[str, Any]:
    try:
        return figures.collect()
    finally:
        # Threads come and go; a connection that stayed in one would stay for good.
        connections.close_all()
