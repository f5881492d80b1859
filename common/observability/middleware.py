"""What every HTTP request of a service goes through first."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

from common.observability import metrics, tracing
from common.observability.correlation import correlated

logger = logging.getLogger("access")

_SECONDS = metrics.histogram(
    "opencommerce_http_request_seconds",
    "Requests that a service answered, by the route's template.",
    "route",
    "method",
    "status",
)
_IN_FLIGHT = metrics.gauge("opencommerce_http_requests_in_flight", "Requests that a service is answering now.")
# They are asked all day long, by those who watch.
_OF_THE_INSIDE = ("/health/", "/metrics")


class RequestContext:
    """Do the request under the caller's names, echo its id, measure it, and write one line about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OF_THE_INSIDE):
            # Scrapers and probes ask an address, and cannot know which names a service takes for its own.
            request.META["HTTP_HOST"] = "localhost"
            with correlated(request.headers.get("X-Request-ID", "")) as names:
                response = self.get_response(request)
                response["X-Request-ID"] = names.request_id
                return response
        _IN_FLIGHT.inc()
        try:
            return self._answer(request)
        finally:
            _IN_FLIGHT.dec()

    def _answer(self, request: HttpRequest) -> HttpResponse:
        headers = request.headers
        method = metrics.method_label(request.method or "")
        attributes = tracing.of_request(method, request.path, request.scheme or "http")
        with tracing.served(
            tracing.SERVER,
            method,
            attributes,
            request_id=headers.get("X-Request-ID", ""),
            traceparent=headers.get("traceparent", ""),
        ) as names:
            started = time.perf_counter()
            response = self.get_response(request)
            response["X-Request-ID"] = names.request_id
            route = _route_of(request)
            tracing.answered(names, method=method, route=route, status=response.status_code)
            seconds = time.perf_counter() - started
            _seconds(route, method, metrics.status_label(response.status_code)).observe(seconds)
            _write_line(request, response, seconds)
            return response


def _route_of(request: HttpRequest) -> str:
    """Its template, as the URLs' table has it: what is not there may be called anything."""
    return f"/{request.resolver_match.route}" if request.resolver_match else "unknown"


@lru_cache(maxsize=1024)
def _seconds(route: str, method: str, status: str) -> Histogram:
    return _SECONDS.labels(route, method, status)


def _write_line(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    logger.info(
        "%s %s %d",
        request.method,
        request.path,
        response.status_code,
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "duration_ms": round(seconds * 1000, 1),
        },
    )
