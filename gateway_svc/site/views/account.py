"""Who somebody is, and what they change about it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gateway_svc.gateway.site import Visit
from gateway_svc.site.answering import page, signed_in

ME_PATH = "/api/v1/users/me/"


@require_safe
@signed_in
async def overview(request: HttpRequest) -> HttpResponse:
    """GET shows the account."""
    visit = Visit.of(request)
    answer = await visit.users.ask("GET", ME_PATH, by=visit.person)
    return page(request, "account", account=answer.body if answer.is_good else None)
