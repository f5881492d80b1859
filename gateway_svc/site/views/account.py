"""Who somebody is, and what they change about it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from gateway_svc.gateway.site import Visit
from gateway_svc.site.answering import HOME, SeeOther, again, page, signed_in
from gateway_svc.site.forms import PasswordChangeForm

ME_PATH = "/api/v1/users/me/"
CHANGE_PASSWORD_PATH = "/api/v1/auth/password/change/"  # noqa: S105 – no password


@require_safe
@signed_in
async def overview(request: HttpRequest) -> HttpResponse:
    """GET shows the account."""
    visit = Visit.of(request)
    answer = await visit.users.ask("GET", ME_PATH, by=visit.person)
    return page(request, "account", account=answer.body if answer.is_good else None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
async def change_password(request: HttpRequest) -> HttpResponse:
    """POST replaces the password, and signs its owner out everywhere but here."""
    if request.method != "POST":
        return page(request, "change_password", form=PasswordChangeForm())
    visit, form = Visit.of(request), PasswordChangeForm(request.POST)
    if not form.is_valid():
        return page(request, "change_password", status=400, form=form)
    answer = await visit.users.ask(
        "POST", CHANGE_PASSWORD_PATH, form.cleaned_data, by=visit.person, source=visit.source
    )
    return SeeOther(f"{HOME}?done=password") if answer.is_good else again(request, "change_password", form, answer)


@require_safe
@signed_in
async def notifications(request: HttpRequest) -> HttpResponse:
    """GET shows the live feed; a script fills it."""
    return page(request, "notifications")
