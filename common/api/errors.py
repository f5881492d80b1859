"""The one place that turns a refusal or a fault into an answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.authentication import CHALLENGE
from common.api.problems import CONTENT_TYPE, RETRY_AFTER_SECONDS, problem
from common.errors import DomainError, TooManyRequests
from common.observability import metrics

logger = logging.getLogger(__name__)

NON_FIELD_ERRORS = "non_field_errors"
_CODES = {"error": "bad_request", "parse_error": "malformed", "invalid": "invalid"}


class Unavailable(DomainError):
    """A part of the shop is out of reach for a moment; please try again."""

    code = "unavailable"
    status = 503


class BodyTooLarge(DomainError):
    """The body of the request is larger than is taken here."""

    code = "too_large"
    status = 413


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The REST framework's exception handler. None for what nobody foresaw: that is a bug, logged and answered 500."""
    response = _answer(_foreseen(error))
    if response is not None and _is_for_a_browser(context["request"]):
        response.content_type = None  # the page that shows the problem is HTML, and says so
    return response


def _answer(refusal: Exception) -> Response | None:
    if isinstance(refusal, DomainError):
        response = _response(refusal.status, refusal.code, refusal.detail, refusal.errors, refusal.members)
        if isinstance(refusal, TooManyRequests):
            response["Retry-After"] = str(refusal.retry_after_seconds)
        return response
    if isinstance(refusal, exceptions.ValidationError):
        errors = dict(_by_path(refusal.detail))
        return _response(400, "invalid", "The request has fields that cannot be accepted.", errors)
    if isinstance(refusal, exceptions.APIException):
        code = str(refusal.default_code)
        response = _response(refusal.status_code, _CODES.get(code, code), str(refusal.detail))
        return _with_headers(response, refusal)
    return None


def _foreseen(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound("There is no such thing, or it is not yours to see.")
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return BodyTooLarge()
    if isinstance(error, OperationalError | InterfaceError):
        logger.warning("database out of reach: %s", error)
        metrics.OUT_OF_REACH.labels("database").inc()
        return Unavailable()
    return error


def _is_for_a_browser(request: Request) -> bool:
    renderer = getattr(request, "accepted_renderer", None)  # missing where none could be agreed on
    return renderer is not None and renderer.format != "json"


def _response(
    status: int,
    code: str,
    detail: str,
    errors: dict[str, list[str]] | None = None,
    members: dict[str, Any] | None = None,
) -> Response:
    body = problem(status=status, code=code, detail=detail, errors=errors, members=members)
    response = Response(body, status=status, content_type=CONTENT_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = CHALLENGE
    if status == 503:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _with_headers(response: Response, error: exceptions.APIException) -> Response:
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _by_path(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Flatten nested reasons to dotted paths: ``items.0.quantity``."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _by_path(inner, _join(path, str(name)))
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for index, inner in enumerate(detail):
            yield from _by_path(inner, _join(path, str(index)))
    elif detail:
        reasons = detail if isinstance(detail, list) else [detail]
        yield path or NON_FIELD_ERRORS, [str(reason) for reason in reasons]


def _join(path: str, name: str) -> str:
    if path and name == NON_FIELD_ERRORS:  # what is wrong with the whole is said of the whole
        return path
    return f"{path}.{name}" if path else name
