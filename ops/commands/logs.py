"""Print what the processes wrote."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ops.errors import OpsError
from ops.state import State

_LAST_BYTES = 64 * 1024
_LAST_LINES = 100
_PAUSE_SECONDS = 0.3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The switches of ``logs``."""
    parser.add_argument(
        "service", nargs="?", help="a service (order_svc), a process (order_svc.relay) or a server (s3)"
    )
    parser.add_argument("-f", "--follow", action="store_true", help="go on as they write")


def run(options: argparse.Namespace) -> int:
    """Print each line after the name of the process that wrote it."""
    folder = State().logs
    logs = _chosen(folder, options.service)
    if not logs:
        raise OpsError(f"There is no log of {options.service or 'anything'} in {folder}.")
    followers = {path: _Follower(path) for path in logs}
    for follower in followers.values():
        _print(follower.last_lines())
    while options.follow:
        time.sleep(_PAUSE_SECONDS)
        for path in _chosen(folder, options.service):
            follower = followers.setdefault(path, _Follower(path))
            _print(follower.new_lines())
    return 0


def _chosen(folder: Path, service: str | None) -> list[Path]:
    logs = sorted(folder.glob("*.log"))
    return [path for path in logs if service is None or path.stem == service or path.stem.startswith(f"{service}.")]


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        sys.stdout.write(line)
    sys.stdout.flush()


class _Follower:
    """Reads one log file from its last position on; from the start if it was rotated."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def last_lines(self) -> Iterator[str]:
        size = self._path.stat().st_size
        self._at = max(0, size - _LAST_BYTES)
        lines = list(self.new_lines())
        return iter(lines[-_LAST_LINES:])

    def new_lines(self) -> Iterator[str]:
        with self._path.open("rb") as file:
            if file.seek(0, 2) < self._at:
                self._at = 0
            file.seek(self._at)
            yield from self._whole_lines(file)

    def _whole_lines(self, file: BinaryIO) -> Iterator[str]:
        for line in file:
            if not line.endswith(b"\n"):
                return  # the rest of it is still to come
            self._at += len(line)
            yield f"{self._path.stem:<20} | {line.decode(errors='replace')}"
