"""Running a Python tool for its complaints."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from ops.state import ROOT


def faults(*module: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a Python module with arguments. Returns its output if it fails, otherwise an empty string."""
    command = [sys.executable, "-m", *module]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if not done.returncode:
        return ""
    return (done.stdout + done.stderr).strip() or f"{module[0]} ended with {done.returncode}"
