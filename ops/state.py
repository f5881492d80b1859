"""The folder with everything that belongs to one run of the platform, and the lock that allows only one run."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any

from ops import procfs
from ops.errors import OpsError
from ops.supervisor.spec import write_atomically

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
MARKER_VARIABLE = "OPENCOMMERCE_RUN"


class State:
    """The folder of a run's data, logs, secrets and ports."""

    def __init__(self, directory: Path = LOCAL / "platform") -> None:
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.logs = self.directory / "logs"
        self.mailbox = self.directory / "mailbox"
        self.plan = self.directory / "plan.json"
        self.supervised = self.directory / "supervised.json"

    @property
    def marker(self) -> str:
        """The ``NAME=value`` in the environment of every process of this run, and of no other process."""
        return f"{MARKER_VARIABLE}={self.directory}"

    def make(self) -> None:
        """Create the folders, accessible only to their owner."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.data, self.logs, self.mailbox):
            folder.mkdir(mode=0o700, exist_ok=True)

    def wipe(self) -> None:
        """Delete everything of earlier runs except the lock file, which may be held open."""
        for entry in self.directory.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()
        self.make()

    def lock(self) -> int:
        """Lock this folder, until every process that inherited the descriptor has ended. Raises AlreadyRunning."""
        self.make()
        descriptor = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyRunning(self) from None
        return descriptor

    def read(self, name: str) -> dict[str, Any]:
        """Read one of the small JSON files of the run; empty if there is none."""
        try:
            remembered: dict[str, Any] = json.loads((self.directory / f"{name}.json").read_text())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return remembered

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Write one of the small JSON files of the run."""
        write_atomically(self.directory / f"{name}.json", json.dumps(content, indent=1))

    def supervisor(self) -> procfs.Identity | None:
        """The supervisor of this run, if one is alive."""
        entry = self.read("supervised").get("supervisor")
        identity = procfs.Identity(**entry) if entry else None
        return identity if identity and identity.is_alive() else None


class AlreadyRunning(OpsError):
    """Another run of this checkout holds the lock."""

    def __init__(self, state: State) -> None:
        super().__init__(f"This checkout already runs (the lock in {state.directory} is held).")
