"""Format, lint, types, import contracts, Django's checks, missing migrations, generated documents and every link."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from common.topology import NOTIFICATIONS, SERVICES, Service
from ops import (
    api_page,
    asyncapi_document,
    commands_page,
    facts_page,
    metrics_page,
    openapi_document,
    settings_page,
    site,
    tool,
)
from ops.blueprint import Blueprint
from ops.progress import console, step
from ops.state import LOCAL, ROOT, State

_PORT_OF_NOBODY = 8000

Environments = Mapping[str, Mapping[str, str]]


class Faulty(Exception):
    """A check found something; the message is the tool's output."""


@dataclass(frozen=True)
class Check:
    """One check; ``find_faults`` returns a description of what is wrong, or an empty string."""

    title: str
    find_faults: Callable[[], str]

    def run(self) -> None:
        """Run the check. Raises Faulty."""
        if faults := self.find_faults():
            raise Faulty(faults)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The switches of ``check``."""
    parser.add_argument("--write", action="store_true", help="mend what can be mended: format, imports, documents")


def run(options: argparse.Namespace) -> int:
    """0 when nothing is wrong, else 1."""
    if options.write:
        _mend()
    wrong = 0
    for check in _checks():
        try:
            with step(check.title):
                check.run()
        except Faulty as faults:
            wrong += 1
            console.print(f"[red]✗[/] {check.title}")
            console.print(str(faults), markup=False, soft_wrap=True)
    console.print("Nothing is wrong." if not wrong else f"{wrong} checks found something; --write mends what it can.")
    return 1 if wrong else 0


def _checks() -> Iterator[Check]:
    yield Check("Format", lambda: tool.faults("ruff", "format", "--check", "--quiet", "."))
    yield Check("Lint", lambda: tool.faults("ruff", "check", "--quiet", "."))
    yield Check("Architecture and contracts", lambda: tool.faults("pytest", "-q", "-p", "no:django", *_STATIC_TESTS))
    environments = _environments()
    settings_of_common = {**environments[NOTIFICATIONS.name], "DJANGO_SETTINGS_MODULE": "common.settings.test"}
    yield Check("Types of common", _types(settings_of_common, "common"))
    yield Check("Types of ops", _types(settings_of_common, "ops", "manage_all.py"))
    for service in SERVICES:
        yield Check(f"Types of {service.name}", _types(environments[service.name], service.name))
        manage = f"{service.name}.manage"
        yield Check(f"Django's checks of {service.name}", _in_service(service, environments, manage, "check"))
        missing = (manage, "makemigrations", "--check", "--dry-run")
        yield Check(f"Migrations of {service.name}", _in_service(service, environments, *missing))
    yield Check("Generated documents", lambda: _stale_documents(environments))
    yield Check("OpenAPI document", openapi_document.faults)
    yield Check("AsyncAPI document", asyncapi_document.faults)
    yield Check("Documents and their links", site.build)


_STATIC_TESTS = ("tests/architecture", "tests/contracts")


def _types(environment: Mapping[str, str], *checked: str) -> Callable[[], str]:
    """Check only these files: imported ones have checks of their own. A cache for each, as the settings differ."""
    module = ("mypy", "--follow-imports=silent", f"--cache-dir=.mypy_cache/{checked[0]}", *checked)
    return lambda: tool.faults(*module, environment=environment)


def _in_service(service: Service, environments: Mapping[str, dict[str, str]], *module: str) -> Callable[[], str]:
    return lambda: tool.faults(*module, environment=environments[service.name])


def _environments() -> dict[str, dict[str, str]]:
    """Each service's variables as in a run; no server is contacted."""
    state = State(LOCAL / "check")
    state.make()
    blueprint = Blueprint(state, public_port=_PORT_OF_NOBODY)
    return {service.name: blueprint.environment.of_service(service) for service in SERVICES}


def _documents(environments: Environments) -> dict[Path, str]:
    """The generated documents, as they should be, by path. Raises Undocumented."""
    of_the_code = (facts_page, settings_page, commands_page, metrics_page, asyncapi_document)
    pages = {page.PAGE: page.render() for page in of_the_code}
    openapi = openapi_document.render(environments)
    return {**pages, openapi_document.PAGE: openapi, api_page.PAGE: api_page.render(openapi)}


def _stale_documents(environments: Environments) -> str:
    try:
        documents = _documents(environments)
    except openapi_document.Undocumented as error:
        return str(error)
    stale = [page for page, text in documents.items() if not page.exists() or page.read_text() != text]
    return "\n".join(f"{page.relative_to(ROOT)} is not what the code says" for page in stale)


def _mend() -> None:
    tool.faults("ruff", "check", "--quiet", "--fix", ".")
    tool.faults("ruff", "format", "--quiet", ".")
    with suppress(openapi_document.Undocumented):  # the check says it
        for page, text in _documents(_environments()).items():
            page.write_text(text)
