"""Where the links of letters lead: their tokens stand behind the # of the address, where no server sees them.

A script moves the token into the form; without one, people copy it from the letter.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from gateway_svc.gateway.site import Visit
from gateway_svc.site.answering import HOME, SeeOther, again, page, signed_in
from gateway_svc.site.forms import EmailForm, LetterTokenForm, PasswordResetForm

RESET_PATH = "/api/v1/auth/password/reset/"
CONFIRM_PATH = "/api/v1/auth/password/reset/confirm/"
VERIFY_PATH = "/api/v1/auth/email/verify/"
ANOTHER_LETTER_PATH = "/api/v1/auth/email/verify/request/"
_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(_METHODS)
async def forgot_password(request: HttpRequest) -> HttpResponse:
    """POST has a letter sent, if there is such an account; the page does not say."""
    if request.method != "POST":
        return page(request, "forgot_password", form=EmailForm())
    visit, form = Visit.of(request), EmailForm(request.POST)
    if not form.is_valid():
        return page(request, "forgot_password", status=400, form=form)
    answer = await visit.users.ask("POST", RESET_PATH, form.cleaned_data, source=visit.source)
    if answer.is_good:
        return page(request, "letter_sent", email=form.cleaned_data["email"])
    return again(request, "forgot_password", form, answer)


@require_http_methods(_METHODS)
async def reset_password(request: HttpRequest) -> HttpResponse:
    """POST trades the token of a letter for a new password."""
    if request.method != "POST":
        return page(request, "reset_password", form=PasswordResetForm())
    visit, form = Visit.of(request), PasswordResetForm(request.POST)
    if not form.is_valid():
        return page(request, "reset_password", status=400, form=form)
    answer = await visit.users.ask("POST", CONFIRM_PATH, form.cleaned_data, source=visit.source)
    return SeeOther("/login/?done=reset") if answer.is_good else again(request, "reset_password", form, answer)


@require_http_methods(_METHODS)
async def verify_email(request: HttpRequest) -> HttpResponse:
    """POST shows, with the token of a letter, whose the address is. Whoever has the letter need not be signed in."""
    if request.method != "POST":
        return page(request, "verify_email", form=LetterTokenForm())
    visit, form = Visit.of(request), LetterTokenForm(request.POST)
    if not form.is_valid():
        return page(request, "verify_email", status=400, form=form)
    answer = await visit.users.ask("POST", VERIFY_PATH, form.cleaned_data, source=visit.source)
    if not answer.is_good:
        return again(request, "verify_email", form, answer)
    return SeeOther(("/login/" if visit.person.is_anonymous else HOME) + "?done=verified")


@require_POST
@signed_in
async def another_letter(request: HttpRequest) -> HttpResponse:
    """POST has another letter sent to an address that is to be verified."""
    visit = Visit.of(request)
    answer = await visit.users.ask("POST", ANOTHER_LETTER_PATH, {}, by=visit.person, source=visit.source)
    return SeeOther(f"{HOME}?done=letter") if answer.is_good else SeeOther(HOME)
