"""The folder that one run of the platform keeps everything in, and the lock that makes it one run."""

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
    """Where a run's data, logs, secrets and ports lie."""

    def __init__(self, directory: Path = LOCAL / "platform") -> None:
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.logs = self.directory / "logs"
        self.mailbox = self.directory / "mailbox"
        self.plan = self.directory / "plan.json"
        self.supervised = self.directory / "supervised.json"

    @property
    def marker(self) -> str:
        """What every process of this run carries in its environment, and no other process does."""
        return f"{MARKER_VARIABLE}={self.directory}"

    def make(self) -> None:
        """Make the folders; only their owner may look inside."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.data, self.logs, self.mailbox):
            folder.mkdir(mode=0o700, exist_ok=True)

    def wipe(self) -> None:
        """Forget everything of earlier runs but the lock, which a run holds open."""
        for entry in self.directory.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()
        self.make()

    def lock(self) -> int:
        """Claim this folder; the claim lasts until every process that inherited the descriptor has ended."""
        self.make()
        descriptor = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyRunning(self) from None
        return descriptor

    def read(self, name: str) -> dict[str, Any]:
        """One of the small JSON files that a run remembers things in; empty when there is none."""
        try:
            remembered: dict[str, Any] = json.loads((self.directory / f"{name}.json").read_text())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return remembered

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Remember something in a small JSON file."""
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
