"""Asking instances whether they are ready, again and again."""

from __future__ import annotations

import asyncio
import random
import time

from gateway_svc.gateway.errors import UpstreamError
from gateway_svc.gateway.fetch import fetch_from
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.instance import Instance

PATH = "/health/ready"
# Whoever is alone is asked for whatever comes, ready or not; then it is only to be known.
ALONE_TIMES_AS_LONG = 5
# Several gateways, and several services, are not to ask in the same moment.
_JITTER = (0.8, 1.2)


async def keep_checking(balancer: Balancer) -> None:
    """All instances of one service at once, every few seconds."""
    while True:
        times = 1 if len(balancer.instances) > 1 else ALONE_TIMES_AS_LONG
        await asyncio.sleep(balancer.treatment.check_seconds * times * random.uniform(*_JITTER))  # noqa: S311 - no secret
        await asyncio.gather(*(_check(balancer, each) for each in balancer.instances))


async def _check(balancer: Balancer, instance: Instance) -> None:
    try:
        await fetch_from(instance, PATH, [])
        is_good = True
    except UpstreamError:
        is_good = False
    balancer.pool.note_check(instance, is_good=is_good, now=time.monotonic())
