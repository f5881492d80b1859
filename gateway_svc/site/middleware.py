"""What each page of the site goes through."""

from __future__ import annotations

from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin

from gateway_svc.gateway.problems import MethodNotAllowed, Problem
from gateway_svc.site.answering import refuse


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
        return refuse(request, error) if isinstance(error, Problem) else None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not isinstance(response, HttpResponseNotAllowed) or not isinstance(request, ASGIRequest):
            return response
        refusal = refuse(request, MethodNotAllowed(f"Only {response['Allow']} is answered here."))
        refusal["Allow"] = response["Allow"]
        return refusal
