"""The one scheduler, run for real."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from ops.state import ROOT

# As long as a frame is written, the connection's lock is held.
TOLD_TO_END_WHILE_IT_WRITES = """
import os, runpy, signal, sys
from amqp.transport import TCPTransport

QUEUE_DECLARE = bytes([0, 50, 0, 10])
set_up = TCPTransport._setup_transport

def set_up_to_be_told(transport):
    set_up(transport)
    write = transport._write

    def told_while_it_writes(frame):
        if QUEUE_DECLARE in bytes(frame):
            print("told to end", flush=True)
            os.kill(os.getpid(), signal.SIGTERM)
        write(frame)

    transport._write = told_while_it_writes

TCPTransport._setup_transport = set_up_to_be_told
sys.argv = ["celery", "-q", "-A", "ops.scheduler", "beat", "--pidfile="]
runpy.run_module("celery", run_name="__main__")
"""


class TestScheduler:
    def test_leaves_a_sign_of_life_again_and_again(self, tmp_path: Path) -> None:
        sign = tmp_path / "heartbeat"
        variables = {"OPENCOMMERCE_BROKER_URL": settings.BROKER_URL, "OPENCOMMERCE_HEARTBEAT_FILE": str(sign)}
        command = [sys.executable, "-m", "ops.run", "scheduler"]

        with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables}) as scheduler:
            try:
                first = touched_after(0, sign)
                assert touched_after(first, sign) > first
            finally:
                scheduler.terminate()
        assert scheduler.returncode == 0

    def test_ends_also_when_it_is_told_to_while_it_writes(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", TOLD_TO_END_WHILE_IT_WRITES]
        variables = {
            "OPENCOMMERCE_BROKER_URL": settings.BROKER_URL,
            "OPENCOMMERCE_HEARTBEAT_FILE": str(tmp_path / "heartbeat"),
        }

        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **variables}, timeout=60, check=False, capture_output=True, text=True
        )

        assert "told to end" in done.stdout
        assert done.returncode == 0, done.stderr


def touched_after(before: float, sign: Path) -> float:
    deadline = time.monotonic() + 30
    while not sign.exists() or sign.stat().st_mtime <= before:
        assert time.monotonic() < deadline, "it gave no sign of life"
        time.sleep(0.05)
    return sign.stat().st_mtime
