"""Prove the invariants between all databases; say which rows breach them."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from rich.console import Console

from ops.errors import OpsError
from ops.platform import Platform
from ops.progress import step
from ops.verify import INVARIANTS
from ops.verify.books import open_books
from ops.verify.proof import PATIENCE_SECONDS, Breaches, prove

_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The switches of ``verify``."""
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="how long facts on their way may explain a breach (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Returns 0 if every invariant holds, otherwise 1."""
    platform = Platform()
    if not platform.is_up():
        raise OpsError("The platform is not running. Bring it up first: python3 manage_all.py up --detach")
    breaches = verify(platform, patience_seconds=options.patience)
    if options.json:
        print(json.dumps(_as_json(breaches)))
    else:
        _show(breaches, Console(highlight=False, soft_wrap=True))
    return 1 if breaches else 0


def verify(platform: Platform, *, patience_seconds: float = PATIENCE_SECONDS) -> Breaches:
    """The breaches of this run's invariants, by their titles; empty if all hold."""
    with step("Reading the books") as say, open_books(platform.state.read("run")) as books:
        return prove(
            books,
            INVARIANTS,
            patience_seconds=patience_seconds,
            on_look=lambda found: say(_waiting_for(found)),
        )


def _waiting_for(found: Breaches) -> str:
    count = sum(len(breaches) for breaches in found.values())
    return f"{count} rows are not explained yet, perhaps by facts on their way" if count else "all explained"


def _show(breaches: Breaches, console: Console) -> None:
    for title in INVARIANTS:
        console.print(f"[red]✗[/] {title}" if title in breaches else f"[green]✓[/] {title}")
        for breach in sorted(breaches.get(title, ()))[:_SHOWN]:
            console.print(f"    {breach.subject}: {breach.finding} {breach.row}", markup=False)
        if len(breaches.get(title, ())) > _SHOWN:
            console.print(f"    … and {len(breaches[title]) - _SHOWN} more")


def _as_json(breaches: Breaches) -> dict[str, object]:
    return {
        "ok": not breaches,
        "invariants": [
            {
                "title": title,
                "holds": title not in breaches,
                "breaches": [asdict(breach) for breach in sorted(breaches.get(title, ()))],
            }
            for title in INVARIANTS
        ],
    }
