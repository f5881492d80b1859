"""Make C extensions of the gateway's path, which ``up`` then runs until the sources change."""

from __future__ import annotations

import argparse

from ops import compiled
from ops.progress import step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(_options: argparse.Namespace) -> int:
    """Compile, and print the folder."""
    with step("Compiling the gateway, about a minute"):
        place = compiled.make()
    print(place)
    return 0
