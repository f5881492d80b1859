"""Starting one process so that it lives and dies as the supervisor wants."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from ops.supervisor.spec import Spec

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every orphan below, so that nothing a dead child left behind gets away."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def dying_with_parent(number: int) -> Callable[[], None]:
    """What a child does first: ask the kernel for this signal when its parent dies."""
    parent = os.getpid()

    def prepare() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def launch(spec: Spec, log: Path) -> subprocess.Popen[bytes]:
    """Start the process in a session of its own, its output appended to its log."""
    with log.open("ab") as output:
        return subprocess.Popen(
            spec.argv,
            env=spec.environment,
            cwd=spec.directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # The supervisor has one thread, so nothing can hold a lock between fork and exec.
            preexec_fn=dying_with_parent(spec.stop_signal) if spec.death_signal else None,  # noqa: PLW1509
        )
