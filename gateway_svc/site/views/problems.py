"""Pages for what goes wrong inside Django."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from gateway_svc.gateway.problem_pages import page_of
from gateway_svc.gateway.problems import BadRequest, InternalError, Problem, UnknownPath


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
    return _page(request, BadRequest("There is more in the request than is taken."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, Forbidden())


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, UnknownPath())


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, InternalError())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, CsrfFailed())


def _page(request: HttpRequest, problem: Problem) -> HttpResponse:
    return HttpResponse(page_of(problem, request.scope["exchange"]), status=problem.status)  # type: ignore[attr-defined]
