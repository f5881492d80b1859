"""Say what is wrong with this installation, why it matters, and what cures it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from rich.console import Console

from ops import doctor
from ops.doctor.finding import Finding
from ops.progress import step
from ops.state import State


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The switches of ``doctor``."""
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def run(options: argparse.Namespace) -> int:
    """0 when nothing is wrong, else 1."""
    with step("Looking") as say:
        findings = list(doctor.examine(State(), watch=say))
    if options.json:
        print(json.dumps({"findings": [asdict(finding) for finding in findings]}))
    else:
        _show(findings, Console(highlight=False, soft_wrap=True))
    return 1 if findings else 0


def _show(findings: list[Finding], console: Console) -> None:
    for finding in findings:
        console.print(f"[red]✗[/] [bold]{finding.subject}[/]")
        for text in (finding.what, finding.why, f"→ {finding.cure}"):
            console.print(f"  {text}", markup=False)
    console.print("Nothing is wrong." if not findings else f"{len(findings)} things are wrong.")
