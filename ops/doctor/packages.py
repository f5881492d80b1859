"""Whether the virtual environment holds the locked versions."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

from ops.doctor.finding import Finding
from ops.state import ROOT, State

_LOCKS = ("platform.txt", "servers.txt")


def examine(_state: State) -> Iterator[Finding]:
    """One finding for all packages that are missing or of another version."""
    wrong = [fault for name in _LOCKS for requirement in _locked(name) if (fault := _fault(requirement))]
    if wrong:
        yield Finding(
            subject="packages",
            what=f"The virtual environment is not what was locked: {', '.join(sorted(set(wrong)))}.",
            why="Only the locked versions were tested together.",
            cure="rm -r .venv && python3 manage_all.py doctor",
        )


def _locked(name: str) -> Iterator[Requirement]:
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                yield requirement


def _fault(requirement: Requirement) -> str:
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is missing"
    return "" if requirement.specifier.contains(version, prereleases=True) else f"{requirement.name} is {version}"
