"""What the tests themselves stand on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TESTS = """
import subprocess, sys, time, pathlib, pytest

@pytest.fixture(scope="session")
def server():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()

def test_that_takes_long(server):
    pathlib.Path("pid").write_text(str(server.pid))
    time.sleep(600)
"""


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_polite_kill_leaves_no_server_behind(tmp_path: Path) -> None:
    (tmp_path / "test_long.py").write_text(TESTS)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "common.testing.plugin", "-c", os.devnull]
    tests = subprocess.Popen([*command, "--rootdir=."], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
    written = tmp_path / "pid"
    give_up_at = time.monotonic() + 30
    while not (written.exists() and written.read_text()):
        assert time.monotonic() < give_up_at, "it never began"
        time.sleep(0.05)

    tests.send_signal(signal.SIGTERM)

    assert tests.wait(30) == 2  # interrupted
    assert not is_there(int(written.read_text()))
