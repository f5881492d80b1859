"""What the platform costs while it is idle: memory and processor time, by process."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from ops import procfs
from ops.platform import Platform

OBSERVED_SECONDS = 20.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """One process with all its children."""

    name: str
    pss_mib: float
    """Proportional set size: summed over all processes, it is what they take together."""
    cpu_percent: float
    """Of one core, on average over the time observed."""


def measure(platform: Platform, *, seconds: float = OBSERVED_SECONDS) -> list[Cost]:
    """Watch a running platform for some seconds; the process with the most memory comes first."""
    families = _families(platform)
    before = {name: sum(map(procfs.cpu_ticks, pids)) for name, pids in families.items()}
    time.sleep(seconds)
    costs = [
        Cost(
            name=name,
            pss_mib=sum(map(procfs.pss_bytes, pids)) / 2**20,
            cpu_percent=(sum(map(procfs.cpu_ticks, pids)) - before[name]) / _TICKS_A_SECOND / seconds * 100,
        )
        for name, pids in families.items()
    ]
    return sorted(costs, key=lambda cost: -cost.pss_mib)


def total(costs: list[Cost]) -> Cost:
    """Everything together."""
    return Cost("all", sum(cost.pss_mib for cost in costs), sum(cost.cpu_percent for cost in costs))


def _families(platform: Platform) -> dict[str, list[int]]:
    """Each process of the run with its descendants, by name; and the supervisor itself."""
    identities = {name: entry["identity"] for name, entry in platform.daemon.processes().items()}
    families = {name: procfs.family_of(identity["pid"]) for name, identity in identities.items() if identity}
    supervisor = platform.state.supervisor()
    return {**families, "supervisor": [supervisor.pid]} if supervisor else families
