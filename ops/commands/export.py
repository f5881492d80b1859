"""Write the shop's catalogue into a file that can be imported."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from ops import interrupts
from ops.commands.import_ import PATIENCE_SECONDS, parallel
from ops.errors import OpsError
from ops.exporting.exporting import Exported, export_catalog
from ops.exporting.writers import WRITERS
from ops.importing.crew import PARALLEL
from ops.importing.showing import bar
from ops.platform import Platform
from ops.progress import console
from ops.shop import Shop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to; what is there is replaced at the end")
    parser.add_argument("--format", choices=sorted(WRITERS), help="told by the file's name when left out")
    parser.add_argument("--pictures", action="store_true", help="also save the pictures, in pictures/ beside the file")
    parser.add_argument(
        "--parallel", type=parallel, default=PARALLEL, metavar="N", help="products at once (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Returns 0 if the file holds all that the shop has; 1 if some pictures were missing."""
    interrupts.end_as_with_ctrl_c()
    platform = Platform()
    if not platform.is_up():
        raise OpsError("The platform is not running. Bring it up first: python3 manage_all.py up --detach")
    format_name = options.format or ("csv" if options.file.suffix.lower() == ".csv" else "json")
    with Shop(platform.url, timeout_seconds=30.0, patience_seconds=PATIENCE_SECONDS) as shop:
        shop.sign_in(**platform.admin)
        with bar(console, "products") as watch:
            exported = export_catalog(
                shop,
                options.file,
                format_name=format_name,
                with_pictures=options.pictures,
                watch=watch,
                parallel=options.parallel,
            )
    _describe(exported, options.file)
    return 1 if exported.lost else 0


def _describe(exported: Exported, path: Path) -> None:
    shown = Console(highlight=False, soft_wrap=True)
    shown.print(f"{exported.products} products and {exported.pictures} pictures in {path}.", markup=False)
    for lost in exported.lost:
        shown.print(f"not to be had: {lost}", markup=False)
