"""The page on which the API begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gateway_svc.gateway.api_root import ADDRESSES
from gateway_svc.site.answering import page


@require_safe
async def api_root(request: HttpRequest) -> HttpResponse:
    """GET shows what programs get as JSON: where everything is."""
    addresses = [(name.replace("_", " ").capitalize(), path, what) for name, (path, what) in ADDRESSES.items()]
    response = page(request, "api_root", addresses=addresses, here=request.path)
    response["Vary"] = "Accept, Cookie"
    return response
