"""Idle, everything together costs little."""

from __future__ import annotations

from ops.bench import idle
from ops.platform import Platform
from tests.system.people import wait_until

MAX_PSS_MIB = 2048
MAX_CPU_PERCENT = 5
WINDOWS = 3


def test_everything_together_takes_under_two_gibibytes_and_a_twentieth_of_a_core(platform: Platform) -> None:
    wait_until(lambda: platform.status()["ready"] and nothing_waits(platform), seconds=120)

    # What the tests before it set in motion may still run; the quietest of some windows is what idle costs.
    observed = [idle.total(idle.measure(platform, seconds=10)) for _ in range(WINDOWS)]

    assert min(cost.pss_mib for cost in observed) < MAX_PSS_MIB
    assert min(cost.cpu_percent for cost in observed) < MAX_CPU_PERCENT


def nothing_waits(platform: Platform) -> bool:
    queues = platform.status()["queues"]
    return all(queue["depth"] == 0 for queue in queues if not queue["name"].endswith(".dead"))
