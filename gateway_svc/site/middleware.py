"""What each page of the site goes through."""

from __future__ import annotations

from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin

from gateway_svc.gateway.problem_pages import page_of, sign_in_address
from gateway_svc.gateway.problems import Problem
from gateway_svc.gateway.request_head import request_target
from gateway_svc.gateway.site import Visit
from gateway_svc.site.answering import SeeOther


class Personal(MiddlewareMixin):
    """A page is for whom it was made: nobody keeps it."""

    def process_response(self, _request: HttpRequest, response: HttpResponse) -> HttpResponse:
        add_never_cache_headers(response)
        return response


class NoConnectionLeft(MiddlewareMixin):
    """Each request has a thread of its own here (asgiref), and what stayed open in it would stay for good."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if isinstance(request, ASGIRequest):
            connections.close_all()
        return response


class ProblemsOfViews(MiddlewareMixin):
    """What a view refuses, as the rest of the gateway would."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Problem):
            return None
        scope = request.scope  # type: ignore[attr-defined]
        if error.status == 401 and request.method == "GET" and Visit.of(request).person.is_anonymous:
            return SeeOther(sign_in_address(request_target(scope)))
        response = HttpResponse(page_of(error, scope["exchange"]), status=error.status)
        for name, value in error.headers:
            response[name.decode()] = value.decode()
        return response
