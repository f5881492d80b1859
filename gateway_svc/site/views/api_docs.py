"""The page on which the API is read and tried."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from gateway_svc.site.answering import page


@require_safe
@ensure_csrf_cookie
def api_docs(request: HttpRequest) -> HttpResponse:
    """GET shows it. What is tried there is done in the name of whoever is signed in, or of a token that is pasted."""
    return page(request, "api_docs", here=request.path)
