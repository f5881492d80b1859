"""Tell the main job step by step, with timings: from a seller's sign-up to a buyer's live notification."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.demo.narrator import Narrator
from ops.demo.story import Story
from ops.platform import Platform
from ops.progress import console
from ops.seed import seed_once
from ops.shop import Shop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--once", action="store_true", help="take down afterwards what was brought up for it")


def run(options: argparse.Namespace) -> int:
    """0 when every step held; the first that did not is raised as StepFailed."""
    platform = Platform()
    with brought_up(platform, for_once=options.once):
        mailbox = Path(platform.status()["mailbox"])
        with Shop(platform.url, patience_seconds=10.0) as shop:
            Story(shop=shop, narrator=Narrator(console), mailbox=mailbox if mailbox.is_dir() else None).tell()
        console.print("\n[bold green]Every step held.[/]")
        if not options.once:
            console.print(f"The shop is at {platform.url}")
    return 0


@contextmanager
def brought_up(platform: Platform, *, for_once: bool) -> Iterator[None]:
    """The platform, up. What was brought up ``for_once`` is taken down again, however it ends."""
    was_up = platform.is_up()
    try:
        if not was_up:
            platform.up(attached=for_once, then=seed_once)
        yield
    finally:
        if for_once and not was_up:
            platform.down()
