"""The supervisor, run as it is run: a process of its own over real children."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ops import procfs
from ops.daemon import Daemon
from ops.errors import OpsError
from ops.state import State
from ops.supervisor.spec import Spec, Tier

Supervised = Callable[..., Daemon]

# A child that leaves another behind, as granian's and celery's main processes do when they are killed.
PARENT = "import subprocess, time; subprocess.Popen(['sleep', '600']); time.sleep(600)"
# One that leaves its group, as PostgreSQL's backends do.
ESCAPING_PARENT = "import subprocess, time; subprocess.Popen(['sleep', '600'], start_new_session=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


def spec(state: State, name: str, *argv: str, **options: Any) -> Spec:
    marker, _, run = state.marker.partition("=")
    environment = {"PATH": os.environ["PATH"], marker: run}
    return Spec(
        name=name, service=None, kind="test", argv=list(argv), environment=environment, directory="/", **options
    )


def eventually(holds: Callable[[], Any], seconds: float = 10.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (held := holds()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return held


def identity(daemon: Daemon, name: str) -> procfs.Identity | None:
    entry = daemon.processes().get(name, {})
    return procfs.Identity(**entry["identity"]) if entry.get("identity") and entry["state"] == "running" else None


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state")
    state.make()
    return state


@pytest.fixture
def daemon(state: State) -> Iterator[Daemon]:
    daemon = Daemon(state)
    yield daemon
    daemon.stop()


class TestSupervisor:
    def test_starts_what_died_again(self, state: State, daemon: Daemon) -> None:
        daemon.start([spec(state, "sleeper", "sleep", "600")], keep_open=(), attached=True)
        first = eventually(lambda: identity(daemon, "sleeper"))

        first.signal(signal.SIGKILL)

        second = eventually(lambda: (found := identity(daemon, "sleeper")) != first and found)
        assert second.is_alive()
        assert daemon.deaths("sleeper", within_seconds=60) == 1

    @pytest.mark.parametrize("script", [PARENT, ESCAPING_PARENT])
    def test_ends_what_a_dead_process_left_behind(self, state: State, daemon: Daemon, script: str) -> None:
        daemon.start([spec(state, "parent", sys.executable, "-c", script)], keep_open=(), attached=True)
        parent = eventually(lambda: identity(daemon, "parent"))
        orphan = procfs.identify(eventually(lambda: procfs.children_of(parent.pid))[0])

        parent.signal(signal.SIGKILL)

        eventually(lambda: not orphan.is_alive())

    def test_waits_with_a_tier_for_the_one_below(self, state: State, daemon: Daemon) -> None:
        port = free_port()
        server = spec(state, "server", "sleep", "600", tier=Tier.SERVER, probe=f"tcp:{port}")
        daemon.start([server, spec(state, "application", "sleep", "600")], keep_open=(), attached=True)
        eventually(lambda: daemon.processes().get("server"))
        time.sleep(0.3)
        assert "application" not in daemon.processes()

        with socket.create_server(("127.0.0.1", port)):
            eventually(lambda: identity(daemon, "application"))

    def test_takes_up_a_new_plan_without_disturbing_the_rest(self, state: State, daemon: Daemon) -> None:
        kept, gone = spec(state, "kept", "sleep", "600"), spec(state, "gone", "sleep", "601")
        daemon.start([kept, gone], keep_open=(), attached=True)
        before = eventually(lambda: identity(daemon, "gone") and identity(daemon, "kept"))

        daemon.change([kept, spec(state, "new", "sleep", "602")])

        eventually(lambda: identity(daemon, "new"))
        assert identity(daemon, "kept") == before
        assert "gone" not in daemon.processes()

    def test_ends_a_process_that_will_not_listen(self, state: State, daemon: Daemon) -> None:
        stubborn = spec(state, "stubborn", sys.executable, "-c", STUBBORN, stop_seconds=0.3)
        daemon.start([stubborn], keep_open=(), attached=True)
        process = eventually(lambda: identity(daemon, "stubborn"))
        eventually(lambda: "deaf" in (state.logs / "stubborn.log").read_text())

        daemon.stop()

        assert not process.is_alive()

    def test_tells_that_a_program_cannot_be_started(self, state: State, daemon: Daemon) -> None:
        daemon.start([spec(state, "missing", "/no/such/program")], keep_open=(), attached=True)

        eventually(lambda: "cannot start" in (state.logs / "supervisor.log").read_text())

    def test_takes_its_children_with_it_when_it_is_killed(self, state: State, daemon: Daemon) -> None:
        daemon.start([spec(state, "sleeper", "sleep", "600")], keep_open=(), attached=True)
        sleeper = eventually(lambda: identity(daemon, "sleeper"))

        state.supervisor().signal(signal.SIGKILL)

        eventually(lambda: not sleeper.is_alive())

    def test_keeps_secrets_from_other_users(self, state: State, daemon: Daemon) -> None:
        daemon.start([spec(state, "sleeper", "sleep", "600")], keep_open=(), attached=True)

        assert state.plan.stat().st_mode & 0o077 == 0
        assert json.loads(state.plan.read_text())[0]["name"] == "sleeper"


class TestHope:
    @pytest.fixture
    def remember(self, state: State, daemon: Daemon) -> Callable[..., None]:
        """What the supervisor wrote of a process that does not run now."""
        daemon.start([], keep_open=(), attached=True)

        def remember(*, seconds_ago: list[float]) -> None:
            deaths = [time.monotonic() - seconds for seconds in seconds_ago]
            weak = {"identity": None, "state": "restarting", "deaths": deaths}
            state.write("supervised", {**state.read("supervised"), "processes": {"weak": weak}})

        return remember

    def test_is_lost_after_six_deaths_of_late(self, daemon: Daemon, remember: Callable[..., None]) -> None:
        remember(seconds_ago=[500, 400, 300, 200, 100, 1])

        with pytest.raises(OpsError, match="weak does not stay up"):
            daemon.require_hope()

    def test_outlives_what_died_long_ago(self, daemon: Daemon, remember: Callable[..., None]) -> None:
        remember(seconds_ago=[5000, 4000, 3000, 2000, 1000, 500, 400, 300, 200, 1])

        daemon.require_hope()

    def test_ends_with_the_supervisor(self, daemon: Daemon) -> None:
        with pytest.raises(OpsError, match="stopped while it started"):
            daemon.require_hope()


class TestStop:
    def test_finds_what_outlived_a_killed_supervisor(self, state: State, daemon: Daemon) -> None:
        survivor = spec(state, "survivor", sys.executable, "-c", STUBBORN)
        daemon.start([survivor], keep_open=(), attached=True)
        process = eventually(lambda: identity(daemon, "survivor"))
        eventually(lambda: "deaf" in (state.logs / "survivor.log").read_text())
        state.supervisor().signal(signal.SIGKILL)
        eventually(lambda: state.supervisor() is None)
        assert process.is_alive()

        daemon.stop()

        assert not process.is_alive()

    def test_leaves_other_processes_alone(self, state: State, daemon: Daemon) -> None:
        marker, _, run = state.marker.partition("=")
        with subprocess.Popen(["sleep", "600"], env={**os.environ, marker: f"{run}-of-another-checkout"}) as other:
            daemon.stop()

            assert other.poll() is None
            other.kill()

    def test_may_be_repeated(self, daemon: Daemon) -> None:
        daemon.stop()
        daemon.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
