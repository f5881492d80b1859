"""Telling a story of steps, each with its time; the first that does not hold ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console

from ops.errors import OpsError

PAUSE_SECONDS = 0.02

Found = TypeVar("Found")


class StepFailed(OpsError):
    """A step of the story did not hold."""

    def __init__(self, title: str, reason: str) -> None:
        super().__init__(f"This did not hold: {title}. {reason}")
        self.title = title


@dataclass
class Step:
    """One step's title, and a note that may be added to its line."""

    title: str
    note: str = ""


class Narrator:
    """Prints each step once it has held, or failed."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def chapter(self, title: str) -> None:
        """Begin a new part of the story."""
        self._console.print(f"\n[bold]{title}[/]")

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """One step; a failure in it is raised as StepFailed."""
        step = Step(title)
        began = time.perf_counter()
        try:
            yield step
        except (OpsError, AssertionError, LookupError) as error:
            self._console.print(f"  [red]✗[/] {title}", soft_wrap=True)
            raise StepFailed(title, str(error) or type(error).__name__) from error
        took = (time.perf_counter() - began) * 1000
        note = f"  [cyan]{step.note}[/]" if step.note else ""
        self._console.print(f"  [green]✓[/] {step.title} [dim]{took:,.0f} ms[/]{note}", soft_wrap=True)


def wait_for(look: Callable[[], Found | None], *, what: str, within_seconds: float) -> Found:
    """Call ``look`` until it returns something true, and return that. Raises OpsError if it did not in time."""
    give_up_at = time.monotonic() + within_seconds
    while not (found := look()):
        if time.monotonic() > give_up_at:
            raise OpsError(f"Waited {within_seconds:.0f} s for {what}.")
        time.sleep(PAUSE_SECONDS)
    return found
