"""Answers held against the API's document, wherever they come from."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs

DOCUMENT = Path(__file__).resolve().parents[2] / "gateway_svc" / "gateway" / "openapi.json"

Json = dict[str, Any]

_JSON = frozenset({"application/json", "application/problem+json"})


class Undocumented(AssertionError):
    """An answer that the document does not foresee."""


def require_documented(operation: Json, answer: Any, *, has_body: bool = True) -> None:
    """Raises Undocumented when the document does not say that an operation can answer this."""
    name, status = operation["operationId"], str(answer.status_code)
    if status not in operation["responses"]:
        raise Undocumented(f"{name} answered {status}; openapi.json does not say that it can.")
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if media_type not in _JSON or not has_body:
        return
    validator = _validator(name, status, media_type)
    if validator is None:
        raise Undocumented(f"{name} answered {status} with {media_type}; openapi.json does not say that it can.")
    for flaw in validator.iter_errors(answer.json()):
        where = ".".join(map(str, flaw.instance_path))
        raise Undocumented(f"{name} answered {status}, in which {where or 'all'} is not as documented: {flaw.message}")


def operation_at(method: str, path: str) -> Json | None:
    """The operation that answers here; None when none is documented."""
    wanted = "get" if method == "HEAD" else method.lower()
    for pattern, methods in _paths():
        if pattern.fullmatch(path):
            operation: Json | None = methods.get(wanted)
            return operation
    return None


@cache
def document() -> Json:
    """The API's document, as it was generated last."""
    read: Json = json.loads(DOCUMENT.read_text())
    return read


@cache
def operations() -> dict[str, Json]:
    """All of it, by name."""
    return {each["operationId"]: each for methods in document()["paths"].values() for each in methods.values()}


@cache
def _paths() -> list[tuple[re.Pattern[str], Json]]:
    """Fixed paths before those with something to fill in."""
    paths = sorted(document()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), methods) for path, methods in paths]


@cache
def _closed_components() -> Json:
    """The same with shapes that have no member more than they say; only a problem may have some of its own."""
    components = document()["components"]
    schemas = {
        name: schema if name == "Problem" or "properties" not in schema else {"additionalProperties": False, **schema}
        for name, schema in components["schemas"].items()
    }
    return {**components, "schemas": schemas}


@lru_cache(maxsize=1024)
def _validator(name: str, status: str, media_type: str) -> Any:
    response = operations()[name]["responses"][status]
    components = _closed_components()
    if "$ref" in response:
        response = components["responses"][response["$ref"].rpartition("/")[2]]
    if media_type not in response.get("content", {}):
        return None
    schema = {"allOf": [response["content"][media_type]["schema"]], "components": components}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
