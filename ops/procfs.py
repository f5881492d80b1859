"""Processes as Linux shows them under /proc: their identity, environment, memory and processor time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Identity:
    """A process, identified for good: pids are reused, but not together with the start time."""

    pid: int
    started: int
    """In clock ticks since boot."""

    def is_alive(self) -> bool:
        """Whether this process still runs; a zombie does not."""
        fields = _stat(self.pid)
        return fields is not None and int(fields[19]) == self.started and fields[0] not in {"Z", "X"}

    def signal(self, number: int) -> None:
        """Send it a signal, unless it has ended; another process with the same pid gets none."""
        if self.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on: the name before them may contain spaces and parentheses."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def identify(pid: int) -> Identity | None:
    """The identity of the process that has this pid now."""
    fields = _stat(pid)
    return None if fields is None else Identity(pid, int(fields[19]))


def children_of(parent: int) -> list[int]:
    """The direct children of a process, zombies too."""
    found = []
    for pid in _pids():
        fields = _stat(pid)
        if fields is not None and int(fields[1]) == parent:
            found.append(pid)
    return found


def family_of(pid: int) -> list[int]:
    """A process and all its descendants."""
    return [pid, *(descendant for child in children_of(pid) for descendant in family_of(child))]


def cpu_ticks(pid: int) -> int:
    """The processor time a process has taken, in clock ticks; 0 for one that is gone."""
    fields = _stat(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def pss_bytes(pid: int) -> int:
    """The memory a process holds, shared pages divided among those that share them; 0 for one that is gone."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def rss_bytes(pid: int) -> int | None:
    """The resident memory of one process, with shared pages counted in full; None if it is gone."""
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):
        return None


def carrying(entry: str) -> list[Identity]:
    """Every process except this one whose environment contains exactly this ``NAME=value``."""
    wanted = entry.encode()
    found = []
    for pid in _pids():
        if pid == os.getpid():
            continue
        identity = identify(pid)
        if identity is not None and wanted in _environment(pid):
            found.append(identity)
    return found


def _environment(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in os.scandir(_PROC) if entry.name.isdigit())


def wait_gone(processes: Iterable[Identity], seconds: float) -> list[Identity]:
    """Wait until the processes are gone, and return those that are not."""
    deadline = time.monotonic() + seconds
    left = [process for process in processes if process.is_alive()]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [process for process in left if process.is_alive()]
    return left
