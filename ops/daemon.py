"""The supervisor as commands use it: start it, give it a new plan, watch it, stop it, and clean up after it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import Any

from ops import procfs
from ops.errors import OpsError
from ops.state import ROOT, State
from ops.supervisor.launch import dying_with_parent
from ops.supervisor.spec import Spec, write_plan

_DEATHS_OF_THE_HOPELESS = 6
_HOPE_SECONDS = 600.0
_STOP_SECONDS = 60.0
_LEFTOVER_SECONDS = 5.0
_LINES_OF_A_LOG = 15


class Daemon:
    """The supervisor of one state folder."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, specs: Iterable[Spec], *, keep_open: tuple[int, ...], attached: bool) -> None:
        """Start the supervisor; it inherits the ``keep_open`` descriptors, and if ``attached`` ends with the caller."""
        write_plan(self.state.plan, specs)
        self.state.supervised.unlink(missing_ok=True)
        marker, _, run = self.state.marker.partition("=")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with (self.state.logs / "supervisor.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ops.supervisor", str(self.state.directory)],
                cwd=ROOT,
                env={**kept, "PYTHONPATH": str(ROOT), marker: run},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=keep_open,
                preexec_fn=dying_with_parent(signal.SIGTERM) if attached else None,  # noqa: PLW1509
            )
        self._wait_until_up()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + 10
        while self.state.supervisor() is None:
            if time.monotonic() > deadline:
                raise OpsError(f"The supervisor did not start; see {self.state.logs / 'supervisor.log'}")
            time.sleep(0.05)

    def change(self, specs: Iterable[Spec]) -> None:
        """Give it a new plan; processes that are the same in both keep running."""
        write_plan(self.state.plan, specs)
        supervisor = self.state.supervisor()
        if supervisor:
            supervisor.signal(signal.SIGHUP)

    def processes(self) -> dict[str, dict[str, Any]]:
        """Each process by name: its identity, state, and when it last died."""
        found: dict[str, dict[str, Any]] = self.state.read("supervised").get("processes", {})
        return found

    def deaths(self, name: str, *, within_seconds: float) -> int:
        """How often a process died within this time; at most the last ten deaths are known."""
        since = time.monotonic() - within_seconds
        return sum(died_at > since for died_at in self.processes().get(name, {}).get("deaths", []))

    def require_hope(self) -> None:
        """Raise OpsError if a process keeps dying, with the end of its log, or if the supervisor is gone.

        Only recent deaths count, since the supervisor may have run for months.
        """
        if self.state.supervisor() is None:
            raise OpsError("It was stopped while it started.")
        for name, entry in self.processes().items():
            if entry["state"] == "running":
                continue
            if self.deaths(name, within_seconds=_HOPE_SECONDS) >= _DEATHS_OF_THE_HOPELESS:
                raise OpsError(f"{name} does not stay up. Its log ends:\n{self.end_of_log(name)}")

    def end_of_log(self, name: str) -> str:
        """The last lines that a process wrote."""
        log = self.state.logs / f"{name}.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-_LINES_OF_A_LOG:]) if log.exists() else ""

    def wait(self) -> None:
        """Wait until the supervisor ends."""
        while self.state.supervisor():
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop everything in order, then what a crash may have left behind. Safe to repeat."""
        supervisor = self.state.supervisor()
        if supervisor:
            supervisor.signal(signal.SIGTERM)
            if procfs.wait_gone([supervisor], _STOP_SECONDS):
                supervisor.signal(signal.SIGKILL)
        if self._process:
            self._process.wait()  # reap it if it is our child
        self.sweep()
        self.state.supervised.unlink(missing_ok=True)

    def sweep(self) -> None:
        """End every process that carries this run's marker, by SIGTERM and then by SIGKILL."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            left = procfs.carrying(self.state.marker)
            for process in left:
                process.signal(number)
            if not procfs.wait_gone(left, _LEFTOVER_SECONDS):
                return
