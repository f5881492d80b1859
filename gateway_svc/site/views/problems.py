"""Pages for what goes wrong inside Django."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from gateway_svc.gateway.problems import BadRequest, InternalError, Problem, UnknownPath
from gateway_svc.site.answering import refuse


class Forbidden(Problem):
    """This is not yours to do."""

    status = 403
    code = "forbidden"


class CsrfFailed(Problem):
    """This form is not one that we gave to this browser, or it is too old. Load the page anew, and try again.

    If it happens again, allow cookies for this shop.
    """

    status = 403
    code = "csrf_failed"


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refuse(request, BadRequest("There is more in the request than is taken."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refuse(request, Forbidden())


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return refuse(request, UnknownPath())


def server_error(request: HttpRequest) -> HttpResponse:
    return refuse(request, InternalError())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(request, CsrfFailed())
