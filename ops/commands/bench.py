"""Run the benchmarks, each beside its yardstick."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ops import interrupts
from ops.bench import catalogue, catalogue_table, idle
from ops.bench.stage import Stage, stage
from ops.errors import OpsError
from ops.platform import Platform
from ops.progress import console, step

_PRODUCTS = 100_000
_SECONDS = 5.0
_WIDTH = 180

Json = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which scenarios, how large and how long, and where the figures go."""
    parser.add_argument("scenario", nargs="*", metavar="SCENARIO", help=f"all of: {', '.join(SCENARIOS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    options = parser.add_argument_group("catalogue")
    options.add_argument("--products", type=_thousands, default=_PRODUCTS, metavar="N", help="default: %(default)s")
    options.add_argument("--seconds", type=_positive, default=_SECONDS, help="for each figure (default: %(default)s)")
    options.add_argument(
        "--only", action="append", default=[], metavar="KIND", help="pages whose kind begins like this"
    )
    options.add_argument("--fresh", action="store_true", help="begin with an empty platform")
    options.add_argument("--profile", action="store_true", help="say where the time of a list goes, instead")


def run(options: argparse.Namespace) -> int:
    """0 once all figures are printed; 1 if any of them counts errors."""
    chosen = options.scenario or list(SCENARIOS)
    unknown = set(chosen) - set(SCENARIOS)
    if unknown:
        raise OpsError(f"There is no scenario {', '.join(sorted(unknown))}; there is {', '.join(SCENARIOS)}.")
    interrupts.end_as_with_ctrl_c()
    figures = {name: SCENARIOS[name](options) for name in chosen}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if any(figure.get("errors") for figure in figures.values()) else 0


def _idle(_options: argparse.Namespace) -> Json:
    platform = Platform()
    if not platform.is_up():
        raise OpsError("The platform is not running. Bring it up first: python3 manage_all.py up --detach")
    with step(f"Idle: watching for {idle.OBSERVED_SECONDS:.0f} s"):
        costs = idle.measure(platform)
    table = Table("process", "PSS MiB", "CPU % of a core", box=None, pad_edge=False)
    for cost in [*costs, idle.total(costs)]:
        table.add_row(cost.name, f"{cost.pss_mib:.0f}", f"{cost.cpu_percent:.2f}")
    console.print(table)
    return {"processes": [asdict(cost) for cost in costs], "total": asdict(idle.total(costs))}


def _catalogue(options: argparse.Namespace) -> Json:
    with stage(fresh=options.fresh) as own:
        with step(f"Catalogue of {options.products:,} products") as say:
            catalogue.fill(own, options.products, say=say)
        with step("Pages to ask for, and their SQL") as say:
            pages = catalogue.sample(own, options.only, say=say)
        if not pages:
            raise OpsError(f"No kind of page begins like {', '.join(options.only)}.")
        if options.profile:
            return _profile(own, pages)
        with step(f"Asking, for {catalogue.least_seconds(pages, each=options.seconds):.0f} s or more") as say:
            figures = list(catalogue.measure(own, pages, seconds=options.seconds, say=say))
    return _tell(figures, options)


def _profile(own: Stage, pages: dict[str, catalogue.Pages]) -> Json:
    for title, told in catalogue.profile(own, pages):
        print(f"{title}\n{told}")
    return {}


def _tell(figures: list[catalogue.Figure], options: argparse.Namespace) -> Json:
    output = Console(highlight=False)
    if not output.is_terminal:
        output.width = _WIDTH
    output.print(catalogue_table.table(figures))
    for line in catalogue_table.claims(figures):
        output.print(line)
    errors = sum(figure.failed for figure in figures)
    if errors:
        output.print(f"[red]{errors} answers were errors: the figures are not worth anything.[/]")
    measured = [catalogue.as_json(figure) for figure in figures]
    about = {"products": options.products, "seconds": options.seconds, "cores": os.cpu_count()}
    return {**about, "errors": errors, "figures": measured}


def _thousands(text: str) -> int:
    """``100000``: products are made by the thousand."""
    if not (text.isascii() and text.isdigit()) or not int(text) or int(text) % 1000:
        raise argparse.ArgumentTypeError(f"{text!r}: a multiple of 1000")
    return int(text)


def _positive(text: str) -> float:
    """``2.5``."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: a number of seconds")
    return seconds


SCENARIOS: dict[str, Callable[[argparse.Namespace], Json]] = {"idle": _idle, "catalogue": _catalogue}
