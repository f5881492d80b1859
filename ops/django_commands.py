"""Django's own manage.py of one service, or of each, with the variables of this checkout's platform."""

from __future__ import annotations

import subprocess
import sys

from common.topology import BY_NAME, SERVICES, Service
from ops import ports
from ops.blueprint import Blueprint
from ops.progress import console
from ops.state import ROOT, State


def run(name: str, arguments: list[str]) -> int:
    """Run it for one service, or for ``all`` in turn. Returns the highest exit code."""
    services = SERVICES if name == "all" else (BY_NAME[name],)
    state = State()
    state.make()
    blueprint = blueprint_of(state)
    codes = []
    for service in services:
        if len(services) > 1:
            console.print(f"[bold]{service.name}[/]")
        codes.append(_manage(blueprint, service, arguments))
    return max(codes)


def blueprint_of(state: State) -> Blueprint:
    """The blueprint of the run as it was started, or as it would be."""
    remembered = state.read("run")
    return Blueprint(
        state,
        public_port=remembered.get("port", ports.FIRST_PUBLIC),
        scale=remembered.get("scale"),
        as_it_is=True,
    )


def _manage(blueprint: Blueprint, service: Service, arguments: list[str]) -> int:
    variables = blueprint.environment.of_service(service)
    # Without the run's marker, so that ``down`` does not kill somebody's shell.
    variables.pop(blueprint.state.marker.partition("=")[0])
    command = [sys.executable, str(ROOT / service.name / "manage.py"), *arguments]
    try:
        return abs(subprocess.run(command, env=variables, check=False).returncode)
    except KeyboardInterrupt:
        return 130
