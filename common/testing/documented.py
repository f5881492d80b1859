"""Answers held against the API's document, wherever a test asks for one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from django.conf import settings
from django.urls import URLResolver, get_resolver
from rest_framework.test import APIClient
from rest_framework.views import APIView

from common.api.operations import operation_of
from common.api.serializers import BoundedJSONParser

DOCUMENT = Path(__file__).resolve().parents[2] / "gateway_svc" / "gateway" / "openapi.json"

Json = dict[str, Any]

_PARAMETER = re.compile(r"<\w+:(\w+)>")
_JSON = frozenset({"application/json", "application/problem+json"})


class Undocumented(AssertionError):
    """An answer that the document does not foresee."""


class DocumentedClient(APIClient):
    """An API client that fails when it is given such an answer."""

    def request(self, **kwargs: Any) -> Any:
        answer = super().request(**kwargs)
        operation = operation_at(kwargs["REQUEST_METHOD"], kwargs["PATH_INFO"])
        if operation is not None:
            require_documented(operation, answer, has_body=kwargs["REQUEST_METHOD"] != "HEAD")
        return answer


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


def undocumented_routes() -> list[str]:
    """The routes that the gateway leads to, with their methods, and that the document does not have."""
    reachable = [
        route for route in _routes(get_resolver().url_patterns) if route[1].startswith(settings.SERVICE.prefixes)
    ]
    return [f"{method} {path}" for method, path in reachable if method.lower() not in _methods_of(path)]


def refused_examples() -> dict[str, Any]:
    """By operation, what is wrong with the example of a body; also that there is none where JSON is taken."""
    faults: dict[str, Any] = {}
    for view in _views(get_resolver().url_patterns):
        for method in view.http_method_names:
            said = operation_of(view, method)
            takes: Any = said and said.takes
            if takes is None or view.parser_classes[0] is not BoundedJSONParser:
                continue
            kind: Any
            kind, is_partial = (takes, False) if isinstance(takes, type) else (type(takes), takes.partial)
            read = kind(data=kind.example, partial=is_partial)
            if not read.is_valid() or (not kind.example and read.fields):
                faults[f"{view.__name__}.{method}"] = read.errors or "no example"
    return faults


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


def _methods_of(path: str) -> Json:
    methods: Json = document()["paths"].get(path, {})
    return methods


def _views(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        elif view := _api_view(pattern):
            yield view


def _api_view(pattern: Any) -> Any:
    view = getattr(pattern.callback, "view_class", None)
    return view if view and issubclass(view, APIView) else None


def _routes(patterns: list[Any], prefix: str = "/") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        path = prefix + _PARAMETER.sub(r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, path)
            continue
        view = _api_view(pattern)
        methods = view().allowed_methods if view else ["GET"]
        yield from ((method, path) for method in methods if method != "OPTIONS")


@cache
def _paths() -> list[tuple[re.Pattern[str], Json]]:
    """Fixed paths before those with something to fill in."""
    paths = sorted(document()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), methods) for path, methods in paths]


@lru_cache(maxsize=1024)
def _validator(name: str, status: str, media_type: str) -> Any:
    response = operations()[name]["responses"][status]
    components = document()["components"]
    if "$ref" in response:
        response = components["responses"][response["$ref"].rpartition("/")[2]]
    if media_type not in response.get("content", {}):
        return None
    schema = {"allOf": [response["content"][media_type]["schema"]], "components": components}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
