"""Format, lint, types, import contracts, Django's checks, missing migrations and generated documents."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from common.topology import SERVICES, Service
from ops import facts_page
from ops.blueprint import Blueprint
from ops.progress import console, step
from ops.state import LOCAL, ROOT, State

_PORT_OF_NOBODY = 8000


@dataclass(frozen=True)
class Check:
    """One thing to look at; it returns what is wrong, or nothing."""

    title: str
    find_faults: Callable[[], str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The switches of ``check``."""
    parser.add_argument("--write", action="store_true", help="mend what can be mended: format, imports, documents")


def run(options: argparse.Namespace) -> int:
    """0 when nothing is wrong, else 1."""
    if options.write:
        _mend()
    wrong = 0
    for check in _checks():
        with step(check.title):
            faults = check.find_faults()
        if faults:
            wrong += 1
            console.print(f"[red]✗[/] {check.title}")
            console.print(faults, markup=False)
    console.print("Nothing is wrong." if not wrong else f"{wrong} checks found something; --write mends what it can.")
    return 1 if wrong else 0


def _checks() -> Iterator[Check]:
    yield Check("Format", lambda: _faults("ruff", "format", "--check", "--quiet", "."))
    yield Check("Lint", lambda: _faults("ruff", "check", "--quiet", "."))
    yield Check("Architecture and contracts", lambda: _faults("pytest", "-q", "-p", "no:django", *_STATIC_TESTS))
    environments = _environments()
    for service in SERVICES:
        yield Check(f"Types of {service.name}", _in_service(service, environments, "mypy", service.name, "common"))
        manage = (sys.executable, f"{service.name}/manage.py")
        yield Check(f"Django's checks of {service.name}", _in_service(service, environments, *manage, "check"))
        missing = (*manage, "makemigrations", "--check", "--dry-run")
        yield Check(f"Migrations of {service.name}", _in_service(service, environments, *missing))
    yield Check("Types of ops", lambda: _faults("mypy", "ops", "manage_all.py", environment=environments["user_svc"]))
    yield Check("Generated documents", _stale_documents)


_STATIC_TESTS = ("tests/architecture", "tests/contracts")


def _in_service(service: Service, environments: Mapping[str, dict[str, str]], *command: str) -> Callable[[], str]:
    return lambda: _faults(*command, environment=environments[service.name])


def _faults(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """What a command prints when it is not content."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return (
        (done.stdout + done.stderr).strip() or f"{command[0]} ended with {done.returncode}" if done.returncode else ""
    )


def _environments() -> dict[str, dict[str, str]]:
    """Each service's variables as in a run; no server is asked."""
    state = State(LOCAL / "check")
    state.make()
    blueprint = Blueprint(state, public_port=_PORT_OF_NOBODY)
    return {service.name: blueprint.environment.of_service(service) for service in SERVICES}


def _stale_documents() -> str:
    written = facts_page.PAGE.read_text() if facts_page.PAGE.exists() else ""
    return "" if written == facts_page.render() else f"{facts_page.PAGE.relative_to(ROOT)} is not what the code says"


def _mend() -> None:
    for command in (["ruff", "check", "--quiet", "--fix", "."], ["ruff", "format", "--quiet", "."]):
        subprocess.run(command, cwd=ROOT, check=False)
    facts_page.PAGE.write_text(facts_page.render())
