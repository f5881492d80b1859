"""Run the benchmarks, each beside its yardstick."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from ops.bench import idle
from ops.errors import OpsError
from ops.platform import Platform
from ops.progress import console, step

SCENARIOS = ("idle",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which scenarios, and where the figures go."""
    parser.add_argument("scenario", nargs="*", metavar="SCENARIO", help=f"all of: {', '.join(SCENARIOS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")


def run(options: argparse.Namespace) -> int:
    """0 once all figures are printed."""
    unknown = set(options.scenario) - set(SCENARIOS)
    if unknown:
        raise OpsError(f"There is no scenario {', '.join(sorted(unknown))}; there is {', '.join(SCENARIOS)}.")
    platform = Platform()
    if not platform.is_up():
        raise OpsError("The platform is not running. Bring it up first: python3 manage_all.py up --detach")
    figures = {"idle": _idle(platform)}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def _idle(platform: Platform) -> dict[str, Any]:
    with step(f"Idle: watching for {idle.OBSERVED_SECONDS:.0f} s"):
        costs = idle.measure(platform)
    table = Table("process", "PSS MiB", "CPU % of a core", box=None, pad_edge=False)
    for cost in [*costs, idle.total(costs)]:
        table.add_row(cost.name, f"{cost.pss_mib:.0f}", f"{cost.cpu_percent:.2f}")
    console.print(table)
    return {"processes": [asdict(cost) for cost in costs], "total": asdict(idle.total(costs))}
