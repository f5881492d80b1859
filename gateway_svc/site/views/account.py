"""Who somebody is, and what they change about it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gateway_svc.gateway.site import Visit
from gateway_svc.gateway.users import PART_SECONDS, Answer
from gateway_svc.site.answering import HOME, SeeOther, form_page, page, signed_in
from gateway_svc.site.forms import PasswordChangeForm

ME_PATH = "/api/v1/users/me/"
CHANGE_PASSWORD_PATH = "/api/v1/auth/password/change/"  # noqa: S105 – no password


@require_safe
@signed_in
async def overview(request: HttpRequest) -> HttpResponse:
    """GET shows the account."""
    visit = Visit.of(request)
    answer = await visit.users.ask("GET", ME_PATH, by=visit.person, seconds=PART_SECONDS)
    return page(request, "account", account=answer.body if answer.is_good else None)


@signed_in
@form_page("change_password", PasswordChangeForm, sends_to=CHANGE_PASSWORD_PATH, as_oneself=True)
def change_password(_request: HttpRequest, _form: PasswordChangeForm, _answer: Answer) -> HttpResponse:
    """POST replaces the password, and signs its owner out everywhere but here."""
    return SeeOther(f"{HOME}?done=password")


@require_safe
@signed_in
async def notifications(request: HttpRequest) -> HttpResponse:
    """GET shows the live feed; a script fills it."""
    return page(request, "notifications")
