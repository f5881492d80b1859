"""The supervisor's plan: the processes to run, as plain data."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path


class Tier(IntEnum):
    """The order of starting, where each tier waits for the one below; stopping is in reverse."""

    FOUNDATION = 0
    SERVER = 1
    APPLICATION = 2


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One process to be kept running."""

    name: str
    service: str | None
    kind: str
    argv: list[str]
    environment: dict[str, str] = field(repr=False)
    directory: str
    tier: int = Tier.APPLICATION
    port: int | None = None
    probe: str | None = None
    """``tcp:PORT`` or an ``http://`` URL that answers once the process is ready; None: ready after one second."""
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10.0
    death_signal: bool = True
    """False if the program itself arranges to die with its parent, as one that changes its user has to."""

    works_in_a_child: bool = False
    """Whether it only supervises a child, which is the process to show and to signal."""

    @property
    def is_application(self) -> bool:
        """Whether it is one of the platform's own processes, and not a server."""
        return self.tier == Tier.APPLICATION


def write_plan(path: Path, specs: Iterable[Spec]) -> None:
    """Write the plan for the supervisor. It contains secrets, so only its owner may read it."""
    write_atomically(path, json.dumps([asdict(spec) for spec in specs], indent=1))


def read_plan(path: Path) -> list[Spec]:
    """The plan that was written last."""
    return [Spec(**entry) for entry in json.loads(path.read_text())]


def write_atomically(path: Path, text: str) -> None:
    """Replace a file atomically; only its owner may read it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
