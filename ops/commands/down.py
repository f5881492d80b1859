"""Stop everything that up started, and nothing else."""

from __future__ import annotations

import argparse

from ops.platform import Platform
from ops.progress import console, step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(_options: argparse.Namespace) -> int:
    """Stop it; nothing to stop is fine."""
    platform = Platform()
    if not platform.is_up() and not platform.leftovers():
        console.print("Nothing runs.")
        return 0
    with step("Stopping"):
        platform.down()
    return 0
