"""Tell the main job step by step, with timings: from a seller's sign-up to a buyer's live notification."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from ops.demo.narrator import Narrator, wait_for
from ops.demo.stage import Stage
from ops.demo.story import tell
from ops.platform import Platform
from ops.seed import seed_once
from ops.shop import Shop

_READY_SECONDS = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--once", action="store_true", help="take down afterwards what was brought up for it")


def run(options: argparse.Namespace) -> int:
    """Tell the story. Raises StepFailed at the first step that does not hold."""
    platform = Platform()
    console = Console(highlight=False)
    with brought_up(platform, for_once=options.once):
        mailbox = Path(platform.status()["mailbox"])
        with Shop(platform.url, patience_seconds=10.0) as shop:
            tell(Stage(shop=shop, narrator=Narrator(console), mailbox=mailbox if mailbox.is_dir() else None))
        console.print("\n[bold green]Every step held.[/]")
        if not options.once:
            console.print(f"The shop is at {platform.url}", soft_wrap=True)
    return 0


@contextmanager
def brought_up(platform: Platform, *, for_once: bool) -> Iterator[None]:
    """Make sure that the platform is up; if it was brought up ``for_once``, take it down again in any case."""
    was_up = platform.is_up()
    try:
        if was_up:
            wait_for(lambda: platform.status()["ready"], what="the platform", within_seconds=_READY_SECONDS)
        else:
            platform.up(attached=for_once, then=seed_once)
        yield
    finally:
        if for_once and not was_up:
            platform.down()
