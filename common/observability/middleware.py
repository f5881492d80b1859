"""What every HTTP request of a service goes through first."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.observability.correlation import correlated

logger = logging.getLogger("access")


class RequestContext:
    """Do the request under the caller's names, echo its id, and write one line about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        headers = request.headers
        with correlated(headers.get("X-Request-ID", ""), headers.get("traceparent", "")) as names:
            started = time.perf_counter()
            response = self.get_response(request)
            response["X-Request-ID"] = names.request_id
            if not request.path.startswith("/health/"):
                _write_line(request, response, started)
            return response


def _write_line(request: HttpRequest, response: HttpResponse, started: float) -> None:
    logger.info(
        "%s %s %d",
        request.method,
        request.path,
        response.status_code,
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
        },
    )
