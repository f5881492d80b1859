"""Starting a process so that it ends with the supervisor."""

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
    """Become the subreaper of all descendants, so that processes left by a dead child can be found."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def dying_with_parent(number: int) -> Callable[[], None]:
    """A ``preexec_fn`` by which the kernel sends the child this signal when its parent dies."""
    parent = os.getpid()

    def prepare() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # the parent has died already
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
