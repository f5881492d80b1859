"""The files of the repository."""

from __future__ import annotations

import shutil
import subprocess

from ops.state import ROOT


def tracked() -> list[str]:
    """Their paths, relative to the root; what is not committed or about to be is not among them."""
    git = shutil.which("git")
    assert git
    done = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()
