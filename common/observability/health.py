"""Health: is the process alive, and has it what it needs to answer?"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from common.observability import readiness
from common.observability.readiness import Check


def database() -> None:
    """The service's own database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers; it says nothing of anything else."""
    return JsonResponse({"status": "live"})


def ready(checks: dict[str, Check]) -> Callable[[HttpRequest], JsonResponse]:
    """A view that tells by name which dependency is missing (503), or that none is (200)."""

    @never_cache
    def view(_request: HttpRequest) -> JsonResponse:
        body, status = readiness.answer(readiness.states_of(checks))
        return JsonResponse(body, status=status)

    return view


def urls(**checks: Check) -> list[URLPattern]:
    """What the inside of the platform asks of a service; the database is always among the checks."""
    # The gateway reads the checks above, and none of the REST framework.
    from common.observability import views

    return [
        path("health/live", live),
        path("health/ready", ready({"database": database, **checks})),
        path("health/figures", views.Figures.as_view()),
        path("metrics", views.metrics_page),
    ]
