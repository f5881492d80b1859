"""How the whole platform is: every instance of every service asked for its figures, and the broker, all at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from common.events.figures import QueueFigures, queue_figures
from common.observability import figures
from common.topology import GATEWAY, SERVICES
from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.assertions import HEADER, Assertions
from gateway_svc.gateway.database import in_any_thread
from gateway_svc.gateway.errors import UpstreamError
from gateway_svc.gateway.fetch import fetch_from
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.instance import Instance

PATH = "/health/figures"
# Those for WebSockets tell no figures: they have the database of their service, of which its other processes tell.
SOCKETS_PATH = "/health/live"
PATIENCE_SECONDS = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """What this gateway makes of an instance."""

    is_ready: bool = True
    left_out_seconds: float = 0.0
    """For which it gets no requests any more, since it failed."""
    in_flight: int = 0
    latency_seconds: float = 0.0
    """Until its answers begin, lately."""


@dataclass(frozen=True, slots=True)
class InstanceFigures:
    """What one process answered (common/observability/figures.py); None when it did not, or not in time."""

    service: str
    address: str
    figures: dict[str, Any] | None
    milliseconds: float = 0.0
    """How long that took."""
    standing: Standing = Standing()
    is_for_sockets: bool = False
    """It has the WebSockets of its service, and no requests."""


Queues = Mapping[str, QueueFigures | None]


@dataclass(frozen=True, slots=True)
class PlatformFigures:
    """All that can be known at this moment."""

    instances: list[InstanceFigures]
    queues: Queues | None
    """None when the broker does not answer."""
    spared: frozenset[str] = frozenset()
    """Services that are not asked for a while, since they fail (upstreams/breaker.py)."""
    sockets_spared: frozenset[str] = frozenset()
    """Those where no WebSockets are opened for the same reason."""


@dataclass(frozen=True, slots=True)
class Platform:
    """Whom to ask."""

    balancers: Mapping[str, Balancer]
    socket_balancers: Mapping[str, Balancer]
    assertions: Assertions
    broker_url: str

    async def look(self, principal: Principal) -> PlatformFigures:
        """Ask all of them for this person, and wait for nobody longer than for the most patient."""
        asked = of_the_platform(self.balancers, self.socket_balancers, self.assertions, principal)
        instances, queues = await asyncio.gather(asked, _queues(self.broker_url))
        return PlatformFigures(instances, queues, _spared(self.balancers), _spared(self.socket_balancers))


async def of_the_platform(
    balancers: Mapping[str, Balancer],
    socket_balancers: Mapping[str, Balancer],
    assertions: Assertions,
    principal: Principal,
) -> list[InstanceFigures]:
    """Of each instance behind the gateway, and of this one last. The services answer only to staff."""
    asked = [
        _ask(name, instance, _fetch(instance, PATH, [(HEADER, assertions.about(principal, audience=name))]))
        for name, instance in _instances(balancers)
    ]
    asked += [
        _ask(name, instance, _fetch(instance, SOCKETS_PATH, []), is_for_sockets=True)
        for name, instance in _instances(socket_balancers)
    ]
    return [*await asyncio.gather(*asked, _our_own())]


def _instances(balancers: Mapping[str, Balancer]) -> Iterator[tuple[str, Instance]]:
    return ((name, instance) for name, balancer in balancers.items() for instance in balancer.instances)


def _spared(balancers: Mapping[str, Balancer]) -> frozenset[str]:
    return frozenset(name for name, each in balancers.items() if each.breaker.is_open)


async def _ask(
    service: str, instance: Instance, question: Awaitable[dict[str, Any] | None], *, is_for_sockets: bool = False
) -> InstanceFigures:
    found, milliseconds = await _timed(question)
    return InstanceFigures(service, instance.address, found, milliseconds, _standing(instance), is_for_sockets)


def _standing(instance: Instance) -> Standing:
    return Standing(
        is_ready=instance.health.is_ready,
        left_out_seconds=max(0.0, instance.ejection.until - time.monotonic()),
        in_flight=instance.in_flight,
        latency_seconds=instance.latency_seconds,
    )


async def _fetch(instance: Instance, path: str, headers: Headers) -> dict[str, Any] | None:
    try:
        document = await fetch_from(instance, path, headers)
        return msgspec.json.decode(document, type=dict[str, Any])
    except (UpstreamError, msgspec.DecodeError):
        return None


async def _our_own() -> InstanceFigures:
    found, milliseconds = await _timed(in_any_thread(figures.collect))
    return InstanceFigures(GATEWAY.name, "", found, milliseconds)


async def _queues(broker_url: str) -> Queues | None:
    found, _ = await _timed(asyncio.to_thread(_ask_the_broker, broker_url))
    return found


async def _timed(question: Awaitable[T | None]) -> tuple[T | None, float]:
    """Its answer, None when there is none in time, and how many milliseconds it took."""
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await question
    except TimeoutError:
        found = None
    return found, round((time.perf_counter() - begun) * 1000, 1)


def _ask_the_broker(url: str) -> Queues | None:
    # Imported here: nothing else in the gateway needs it.
    from amqp.exceptions import AMQPError
    from kombu import Connection
    from kombu.exceptions import OperationalError

    limits = {"read_timeout": PATIENCE_SECONDS, "write_timeout": PATIENCE_SECONDS}
    try:
        with Connection(url, connect_timeout=PATIENCE_SECONDS, transport_options=limits) as connection:
            return queue_figures(connection, SERVICES)
    except (AMQPError, OperationalError, OSError):
        return None
