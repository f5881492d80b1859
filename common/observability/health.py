"""Health: is the process alive, and has it what it needs to answer?"""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

Check = Callable[[], None]
"""Raises when the dependency is missing."""


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
        states = {name: _state(check) for name, check in checks.items()}
        ok = all(state == "ok" for state in states.values())
        return JsonResponse({"status": "ready" if ok else "not ready", "checks": states}, status=200 if ok else 503)

    return view


def urls(**checks: Check) -> list[URLPattern]:
    """``/health/live`` and ``/health/ready``, the database always among the checks, and ``/health/figures``."""
    # The gateway reads the checks above, and none of the REST framework.
    from common.observability.views import Figures

    return [
        path("health/live", live),
        path("health/ready", ready({"database": database, **checks})),
        path("health/figures", Figures.as_view()),
    ]


def _state(check: Check) -> str:
    try:
        check()
    except (Error, OSError) as error:
        return f"missing: {type(error).__name__}"
    return "ok"
