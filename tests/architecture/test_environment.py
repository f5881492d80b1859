"""`.env.example` lists each variable that is read, and none besides."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from common.topology import SERVICES
from tests.architecture import composition

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("common", "ops", *(service.name for service in SERVICES))
# What reads a variable that its first argument names, as far as it is named there.
READERS = {"required", "optional", "flag", "seconds", "whole_number", "key", "keys", "database", "amounts", "percents"}
READERS |= {"get", "given_or", "_secret"}
OURS = re.compile(r"[A-Z]+_[A-Z0-9_]+")
PREFIXES = ("OPENCOMMERCE_", "OTEL_", *(f"{service.name.upper()}_" for service in SERVICES))


def listed() -> list[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return [line.partition("=")[0] for line in lines if line and not line.startswith("#")]


def read() -> set[str]:
    """Those that the code names, those that are named after the services, and what compose.yaml fills in."""
    named = set().union(*(names_in_package(package) for package in PACKAGES))
    return named | set(_named_after_services()) | composition.asked()


def names_in_package(package: str) -> set[str]:
    """Those that the code of a package names."""
    return {name for path in (ROOT / package).rglob("*.py") for name in _names_in(ast.parse(path.read_text()))}


def _names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for text in _asked_for(node):
            if OURS.fullmatch(text) and text.startswith(PREFIXES):
                yield text


def _asked_for(node: ast.AST) -> Iterator[str]:
    """The constants in ``env.required("…")``, ``os.environ["…"]``, ``"…" in os.environ`` and ``variable = "…"``."""
    match node:
        case ast.Call(func=ast.Attribute(attr=reader) | ast.Name(id=reader), args=[ast.Constant(str(name)), *_]):
            if reader in READERS:
                yield name
        case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(str(name))):
            yield name
        case ast.Compare(left=ast.Constant(str(name)), comparators=[ast.Attribute(attr="environ")]):
            yield name
        case ast.Assign(targets=[ast.Name(id="variable")], value=ast.Constant(str(name))):
            yield name


def _named_after_services() -> Iterator[str]:
    for service in SERVICES:
        yield f"{service.name.upper()}_SECRET_KEY"
        yield service.database_variable
        if service.prefixes:
            yield service.url_variable
        if service.socket_prefixes:
            yield service.socket_url_variable


def test_each_variable_that_is_read_is_listed() -> None:
    assert sorted(read() - set(listed())) == []


def test_each_listed_variable_is_read() -> None:
    assert sorted(set(listed()) - read()) == []


def test_no_variable_is_listed_twice() -> None:
    assert len(listed()) == len(set(listed()))
