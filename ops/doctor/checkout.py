"""The folder with all files of a run: whether it can be read and written, is undamaged, and has room."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ops.doctor.finding import Finding
from ops.state import State

_LEAST_FREE_BYTES = 2 * 2**30


def examine(state: State) -> Iterator[Finding]:
    """If the folder is missing, nothing was ever started, which is no fault."""
    there = next(folder for folder in (state.directory, *state.directory.parents) if folder.exists())
    yield from _without_room(there)
    if there == state.directory:
        yield from _out_of_reach(state)
        yield from _garbled(state)


def _without_room(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE_BYTES:
        yield Finding(
            subject="checkout",
            what=f"Only {free / 2**20:,.0f} MiB are free on the disk of {folder}.",
            why="RabbitMQ takes no more facts when the disk is nearly full, and PostgreSQL stops when it is.",
            cure=f"du -sh {folder}/* says what takes it; python3 manage_all.py up --fresh forgets all data",
        )


def _out_of_reach(state: State) -> Iterator[Finding]:
    # As the user who runs this. Files that only PostgreSQL's own user may read are below data/, and not checked.
    mine = [state.directory, state.logs, *state.directory.glob("*.json")]
    for path in mine:
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            yield Finding(
                subject="checkout",
                what=f"{path} may not be read and written by this user.",
                why="A run remembers there who it is; another user, such as root, has probably started one.",
                cure=f"sudo chown -R {os.getuid()}:{os.getgid()} {state.directory}, or run as that user",
            )


def _garbled(state: State) -> Iterator[Finding]:
    for path in sorted(state.directory.glob("*.json")):
        try:
            json.loads(path.read_text())
        except ValueError:
            yield Finding(
                subject="checkout",
                what=f"{path} is damaged.",
                why="No command understands this run any more.",
                cure=f"python3 manage_all.py down; mv {path} {path}.damaged; python3 manage_all.py up"
                + (" --fresh (its passwords are lost, and with them its data)" if path.stem == "secrets" else ""),
            )
        except OSError:
            continue  # reported above
