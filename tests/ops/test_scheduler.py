"""The one scheduler, run for real."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from ops.state import ROOT


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


def touched_after(before: float, sign: Path) -> float:
    deadline = time.monotonic() + 30
    while not sign.exists() or sign.stat().st_mtime <= before:
        assert time.monotonic() < deadline, "it gave no sign of life"
        time.sleep(0.05)
    return sign.stat().st_mtime
