"""What is told of processes, seen on real ones."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ops import procfs
from ops.daemon import Daemon
from ops.platform import Platform
from ops.state import State
from ops.status import Status
from ops.supervisor.spec import Spec

# Ends when its child does, as granian's main process does.
WATCHER = "import subprocess; subprocess.run(['sleep', '600'])"


def eventually(holds: Callable[[], Any], seconds: float = 10.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (held := holds()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return held


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = State(tmp_path / "state")
    state.make()
    marker, _, run = state.marker.partition("=")
    watcher = Spec(
        name="watcher",
        service=None,
        kind="test",
        argv=[sys.executable, "-c", WATCHER],
        environment={"PATH": os.environ["PATH"], marker: run},
        directory="/",
        works_in_a_child=True,
    )
    daemon = Daemon(state)
    daemon.start([watcher], keep_open=(), attached=True)
    yield state
    daemon.stop()


class TestPidOf:
    def test_is_the_process_that_works_and_not_the_one_that_watches_it(self, state: State) -> None:
        pid = eventually(lambda: Status(state).pid_of("watcher"))

        watching = Daemon(state).processes()["watcher"]["identity"]["pid"]
        assert pid in procfs.children_of(watching)

    def test_is_another_after_it_was_killed(self, state: State) -> None:
        first = eventually(lambda: Status(state).pid_of("watcher"))

        assert Platform(state).kill("watcher", signal.SIGKILL) == first
        assert eventually(lambda: Status(state).pid_of("watcher") not in {None, first})

    def test_is_nothing_for_what_is_not_there(self, state: State) -> None:
        assert Status(state).pid_of("nobody") is None
