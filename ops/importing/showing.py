"""Showing an import: a progress bar while it runs, then its results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from ops.errors import OpsError
from ops.importing.loading import Watch
from ops.importing.report import KEPT, Entry, Outcome, Report

_LONGEST_NAME = 60
_COLOURS = {Outcome.REFUSED: "red", Outcome.CREATED: "green", Outcome.UPDATED: "yellow"}


@contextmanager
def bar(console: Console, what: str) -> Iterator[Watch]:
    """A progress bar, with the number of rows done, the rate, and the share of all rows."""
    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(f"{{task.fields[rows]}} {what}, {{task.fields[rate]:.0f}}/s"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0, rows=0, rate=0.0)

        def watch(rows: int, share: float | None, name: str) -> None:
            rate = rows / (progress.tasks[0].elapsed or 1.0)
            progress.tasks[0].total = None if share is None else 1.0
            progress.update(task, completed=share, rows=rows, rate=rate, description=escape(short(name)))

        yield watch


@contextmanager
def written_report(path: Path | None) -> Iterator[Report]:
    """A report that also writes each entry to this file as a line of JSON. Raises OpsError if that fails."""
    if path is None:
        yield Report()
        return
    try:
        with path.open("w", encoding="utf-8") as file:
            yield Report(sink=lambda entry: _write(file, entry))
    except OSError as error:
        raise OpsError(f"The report {path} cannot be written: {error.strerror}.") from error


def describe(report: Report, *, console: Console, is_rehearsal: bool = False) -> None:
    """Print what was loaded and what was not."""
    mode = "would be " if is_rehearsal and not report.counts[Outcome.CHECKED] else ""
    shown = sorted([*report.refused, *report.written], key=lambda entry: entry.line) if is_rehearsal else report.refused
    for entry in shown:
        colour = _COLOURS[entry.outcome]
        said = entry.reason or f"{mode}{entry.outcome} {', '.join(entry.fields)}".rstrip()
        console.print(f"[{colour}]•[/] line {entry.line}, {escape(short(entry.name))}: {escape(said)}", soft_wrap=True)
    if len(shown) >= KEPT:
        console.print(f"At most {KEPT} lines of a kind are shown; --report FILE writes them all.")
    counts = ", ".join(f"{count} {outcome}" for outcome in Outcome if (count := report.counts[outcome]))
    console.print(f"{report.rows} rows: {mode}{counts}.")
    if report.without_picture:
        console.print(f"{report.without_picture} without a picture.")
    for title in report.not_listed[:KEPT]:
        console.print(f"[yellow]![/] the shop does not show {escape(short(title))} yet", soft_wrap=True)


def short(name: str) -> str:
    """A name shortened to fit into a line, without control characters that a terminal would act on."""
    printable = "".join(character for character in name if character.isprintable())
    return printable if len(printable) <= _LONGEST_NAME else f"{printable[:_LONGEST_NAME]}…"


def _write(file: TextIO, entry: Entry) -> None:
    file.write(msgspec.json.encode(entry).decode() + "\n")
