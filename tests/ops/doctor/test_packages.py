"""Packages that are not those that were locked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ops.doctor import packages
from ops.state import ROOT, State

ASK = (
    "from ops.doctor import packages; from ops.state import State; "
    "[print(finding.what) for finding in packages.examine(State())]"
)


class TestPackages:
    def test_as_locked_are_no_fault(self, state: State) -> None:
        assert list(packages.examine(state)) == []

    def test_of_another_version_are_named(self, tmp_path: Path) -> None:
        foreign = tmp_path / "celery-4.4.7.dist-info"
        foreign.mkdir()
        (foreign / "METADATA").write_text("Metadata-Version: 2.1\nName: celery\nVersion: 4.4.7\n")

        done = subprocess.run(
            [sys.executable, "-c", ASK],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout == "The virtual environment is not what was locked: celery is 4.4.7.\n"
