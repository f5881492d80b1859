"""Pinning processes to cores, so that nothing else runs on the core that is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path

from ops import procfs

Cores = frozenset[int]
ANY: Cores = frozenset()


def parted(cores: Set[int]) -> tuple[Cores, Cores]:
    """One core for what is measured, and the others for the rest; if there is only one, both share it."""
    first, *others = sorted(cores)
    return frozenset({first}), frozenset(others or {first})


@contextmanager
def kept(pid: int, cores: Cores) -> Iterator[None]:
    """Pin a process, its descendants and all their threads to these cores; afterwards, to its former ones."""
    before = frozenset(os.sched_getaffinity(pid))
    try:
        _move(pid, cores)
        yield
    finally:
        _move(pid, before)


def _move(pid: int, cores: Cores) -> None:
    """Affinity is set thread by thread; repeat for threads that were started meanwhile by one not moved yet."""
    moved: set[int] = set()
    while found := _threads(pid) - moved:
        for thread in found:
            with suppress(ProcessLookupError):
                os.sched_setaffinity(thread, cores)
        moved |= found


def _threads(pid: int) -> set[int]:
    """The threads of a process and its descendants; those that have ended are skipped."""
    threads: set[int] = set()
    for each in procfs.family_of(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            threads.update(int(task.name) for task in Path(f"/proc/{each}/task").iterdir())
    return threads
