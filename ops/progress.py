"""Showing progress: a spinner on a terminal, plain lines elsewhere. All of it on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(stderr=True, highlight=False)

Say = Callable[[str], None]


@contextmanager
def step(title: str) -> Iterator[Say]:
    """Show one step: its title, what it is busy with, and how long it took.

    Yields a function that takes what it is busy with.
    """
    began = time.monotonic()
    if not console.is_terminal:
        console.print(f"  {title} …")
    with console.status(title) as status:

        def say(detail: str) -> None:
            status.update(f"{title}: {detail}")

        yield say
    console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - began:.1f} s[/]")
