"""Loading a catalogue before a person's eyes: a bar while it goes on, then what came of it."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ops.importing.loading import import_catalog
from ops.importing.report import Outcome, Report
from ops.shop import Shop

_LONGEST_NAME = 60


def import_before_eyes(shop: Shop, path: Path, *, console: Console, format_name: str | None = None) -> Report:
    """Load the file with a progress bar. Raises what import_catalog does."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("reading", total=None)

        def show(done: int, total: int, what: str) -> None:
            progress.update(bar, completed=done, total=total, description=escape(what))

        return import_catalog(shop, path, on_progress=show, format_name=format_name)


def describe(report: Report, *, console: Console) -> None:
    """Say what was loaded and what was not."""
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in Outcome)
    console.print(f"{len(report.outcomes)} products: {counts}.")
    if report.without_picture:
        console.print(f"{len(report.without_picture)} without a picture.")
    for bad in sorted(report.refused, key=lambda bad: bad.line):
        console.print(f"[red]✗[/] line {bad.line}, {escape(_short(bad.name))}: {escape(bad.reason)}", soft_wrap=True)
    for title in report.not_listed:
        console.print(f"[yellow]![/] the shop does not show {escape(title)} yet", soft_wrap=True)


def _short(name: str) -> str:
    """A name as it fits into a line, without what a terminal would take for an order."""
    printable = "".join(character for character in name if character.isprintable())
    return printable if len(printable) <= _LONGEST_NAME else f"{printable[:_LONGEST_NAME]}…"
