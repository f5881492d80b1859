"""What is wrong with an installation, why it matters, and the command that cures it: one module for each subject.

A subject has a function ``examine(state)`` that yields findings. It changes nothing, and all its waits are short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import ModuleType

from ops.doctor import broker, cache, checkout, databases, facts, mail, packages, programs, runs, storage, variables
from ops.doctor.finding import Finding
from ops.state import State

SUBJECTS: tuple[ModuleType, ...] = (
    packages,
    checkout,
    variables,
    programs,
    databases,
    broker,
    cache,
    storage,
    mail,
    runs,
    facts,
)


def examine(state: State, *, watch: Callable[[str], None] = lambda _: None) -> Iterator[Finding]:
    """Every finding of every subject; ``watch`` is called with the name of each subject."""
    for subject in SUBJECTS:
        name = subject.__name__.rpartition(".")[2]
        watch(name)
        yield from _survived(name, subject.examine(state))


def _survived(name: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Turn an exception of a subject into a finding, so that it does not hide those of the others."""
    try:
        yield from findings
    except Exception as error:
        yield Finding(
            subject=name,
            what=f"This could not be looked at: {type(error).__name__}: {error}",
            why="What is wrong here, if anything, is not known.",
            cure="python3 manage_all.py logs",
        )
