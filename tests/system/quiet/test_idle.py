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

    costs = at_rest(platform)

    cost = idle.total(costs)
    by_process = "\n".join(f"{each.pss_mib:8.1f} MiB {each.cpu_percent:6.2f} %  {each.name}" for each in costs)
    assert cost.pss_mib < MAX_PSS_MIB, by_process
    assert cost.cpu_percent < MAX_CPU_PERCENT, by_process


def at_rest(platform: Platform) -> list[idle.Cost]:
    deadline = time.monotonic() + COMES_TO_REST_WITHIN_SECONDS
    while True:
        costs = idle.measure(platform, seconds=10)
        cost = idle.total(costs)
        is_cheap = cost.pss_mib < MAX_PSS_MIB and cost.cpu_percent < MAX_CPU_PERCENT
        if is_cheap or time.monotonic() > deadline:
            return costs


def nothing_waits(platform: Platform) -> bool:
    queues = platform.status()["queues"]
    return all(queue["depth"] == 0 for queue in queues if not queue["name"].endswith(".dead"))
