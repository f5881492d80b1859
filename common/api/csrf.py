"""Requests that a browser makes although its user did not mean them: forged by the pages of other sites.

Django's own check, as the REST framework's SessionAuthentication calls it. The cookie is not signed, so it is one and
the same for all six projects behind the gateway.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.exceptions import ParseError, PermissionDenied

from common.api.problems import problem_response

HEADER = "X-CSRFToken"
_CODE = "csrf_failed"
_DETAIL = (
    "A browser that changes something must send the value of the cookie csrftoken too, in the header X-CSRFToken or the"
    " field csrfmiddlewaretoken, and from a page of this shop. ({})"
)


class CsrfFailed(PermissionDenied):
    """The request may not come from one of our pages."""

    default_code = _CODE


class _Check(CsrfViewMiddleware):
    """Tells the reason instead of answering."""

    def _reject(self, _request: HttpRequest, reason: str) -> Any:
        return reason


class _WithoutBody:
    """A request whose body is left alone: it may be large, and it may be for another to read."""

    POST = QueryDict()

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)


def check(request: HttpRequest) -> None:
    """Let safe methods pass, and what shows that it comes from our pages. Raises CsrfFailed, ParseError."""
    seen: Any = _WithoutBody(request) if HEADER in request.headers else request
    django = _Check(lambda _: HttpResponse())
    django.process_request(seen)
    try:
        reason = django.process_view(seen, None, (), {})  # type: ignore[arg-type]
    except (MultiPartParserError, BadRequest):
        raise ParseError("The body cannot be read as the form that its Content-Type promises.") from None
    if reason:
        raise CsrfFailed(_DETAIL.format(reason))


def refusal(reason: str) -> HttpResponse:
    """What a program is told by Django's own middleware, where that guards a view."""
    return problem_response(status=403, code=_CODE, detail=_DETAIL.format(reason))
