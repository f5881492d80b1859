"""A run that is half there, seen on real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops.daemon import Daemon
from ops.doctor import runs
from ops.state import State
from ops.supervisor.spec import Spec

DIES = "import sys; print('ValueError: no such thing', file=sys.stderr); sys.exit(3)"
LIVES = "import time; time.sleep(600)"


def spec(state: State, name: str, program: str) -> Spec:
    marker, _, run = state.marker.partition("=")
    return Spec(
        name=name,
        service=None,
        kind="test",
        argv=[sys.executable, "-c", program],
        environment={"PATH": os.environ["PATH"], marker: run},
        directory="/",
    )


def eventually(holds: Callable[[], Any], seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (held := holds()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
    return held


@pytest.fixture
def daemon(state: State) -> Iterator[Daemon]:
    daemon = Daemon(state)
    yield daemon
    daemon.stop()


def told(state: State) -> list[str]:
    return [finding.what for finding in runs.examine(state)]


class TestRun:
    def test_that_never_began_is_no_fault(self, state: State) -> None:
        assert told(state) == []

    def test_that_is_well_is_no_fault(self, state: State, daemon: Daemon) -> None:
        daemon.start([spec(state, "steady", LIVES)], keep_open=(), attached=True)

        eventually(lambda: daemon.processes().get("steady", {}).get("state") == "running")
        assert told(state) == []

    def test_in_which_a_process_dies_is_named_with_its_last_words(self, state: State, daemon: Daemon) -> None:
        daemon.start([spec(state, "unwell", DIES)], keep_open=(), attached=True)

        eventually(lambda: daemon.deaths("unwell", within_seconds=60) >= 3)

        [what] = told(state)
        assert what.startswith("unwell ")
        assert what.endswith("It last said: ValueError: no such thing")

    def test_in_which_a_process_died_long_ago_is_no_fault(self, state: State, daemon: Daemon) -> None:
        daemon.start([spec(state, "steady", LIVES)], keep_open=(), attached=True)
        eventually(lambda: daemon.processes().get("steady", {}).get("state") == "running")

        table = state.read("supervised")
        table["processes"]["steady"]["deaths"] = [time.monotonic() - 7200] * 10
        state.write("supervised", table)

        assert told(state) == []

    def test_whose_supervisor_was_killed_is_named_with_what_is_left(self, state: State, daemon: Daemon) -> None:
        marker, _, run = state.marker.partition("=")
        with subprocess.Popen([sys.executable, "-c", LIVES], env={**os.environ, marker: run}) as left:
            try:
                [what] = eventually(lambda: told(state))
            finally:
                left.kill()

        assert what == f"1 processes of a run are left that nobody supervises ({left.pid})."

    def test_that_ended_with_its_machine_is_named(self, state: State, daemon: Daemon) -> None:
        daemon.start([spec(state, "steady", LIVES)], keep_open=(), attached=True)
        supervisor = state.supervisor()
        assert supervisor

        supervisor.signal(signal.SIGKILL)
        eventually(lambda: state.supervisor() is None)

        assert eventually(lambda: [what for what in told(state) if what.startswith("The last run was not stopped")])

    def test_whose_port_is_taken_is_named_with_who_took_it(self, state: State) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            state.write("run", {"port": port})

            [what] = told(state)

        assert what.startswith(f"Port {port}, on which the shop was, is taken by ")
        assert f"(pid {os.getpid()})" in what
