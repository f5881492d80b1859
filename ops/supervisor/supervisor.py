"""The supervisor: reconciles its children with the plan, writes their state to a file, and stops them in order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import suppress
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from ops import procfs
from ops.supervisor import logs
from ops.supervisor.child import Child
from ops.supervisor.launch import adopt_orphans
from ops.supervisor.spec import Spec, read_plan, write_atomically

_ROTATION_SECONDS = 30.0


class Supervisor:
    """Runs the processes of the plan. SIGHUP reloads the plan; SIGTERM or SIGINT stops everything."""

    def __init__(self, directory: Path) -> None:
        self._plan = directory / "plan.json"
        self._state = directory / "supervised.json"
        self._logs = directory / "logs"
        self._children: dict[str, Child] = {}
        self._reconciling: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Keep the plan's processes alive until told to stop."""
        adopt_orphans()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ended.set)
        loop.add_signal_handler(signal.SIGHUP, self._reconcile_soon)
        loop.add_signal_handler(signal.SIGCHLD, self._reap_orphans)
        self._reconcile_soon()
        rotation = asyncio.create_task(self._rotate_logs())
        await self._ended.wait()
        rotation.cancel()
        await self._stop_all()

    def _reconcile_soon(self) -> None:
        if self._reconciling:
            self._reconciling.cancel()
        self._reconciling = asyncio.create_task(self._reconcile())

    async def _reconcile(self) -> None:
        """Stop processes that are no longer in the plan, or changed; then start the missing ones, tier by tier."""
        plan = {spec.name: spec for spec in read_plan(self._plan)}
        await self._stop([child for name, child in self._children.items() if plan.get(name) != child.spec])
        for _, tier in groupby(sorted(plan.values(), key=lambda spec: spec.tier), key=lambda spec: spec.tier):
            children = [self._ensure(spec) for spec in tier]
            await asyncio.gather(*(child.ready.wait() for child in children))

    def _ensure(self, spec: Spec) -> Child:
        if spec.name not in self._children:
            log = self._logs / f"{spec.name}.log"
            self._children[spec.name] = Child(spec, log, lambda _: self._write_state(), self._kill_orphans)
        return self._children[spec.name]

    async def _stop(self, children: list[Child]) -> None:
        await asyncio.gather(*(child.stop() for child in children))
        for child in children:
            self._children.pop(child.spec.name, None)
        self._write_state()

    async def _stop_all(self) -> None:
        if self._reconciling:
            self._reconciling.cancel()
            with suppress(asyncio.CancelledError):
                await self._reconciling
        for tier in sorted({child.spec.tier for child in self._children.values()}, reverse=True):
            await self._stop([child for child in self._children.values() if child.spec.tier == tier])
        self._state.unlink(missing_ok=True)

    def _orphans(self) -> list[int]:
        """Children that we did not start ourselves: their parent died, and as subreaper we inherited them."""
        ours = {child.pid for child in self._children.values()}
        return [pid for pid in procfs.children_of(os.getpid()) if pid not in ours]

    def _kill_orphans(self) -> None:
        """Kill what a dead process left behind outside its process group, such as PostgreSQL's backends."""
        for pid in self._orphans():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _reap_orphans(self) -> None:
        for pid in self._orphans():
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)

    async def _rotate_logs(self) -> None:
        while True:
            await asyncio.sleep(_ROTATION_SECONDS)
            logs.rotate(self._logs)

    def _write_state(self) -> None:
        me = procfs.identify(os.getpid())
        table = {
            "supervisor": asdict(me) if me else None,
            "processes": {name: _entry(child) for name, child in self._children.items()},
        }
        write_atomically(self._state, json.dumps(table, indent=1))


def _entry(child: Child) -> dict[str, object]:
    identity = asdict(child.identity) if child.identity else None
    return {"identity": identity, "state": child.state, "deaths": list(child.deaths)}
