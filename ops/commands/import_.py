"""Load a catalogue with its pictures; again without doubling anything."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from ops.errors import OpsError
from ops.importing.reading import FORMATS
from ops.importing.showing import describe, import_before_eyes
from ops.platform import Platform
from ops.progress import console
from ops.shop import Shop

PATIENCE_SECONDS = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="the catalogue; its pictures lie in pictures/ beside it"
    )
    parser.add_argument("--format", choices=sorted(FORMATS), help="recognised by the file's content when left out")


def run(options: argparse.Namespace) -> int:
    """0 when the shop shows all that the file holds, else 1."""
    platform = Platform()
    if not platform.is_up():
        raise OpsError("The platform is not running. Bring it up first: python3 manage_all.py up --detach")
    with Shop(platform.url, timeout_seconds=30.0, patience_seconds=PATIENCE_SECONDS) as shop:
        shop.sign_in(**platform.admin)
        report = import_before_eyes(shop, options.file, console=console, format_name=options.format)
    describe(report, console=Console(highlight=False))
    return 0 if report.is_clean else 1
