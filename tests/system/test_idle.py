"""Idle, everything together costs little."""

from __future__ import annotations

import time

from ops.bench import idle
from ops.platform import Platform
from tests.system.people import wait_until

MAX_PSS_MIB = 2048
MAX_CPU_PERCENT = 5
COMES_TO_REST_WITHIN_SECONDS = 180


def test_everything_together_takes_under_two_gibibytes_and_a_twentieth_of_a_core(platform: Platform) -> None:
    """What the tests before it set in motion may still run for a while; then it must come to rest."""
    wait_until(lambda: platform.status()["ready"] and nothing_waits(platform), seconds=120)

    cost = at_rest(platform)

    assert cost.pss_mib < MAX_PSS_MIB
    assert cost.cpu_percent < MAX_CPU_PERCENT


def at_rest(platform: Platform) -> idle.Cost:
    deadline = time.monotonic() + COMES_TO_REST_WITHIN_SECONDS
    while True:
        cost = idle.total(idle.measure(platform, seconds=10))
        is_cheap = cost.pss_mib < MAX_PSS_MIB and cost.cpu_percent < MAX_CPU_PERCENT
        if is_cheap or time.monotonic() > deadline:
            return cost


def nothing_waits(platform: Platform) -> bool:
    queues = platform.status()["queues"]
    return all(queue["depth"] == 0 for queue in queues if not queue["name"].endswith(".dead"))
