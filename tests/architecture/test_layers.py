"""The direction of imports and the vocabulary of file names: what CONVENTIONS.md promises, held by a test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from common.topology import SERVICES

ROOT = Path(__file__).resolve().parents[2]
SERVICE_NAMES = frozenset(service.name for service in SERVICES)

# Lower imports nothing that stands higher. What stands side by side may not import one another either.
LAYERS = (
    {"errors"},
    {"rules"},
    {"models"},
    {"selectors", "events", "clients", "adapters"},
    {"services"},
    {"api", "handlers", "tasks", "sockets", "admin"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
DJANGOS_OWN = {"__init__", "apps", "migrations", "management", "templates", "static"}
VOCABULARY = set(RANK) | DJANGOS_OWN
# The gateway's plain ASGI package is its own kind of house, and so are its pages, which are no noun.
OTHER_HOUSES = {("gateway_svc", "gateway"), ("gateway_svc", "site")}
ALLOWED_OF_SIBLINGS = {"services", "selectors"}


@dataclass(frozen=True)
class Import:
    """One import of one of our modules."""

    source: Path
    module: str

    @property
    def parts(self) -> list[str]:
        return self.module.split(".")

    def __str__(self) -> str:
        return f"{self.source.relative_to(ROOT)} imports {self.module}"


@cache
def imports_of(package: str) -> tuple[Import, ...]:
    return tuple(found for path in sorted((ROOT / package).rglob("*.py")) for found in _imports_in(path))


def _imports_in(path: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (Import(path, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # "from order_svc.orders import rules" names a module, "from … .rules import f" one of its members.
            yield from (Import(path, f"{node.module}.{alias.name}") for alias in node.names)


def nouns() -> list[Path]:
    return [
        folder
        for service in SERVICES
        for folder in sorted((ROOT / service.name).iterdir())
        if (folder / "__init__.py").exists()
        and folder.name != "config"
        and (service.name, folder.name) not in OTHER_HOUSES
    ]


def layer_in(noun: Path, path: Path) -> str:
    return path.relative_to(noun).parts[0].removesuffix(".py")


@pytest.mark.parametrize("service", sorted(SERVICE_NAMES))
def test_a_service_imports_no_other_service_and_not_ops(service: str) -> None:
    others = (SERVICE_NAMES - {service}) | {"ops", "tests"}

    assert [str(found) for found in imports_of(service) if found.parts[0] in others] == []


def test_common_knows_no_service() -> None:
    strangers = SERVICE_NAMES | {"ops", "tests"}

    assert [str(found) for found in imports_of("common") if found.parts[0] in strangers] == []


def test_ops_reads_no_service_but_its_schedule() -> None:
    assert [str(found) for found in imports_of("ops") if found.parts[0] in SERVICE_NAMES] == []


@pytest.mark.parametrize("noun", nouns(), ids=lambda noun: f"{noun.parent.name}.{noun.name}")
class TestNoun:
    def test_has_only_files_of_the_vocabulary(self, noun: Path) -> None:
        names = {path.name.removesuffix(".py") for path in noun.iterdir() if path.name != "__pycache__"}

        assert names - VOCABULARY == set()

    def test_imports_only_downwards(self, noun: Path) -> None:
        assert [str(found) for found in self._upwards(noun)] == []

    def test_calls_its_siblings_only_by_services_and_selectors(self, noun: Path) -> None:
        assert [str(found) for found in self._intrusions(noun)] == []

    def _upwards(self, noun: Path) -> Iterator[Import]:
        own = (noun.parent.name, noun.name)
        for found in imports_of(str(noun.relative_to(ROOT))):
            layer = layer_in(noun, found.source)
            target = found.parts[2] if tuple(found.parts[:2]) == own and len(found.parts) > 2 else ""
            if layer in RANK and target in RANK and target != layer and RANK[target] >= RANK[layer]:
                yield found

    def _intrusions(self, noun: Path) -> Iterator[Import]:
        for found in imports_of(str(noun.relative_to(ROOT))):
            service, *rest = found.parts
            if service != noun.parent.name or len(rest) < 2 or rest[0] in {noun.name, "config"}:
                continue
            if rest[1] not in ALLOWED_OF_SIBLINGS:
                yield found


class TestServices:
    @pytest.mark.parametrize("service", sorted(SERVICE_NAMES))
    def test_run_alike(self, service: str) -> None:
        names = {path.name.removesuffix(".py") for path in (ROOT / service / "config").glob("*.py")}

        assert {"settings", "celery", "schedule"} <= names
        assert names & {"wsgi", "asgi"}

    @pytest.mark.parametrize("forbidden", ["utils", "helpers", "misc", "constants", "common", "base"])
    def test_have_no_file_that_holds_anything(self, forbidden: str) -> None:
        packages = [*SERVICE_NAMES, "common", "ops"]
        backend = ROOT / "common" / "database" / "base.py"  # Django looks for a backend under this name

        found = [path for name in packages for path in (ROOT / name).rglob(f"{forbidden}.py")]

        assert [path for path in found if path != backend] == []


def test_rules_are_pure() -> None:
    impure = {"django", "rest_framework", "celery", "datetime.datetime.now", "common.clock", "requests"}
    found = [
        str(found)
        for service in SERVICE_NAMES
        for found in imports_of(service)
        if found.source.stem == "rules" and found.parts[0] in impure
    ]

    assert found == []


@pytest.mark.parametrize("layer", ["services", "selectors", "rules", "events"])
def test_the_domain_does_not_ask_the_clock(layer: str) -> None:
    found = [
        str(found)
        for service in SERVICE_NAMES
        for found in imports_of(service)
        if found.source.stem == layer and found.module == "common.clock"
    ]

    assert found == []
