"""The run of this checkout: complete, incomplete, or left behind by a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psutil

from ops import ports, procfs
from ops.daemon import Daemon
from ops.doctor.finding import Finding
from ops.state import State
from ops.status import Status

_MANY_DEATHS = 3
_LATELY_SECONDS = 3600.0


def examine(state: State) -> Iterator[Finding]:
    """The run that is up, or what is left of the last one."""
    if state.supervisor():
        yield from _not_well(state)
    else:
        yield from _left_behind(state)
        yield from _port_taken(state)


def _not_well(state: State) -> Iterator[Finding]:
    daemon = Daemon(state)
    running = Status(state).running()
    for name, is_running in running.items():
        died = daemon.deaths(name, within_seconds=_LATELY_SECONDS)
        if not is_running or died >= _MANY_DEATHS:
            yield Finding(
                subject="runs",
                what=f"{name} {'has died' if is_running else 'does not run; it died'} {died} times within the hour. "
                f"It last said: {_last_complaint(daemon.end_of_log(name))}",
                why="It is started again each time, but whatever it does waits meanwhile.",
                cure=f"python3 manage_all.py logs {name}",
            )


def _left_behind(state: State) -> Iterator[Finding]:
    left = procfs.carrying(state.marker)
    if left:
        yield Finding(
            subject="runs",
            what=f"{len(left)} processes of a run are left that nobody supervises ({_numbers(left)}).",
            why="They hold its data and ports; the run's supervisor was killed.",
            cure="python3 manage_all.py down",
        )
    elif state.read("supervised"):
        yield Finding(
            subject="runs",
            what="The last run was not stopped; its processes are gone.",
            why="The machine or the supervisor ended in the middle of it. Nothing is lost by that.",
            cure="python3 manage_all.py down, or up to go on",
        )


def _port_taken(state: State) -> Iterator[Finding]:
    port = state.read("run").get("port")
    if port and not ports.is_free(port):
        yield Finding(
            subject="runs",
            what=f"Port {port}, on which the shop was, is taken by {_owner(port)}.",
            why="The next start takes another one, so that links to the shop lead elsewhere.",
            cure=f"stop that program, or choose a port: python3 manage_all.py up --port {port + 1}",
        )


def _owner(port: int) -> str:
    try:
        for each in psutil.net_connections("tcp"):
            if each.laddr and each.laddr.port == port and each.status == psutil.CONN_LISTEN and each.pid:
                return f"{psutil.Process(each.pid).name()} (pid {each.pid})"
    except psutil.Error:
        pass
    return "another program"


def _numbers(identities: list[procfs.Identity]) -> str:
    numbers = [str(identity.pid) for identity in identities]
    return ", ".join(numbers[:5]) + (" …" if len(numbers) > 5 else "")


def _last_complaint(log: str) -> str:
    """The last line with an error, or else the last line; only the message, if the line is JSON."""
    lines = [line for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "Error" in line]
    chosen = (errors or lines or ["nothing"])[-1]
    try:
        return str(json.loads(chosen)["message"])
    except (ValueError, KeyError, TypeError):
        return chosen.strip()[:300]
