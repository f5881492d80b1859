"""Load a catalogue with its pictures; again without doubling anything."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from ops import interrupts
from ops.errors import OpsError
from ops.importing.crew import PARALLEL
from ops.importing.journal import Journal
from ops.importing.loading import import_catalog, rehearse
from ops.importing.reading import FORMATS, CatalogFile
from ops.importing.report import Report
from ops.importing.showing import bar, describe, written_report
from ops.platform import Platform
from ops.progress import console
from ops.shop import Shop

PATIENCE_SECONDS = 60.0
_MOST_PARALLEL = 32
_STOPPED = "Stopped. Run the same command again: it goes on where this one ended, and makes nothing twice."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="the catalogue; its pictures lie in pictures/ beside it"
    )
    parser.add_argument("--format", choices=sorted(FORMATS), help="recognised by the file's content when left out")
    parser.add_argument(
        "--dry-run", action="store_true", help="check everything, write nothing; without a platform only the file"
    )
    parser.add_argument(
        "--parallel", type=parallel, default=PARALLEL, metavar="N", help="rows at once (default: %(default)s)"
    )
    parser.add_argument("--report", type=Path, metavar="REPORT", help="write what became of each row, as JSON lines")


def parallel(text: str) -> int:
    """Parse the number of rows at once."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_PARALLEL):
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {_MOST_PARALLEL}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Returns 0 if the shop shows all that the file holds, or in a dry run would; otherwise 1."""
    interrupts.end_as_with_ctrl_c()
    platform = Platform()
    if not platform.is_up() and not options.dry_run:
        raise OpsError("The platform is not running. Bring it up first: python3 manage_all.py up --detach")
    file = CatalogFile(options.file, format_name=options.format)
    with written_report(options.report) as report:
        try:
            _run(options, platform, file, report)
        except KeyboardInterrupt:
            console.print(_STOPPED, soft_wrap=True)
            raise
    describe(report, console=Console(highlight=False), is_rehearsal=options.dry_run)
    return 0 if report.is_clean else 1


def _run(options: argparse.Namespace, platform: Platform, file: CatalogFile, report: Report) -> None:
    if not platform.is_up():
        console.print(
            "The platform is not running: only the file is checked, and not what the shop has already.", soft_wrap=True
        )
        with bar(console, "rows") as watch:
            rehearse(None, file, watch=watch, report=report, parallel=options.parallel)
        return
    with Shop(platform.url, timeout_seconds=30.0, patience_seconds=PATIENCE_SECONDS) as shop:
        shop.sign_in(**platform.admin)
        with bar(console, "rows") as watch:
            if options.dry_run:
                rehearse(shop, file, watch=watch, report=report, parallel=options.parallel)
                return
            with Journal.of(platform) as journal:
                import_catalog(shop, file, journal, watch=watch, report=report, parallel=options.parallel)
