"""The API as pages: what a browser gets, with forms for all that may be done at an address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html, format_html_join
from django.utils.text import camel_case_to_spaces, capfirst
from rest_framework import serializers
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request, override_method

from common.api.operations import Header, Shape, operation_of, summary_of

if TYPE_CHECKING:  # rest_framework.views reads the settings, which name this module
    from rest_framework.views import APIView

_CHANGING = ("POST", "PUT", "PATCH", "DELETE")
_MULTIPART = "multipart/form-data"
API_PATH = "/api/v1/"
"""Where all of it begins."""
_ADDRESS = re.compile(r"(https?://[^\"\s]+)")


@dataclass(frozen=True)
class ApiField:
    """One value that a form or a query takes."""

    name: str
    kind: str
    is_required: bool = False
    choices: tuple[str, ...] = ()
    value: str = ""
    help_text: str = ""


@dataclass(frozen=True)
class ApiForm:
    """Something that may be done here."""

    method: str
    summary: str
    body: str | None = None
    """JSON to begin with; None where nothing is sent, or a form of fields."""
    fields: list[ApiField] = field(default_factory=list)
    headers: list[Header] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How tall the field is in which the body is written."""
        return (self.body or "").count("\n") + 2


class BrowsablePages(BrowsableAPIRenderer):
    """An answer as a page. It is for whom it was made: nobody keeps it."""

    template = "pages/api.html"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        response = renderer_context["response"]
        page = str(super().render(data, accepted_media_type, renderer_context))
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ("Accept", "Cookie"))
        return page

    def get_context(self, data: Any, accepted_media_type: str | None, renderer_context: Any) -> dict[str, Any]:
        view, request, response = (renderer_context[name] for name in ("view", "request", "response"))
        listed = data if isinstance(data, dict) else {}
        as_json: Any = self.get_default_renderer(view)
        status = HTTPStatus(response.status_code)
        return {
            "title": self.get_name(view),
            "description": self.get_description(view, response.status_code),
            "breadcrumbs": [("API", API_PATH), *self.get_breadcrumbs(request)],
            "person": request.user,
            "request": request,
            "status": status,
            "is_refused": status >= HTTPStatus.BAD_REQUEST,
            "content": _linked(self.get_content(as_json, data, accepted_media_type, renderer_context)),
            "next": listed.get("next"),
            "previous": listed.get("previous"),
            "query": list(_query(view, request)),
            "forms": list(self._forms(view, request)),
        }

    def _forms(self, view: APIView, request: Request) -> Iterator[ApiForm]:
        if request.user is None:  # nobody knows who is asking, so nothing is theirs to do
            return
        for method in _CHANGING:
            with override_method(view, request, method) as asked:
                if self.show_form_for_method(view, method, asked, None):
                    yield _form(view, method)


def name_of(view: APIView) -> str:
    """What a person calls a view: as it says itself (``name``), else its class in words."""
    given: str = getattr(view, "name", "")
    return given or capfirst(camel_case_to_spaces(type(view).__name__))


def _linked(text: str) -> str:
    """The same, in which addresses of ours can be followed."""
    ours = f"{settings.PUBLIC_URL.rstrip('/')}/"
    parts = _ADDRESS.split(text)
    links = (format_html('<a href="{0}">{0}</a>', part) if part.startswith(ours) else part for part in parts)
    return format_html_join("", "{}", ((part,) for part in links))


def _form(view: APIView, method: str) -> ApiForm:
    said = operation_of(view, method)
    form = ApiForm(method, summary_of(type(view), method), headers=list(said.headers) if said else [])
    if said is None or said.takes is None:
        return form
    if view.parser_classes[0].media_type == _MULTIPART:
        return ApiForm(method, form.summary, fields=list(_fields(said.takes)), headers=form.headers)
    example = getattr(said.takes, "example", {})
    return ApiForm(method, form.summary, json.dumps(example, indent=2, ensure_ascii=False), headers=form.headers)


def _query(view: APIView, request: Request) -> Iterator[ApiField]:
    """What the list here can be narrowed by, with what it is narrowed by now."""
    said = operation_of(view, "GET")
    if said is None:
        return
    if said.query is not None:
        yield from _fields(said.query, given=request.query_params)
    if said.is_paged:
        yield ApiField("page_size", "number", value=request.query_params.get("page_size", ""), help_text="1 to 100")


def _fields(shape: Shape, given: Any = None) -> Iterator[ApiField]:
    serializer: Any = shape() if isinstance(shape, type) else shape
    for name, each in serializer.fields.items():
        yield ApiField(
            name,
            "file" if isinstance(each, serializers.FileField) else "text",
            is_required=each.required,
            choices=_choices(each),
            value=(given or {}).get(name, ""),
            help_text=str(each.help_text or ""),
        )


def _choices(each: Any) -> tuple[str, ...]:
    if isinstance(each, serializers.ChoiceField):
        return tuple(map(str, each.choices))
    return ("true", "false") if isinstance(each, serializers.BooleanField) else ()
