"""Who may be on which core, so that none is in the way of what is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path

from ops import procfs

Cores = frozenset[int]
ANY: Cores = frozenset()


def parted(cores: Set[int]) -> tuple[Cores, Cores]:
    """One for what is measured, and the others for the rest; where there is but one, it is everybody's."""
    first, *others = sorted(cores)
    return frozenset({first}), frozenset(others or {first})


@contextmanager
def kept(pid: int, cores: Cores) -> Iterator[None]:
    """A process and all below it are there, with their threads; afterwards they may be where the process might."""
    before = frozenset(os.sched_getaffinity(pid))
    try:
        _move(pid, cores)
        yield
    finally:
        _move(pid, before)


def _move(pid: int, cores: Cores) -> None:
    """Each thread, since each has its own; then those that were started meanwhile by one that was not yet moved."""
    moved: set[int] = set()
    while found := _threads(pid) - moved:
        for thread in found:
            with suppress(ProcessLookupError):
                os.sched_setaffinity(thread, cores)
        moved |= found


def _threads(pid: int) -> set[int]:
    """Of it and of all below it; none of those that are gone."""
    threads: set[int] = set()
    for each in procfs.family_of(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            threads.update(int(task.name) for task in Path(f"/proc/{each}/task").iterdir())
    return threads
