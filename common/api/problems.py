"""Problem details (RFC 9457): the one shape in which anything is refused."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

from common.observability import correlation

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "1"


def problem(
    *,
    status: int,
    code: str,
    detail: str,
    errors: Mapping[str, list[str]] | None = None,
    members: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A problem's members; ``errors`` maps a field's dotted path to its reasons, ``members`` are those of this code."""
    body: dict[str, Any] = {
        **(members or {}),
        "type": f"urn:opencommerce:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": correlation.current().request_id,
    }
    if errors:
        body["errors"] = dict(errors)
    return body


def problem_response(*, status: int, code: str, detail: str) -> JsonResponse:
    """A problem as an answer, outside the REST framework."""
    response = JsonResponse(problem(status=status, code=code, detail=detail), status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response
