"""One method of one view as an Operation Object."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from inspect import cleandoc
from typing import Any

from drf_spectacular.drainage import warn
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import OR as EITHER
from rest_framework.permissions import SAFE_METHODS, OperandHolder

from common.api import operations
from common.api.idempotency.errors import KeyInUse, KeyMissing, KeyReused
from common.api.openapi.refusals import Json, common_refusal, refusal
from common.api.operations import Content, Header, operation_of, summary_of
from common.api.permissions import Anyone, ReadOnly
from common.errors import DomainError

_ANYWHERE = frozenset({400, 401, 403, 406, 429, 500, 503})


class OperationSchema(AutoSchema):
    """What is said of a method, and what follows from its view."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Json | None:
        """None, and a warning, for a method of which nothing was said."""
        self.path, self.path_regex, self.path_prefix = path, path_regex, path_prefix
        self.method, self.registry = method, registry
        said = operation_of(self.view, method)
        if said is None:
            warn(f"{method} of {type(self.view).__name__} does not say what it takes and gives")
            return None
        self.said = said
        return {
            "operationId": self.get_operation_id(),
            "summary": self._summary(),
            **self._description(),
            "tags": [_noun_of(type(self.view))],
            "security": [*([{}] if self._is_public() else []), {"bearer": []}, {"session": []}],
            "parameters": list(self._parameters()),
            **self._request_body(),
            "responses": {str(status): answer for status, answer in sorted(self._responses().items())},
        }

    def _description(self) -> Json:
        """What the docstrings of the view and of its method say beyond the summary, if anything."""
        method = getattr(self.view, self.method.lower())
        of_view = cleandoc(type(self.view).__doc__ or "").partition("\n\n")[2]
        said = "\n\n".join(filter(None, (of_view, cleandoc(method.__doc__ or ""))))
        return {"description": said} if said else {}

    def _summary(self) -> str:
        summary = summary_of(type(self.view), self.method)
        if not summary:
            warn(f"the docstring of {type(self.view).__name__} does not say what {self.method} does")
        return summary

    def _parameters(self) -> Iterator[Json]:
        yield from self._resolve_path_parameters(re.findall(r"{(\w+)}", self.path))
        if self.said.query is not None:
            yield from self._query(self.said.query)
        if self.said.is_paged:
            yield {"$ref": "#/components/parameters/Cursor"}
            yield {"$ref": "#/components/parameters/PageSize"}
        yield from map(_header_parameter, self.said.headers)

    def _query(self, query: operations.Shape) -> Iterator[Json]:
        schema = self._map_serializer(query, "request")
        required = schema.get("required", ())
        for name, kind in schema["properties"].items():
            yield {"name": name, "in": "query", "required": name in required, "schema": kind}

    def _request_body(self) -> Json:
        takes = self.said.takes
        if takes is None:
            return {}
        content = {"schema": self._schema_of(takes, "request")}
        if example := getattr(takes, "example", None):
            content["example"] = example
        return {"requestBody": {"required": _is_needed(takes), "content": dict.fromkeys(self.map_parsers(), content)}}

    def _responses(self) -> dict[int, Json]:
        good = dict.fromkeys((self.said.status, *self.said.or_statuses), self._good_answer())
        if operations.IF_NONE_MATCH in self.said.headers:
            good[304] = {"description": "Not modified."}
        common = {status: common_refusal(status) for status in self._common_statuses()}
        return {**common, **self._own_refusals(), **good}

    def _good_answer(self) -> Json:
        gives = self.said.gives
        answer: Json = {"description": "Done." if gives is None else _first_line(gives)}
        if gives is Content:
            answer["content"] = {"*/*": {}}
        elif gives is not None:
            answer["content"] = {"application/json": {"schema": self._schema_of(gives, "response")}}
        if self.said.marks:
            answer["headers"] = {mark.name: _header(mark) for mark in self.said.marks}
        return answer

    def _common_statuses(self) -> set[int]:
        statuses = set(_ANYWHERE)
        if self.said.takes is not None:
            statuses |= {413, 415}
        if "{" in self.path or "/me/" in self.path:  # what is one's own may be gone, too
            statuses.add(404)
        if operations.IF_NONE_MATCH in self.said.headers:
            statuses.add(412)
        return statuses

    def _own_refusals(self) -> dict[int, Json]:
        by_status: dict[int, list[type[DomainError]]] = defaultdict(list)
        for reason in (*self.said.refuses, *_of_keys(self.said.headers)):
            by_status[reason.status].append(reason)
        return {status: refusal(status, reasons) for status, reasons in by_status.items()}

    def _is_public(self) -> bool:
        return all(_admits_visitors(permission, self.method) for permission in self.view.permission_classes)

    def _is_list_view(self, serializer: Any = None) -> bool:
        """Asked for the operation's name alone: lists are shapes of their own here."""
        return isinstance(self.said.gives, type) and issubclass(self.said.gives, operations.Page)

    def _schema_of(self, shape: Any, direction: Any) -> Json:
        component = self.resolve_serializer(shape, direction)
        return dict(component.ref) if component else {"type": "object"}

    def _get_serializer_name(self, serializer: Any, direction: Any, bypass_extensions: Any = False) -> str:  # noqa: FBT002
        """The noun that it belongs to, and what it is: ``orders.Order``, ``orders.PlaceOrderInput``."""
        if hasattr(serializer, "child"):
            return self._get_serializer_name(serializer.child, direction)
        name = type(serializer).__name__.removesuffix("Output")
        if serializer.partial:
            name = f"{name.removesuffix('Input')}Changes"
        return f"{_noun_of(type(serializer))}.{name}"

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Json:
        """Without what is said of all serializers, where nothing is said of this one."""
        schema: Json = super()._map_basic_serializer(serializer, direction)
        kind = serializer if isinstance(serializer, type) else type(serializer)
        if not vars(kind).get("__doc__"):
            schema.pop("description", None)
        return schema


def _noun_of(kind: type) -> str:
    """The folder in a service that a class lies in."""
    return kind.__module__.split(".")[1]


def _first_line(shape: Any) -> str:
    return cleandoc((shape if isinstance(shape, type) else type(shape)).__doc__ or "").splitlines()[0]


def _admits_visitors(permission: Any, method: str) -> bool:
    if isinstance(permission, OperandHolder):
        sides = [_admits_visitors(side, method) for side in (permission.op1_class, permission.op2_class)]
        operator: Any = permission.operator_class
        return any(sides) if operator is EITHER else all(sides)
    return permission is Anyone or (permission is ReadOnly and method in SAFE_METHODS)


def _of_keys(headers: Collection[Header]) -> tuple[type[DomainError], ...]:
    """What an Idempotency-Key can be refused for."""
    if operations.KEY in headers:
        return KeyMissing, KeyReused, KeyInUse
    return (KeyMissing, KeyReused) if operations.OPTIONAL_KEY in headers else ()


def _header(header: Header) -> Json:
    return {"description": header.description, "schema": {"type": "string"}}


def _is_needed(takes: operations.Shape) -> bool:
    """Whether a request without a body is refused, which is read as one without fields. What is not described by fields
    is needed.
    """
    shape = takes() if isinstance(takes, type) else takes
    if not getattr(shape, "fields", None):
        return True
    try:
        shape.run_validation({})
    except ValidationError:
        return True
    return False


def _header_parameter(header: Header) -> Json:
    parameter = {"name": header.name, "in": "header", "required": header.is_required, **_header(header)}
    return {**parameter, "example": header.example} if header.example else parameter
