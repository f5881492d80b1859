"""A service's routes and answers held against the API's document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import URLResolver, get_resolver
from rest_framework.test import APIClient
from rest_framework.views import APIView

from common.api.operations import operation_of
from common.api.serializers import BoundedJSONParser
from common.testing.documented import Json, document, operation_at, require_documented

_PARAMETER = re.compile(r"<\w+:(\w+)>")


class DocumentedClient(APIClient):
    """An API client that fails when it is given such an answer."""

    def request(self, **kwargs: Any) -> Any:
        answer = super().request(**kwargs)
        operation = operation_at(kwargs["REQUEST_METHOD"], kwargs["PATH_INFO"])
        if operation is not None:
            require_documented(operation, answer, has_body=kwargs["REQUEST_METHOD"] != "HEAD")
        return answer


def undocumented_routes() -> list[str]:
    """The routes that the gateway leads to, with their methods, and that the document does not have."""
    reachable = [
        route for route in _routes(get_resolver().url_patterns) if route[1].startswith(settings.SERVICE.api_prefixes)
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
