"""What a view says that it takes is what it reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.topology import SERVICES

ROOT = Path(__file__).resolve().parents[2]
METHODS = {"get", "post", "put", "patch", "delete"}
SOURCES = [path for service in SERVICES for path in sorted((ROOT / service.name).glob("*/api/**/*.py"))]


def methods_in(source: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ClassDef):
            members = [member for member in node.body if isinstance(member, ast.FunctionDef)]
            yield from ((f"{node.name}.{member.name}", member) for member in members if member.name in METHODS)


def said_of(method: ast.FunctionDef) -> dict[str, str]:
    calls = [each for each in method.decorator_list if isinstance(each, ast.Call)]
    said = next((call.keywords for call in calls if ast.unparse(call.func) == "operation"), [])
    return {keyword.arg or "": ast.unparse(keyword.value) for keyword in said}


def read_in(method: ast.FunctionDef, what: str) -> set[str]:
    """The inputs that are made of the request's body, or of its query; as said where any part of one will do."""
    calls = [node for node in ast.walk(method) if isinstance(node, ast.Call)]
    return {
        ast.unparse(call.func.value) + ("(partial=True)" if call.keywords else "")
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "of"
        and call.args
        and ast.unparse(call.args[0]).startswith(f"request.{what}")
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(ROOT)))
class TestViews:
    def test_say_which_body_they_read(self, source: Path) -> None:
        read = [(name, read_in(method, "data") - {said_of(method).get("takes")}) for name, method in methods_in(source)]

        assert [(name, inputs) for name, inputs in read if inputs] == []

    def test_say_which_query_they_read(self, source: Path) -> None:
        read = [
            (name, read_in(method, "query") - {said_of(method).get("query")}) for name, method in methods_in(source)
        ]

        assert [(name, inputs) for name, inputs in read if inputs] == []
