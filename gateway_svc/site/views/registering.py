"""Signing up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from gateway_svc.gateway.site import Visit
from gateway_svc.site.answering import again, destination, enter, page
from gateway_svc.site.forms import RegistrationForm

REGISTER_PATH = "/api/v1/auth/register/"


@require_http_methods(["GET", "HEAD", "POST"])
async def register(request: HttpRequest) -> HttpResponse:
    """GET shows the form, POST makes an account and signs its owner in."""
    to = destination(request.POST.get("next") or request.GET.get("next"))
    if request.method != "POST":
        return page(request, "register", form=RegistrationForm(), next=to)
    visit, form = Visit.of(request), RegistrationForm(request.POST)
    if not form.is_valid():
        return page(request, "register", status=400, form=form, next=to)
    answer = await visit.users.ask("POST", REGISTER_PATH, form.cleaned_data, source=visit.source)
    if answer.is_good:
        return await enter(request, answer, to)
    return again(request, "register", form, answer, next=to)
