"""Where people arrive."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from gateway_svc.site.answering import page


@require_safe
async def welcome(request: HttpRequest) -> HttpResponse:
    """GET shows where everything is."""
    return page(request, "welcome")


@require_safe
async def icon(_request: HttpRequest) -> HttpResponse:
    """GET leads to the icon, where a browser looks for it on pages that name none."""
    return HttpResponsePermanentRedirect(static("pages/icon.svg"))
