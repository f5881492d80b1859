"""Problem details for what happens outside the REST framework's views."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from common.api.problems import problem_response
from common.observability import metrics

logger = logging.getLogger(__name__)


class ProblemAnswers:
    """No HTML error page, no trace: unknown paths, bad hosts and bugs are problems too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            # PostgreSQL's text holds no NUL (documentation, chapter 8.3), so nothing can be called that.
            return problem_response(status=400, code="malformed", detail="A NUL character is nowhere allowed.")
        response = self.get_response(request)
        # What has a template of its own, as the REST framework's answers have, is what somebody is meant to read.
        if response.status_code < 400 or isinstance(response, SimpleTemplateResponse):
            return response
        if response.headers.get("Content-Type", "").startswith("application/"):
            return response
        return _as_problem(response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """What no view foresaw."""
        if isinstance(error, OperationalError | InterfaceError):
            logger.warning("database out of reach: %s", error)
            metrics.OUT_OF_REACH.labels("database").inc()
            detail = "A part of the shop is out of reach for a moment; please try again."
            return problem_response(status=503, code="unavailable", detail=detail)
        if isinstance(error, SuspiciousOperation):
            return problem_response(status=400, code="malformed", detail="There is more in the request than is taken.")
        logger.error("unexpected error on %s %s", request.method, request.path, exc_info=error)
        detail = "Something went wrong on our side. The request id helps us to find it."
        return problem_response(status=500, code="internal_error", detail=detail)


def _as_problem(response: HttpResponse) -> HttpResponse:
    """Django's own page of this status as a problem, with the methods that a 405 must name (RFC 9110, 15.5.6)."""
    status = HTTPStatus(response.status_code)
    problem = problem_response(status=status, code=status.name.lower(), detail=status.description or status.phrase)
    if "Allow" in response:
        problem["Allow"] = response["Allow"]
    return problem
