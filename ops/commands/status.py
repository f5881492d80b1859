"""Show each process and server, what waits, and where to sign in."""

from __future__ import annotations

import argparse
import json
from typing import Any

from rich.console import Console
from rich.table import Table

from ops.platform import Platform


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The switches of ``status``."""
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def run(options: argparse.Namespace) -> int:
    """Returns 0 whatever the state: faults are in the output."""
    status = Platform().status()
    if options.json:
        print(json.dumps(status))
    else:
        _show(status, Console(highlight=False))
    return 0


def _show(status: dict[str, Any], console: Console) -> None:
    if not status["processes"] and not any(server["pid"] for server in status["servers"]):
        console.print("Nothing runs. Start it with: manage_all.py up")
        return
    console.print(f"{status['gateway']}  {'[green]ready' if status['ready'] else '[yellow]not ready'}")
    admin = status["admin"]
    console.print(f"Admin {admin['email']}  {admin['password']}\nE-mail {status['mailbox']}", markup=False)
    console.print(_table(("server", "kind", "pid", "port"), status["servers"]))
    processes = [{**entry, "MiB": _mebibytes(entry["rss_bytes"])} for entry in status["processes"]]
    console.print(_table(("process", "kind", "state", "pid", "port", "MiB"), processes))
    outboxes = {entry["service"]: entry["unsent"] for entry in status["outboxes"]}
    waiting = [{"name": queue["name"], "depth": queue["depth"]} for queue in status["queues"]]
    waiting += [{"name": f"{name} outbox", "depth": unsent} for name, unsent in outboxes.items()]
    if waiting := [entry for entry in waiting if entry["depth"] != 0]:
        console.print(_table(("waiting in", "depth"), waiting))
    else:
        console.print("No fact and no work waits.")


def _table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, style="bold" if column == columns[0] else "")
    for row in rows:
        table.add_row(*(_text(row["name" if column == columns[0] else column]) for column in columns))
    return table


def _text(value: object) -> str:
    return "–" if value is None else str(value)


def _mebibytes(count: int | None) -> int | None:
    return count // 2**20 if count is not None else None
