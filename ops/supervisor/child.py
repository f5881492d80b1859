"""One supervised process: started, watched, started again, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ops import procfs
from ops.supervisor.launch import launch
from ops.supervisor.probes import answers
from ops.supervisor.spec import Spec

SHORTEST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
HEALTHY_AFTER_SECONDS = 10.0
REMEMBERED_DEATHS = 10
_PROBE_PAUSE_SECONDS = 0.1
_SETTLED_AFTER_SECONDS = 1.0


class Child:
    """Runs one spec until it is told to stop, and reports each change of its state."""

    def __init__(self, spec: Spec, log: Path, on_change: Callable[[Child], None], on_death: Callable[[], None]) -> None:
        self.spec = spec
        self.state = "starting"
        self.deaths: deque[float] = deque(maxlen=REMEMBERED_DEATHS)
        """The times of its last deaths, on the monotonic clock, which is the same in all processes of a machine."""
        self.identity: procfs.Identity | None = None
        self.ready = asyncio.Event()
        """Set once the process has been ready for the first time."""
        self._log = log
        self._on_change = on_change
        self._on_death = on_death
        self._stopping = asyncio.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._runner = asyncio.create_task(self._run(), name=spec.name)

    @property
    def pid(self) -> int | None:
        """The pid of the current process."""
        return self._process.pid if self._process else None

    async def stop(self) -> None:
        """Stop the process for good: by its stop signal, and after ``stop_seconds`` by SIGKILL."""
        self._stopping.set()
        if self._process:
            self._signal(self.spec.stop_signal)
            self._signal(signal.SIGCONT)  # a stopped process handles no other signal before
            self._become("stopping")
            await asyncio.wait({self._runner}, timeout=self.spec.stop_seconds)
            self._signal(signal.SIGKILL)
        await self._runner

    def _signal(self, number: int) -> None:
        if self._process:  # not reaped yet, so the pid is still its own
            os.kill(self._process.pid, number)

    async def _run(self) -> None:
        pause = SHORTEST_PAUSE_SECONDS
        while not self._stopping.is_set():
            began = time.monotonic()
            await self._run_once()
            if time.monotonic() - began >= HEALTHY_AFTER_SECONDS:
                pause = SHORTEST_PAUSE_SECONDS
            if not self._stopping.is_set():
                self.deaths.append(time.monotonic())
                self._become("restarting")
                await self._pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        self._become("stopped")

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _run_once(self) -> None:
        try:
            process = launch(self.spec, self._log)
        except OSError as error:
            print(f"{self.spec.name}: cannot start: {error}", flush=True)
            return
        self._process, self.identity = process, procfs.identify(process.pid)
        self._become("starting")
        watcher = asyncio.create_task(self._watch_readiness())
        await _exited(process.pid)
        watcher.cancel()
        self._bury(process)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Kill what is left of its process group, and then reap it: until then its pid cannot be reused."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        print(f"{self.spec.name}: pid {process.pid} ended ({_told(code)})", flush=True)
        self._process = self.identity = None
        self._on_death()

    async def _watch_readiness(self) -> None:
        if self.spec.probe is None:
            await asyncio.sleep(_SETTLED_AFTER_SECONDS)
        else:
            while not await answers(self.spec.probe):
                await asyncio.sleep(_PROBE_PAUSE_SECONDS)
        if not self._stopping.is_set():
            self.ready.set()
            self._become("running")

    def _become(self, state: str) -> None:
        self.state = state
        self._on_change(self)


async def _exited(pid: int) -> None:
    """Wait until the process has ended, without reaping it, so that its pid is not reused."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    descriptor = os.pidfd_open(pid)
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _told(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name
