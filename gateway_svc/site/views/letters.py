"""Where the links of letters lead: their tokens stand behind the # of the address, where no server sees them.

A script moves the token into the form; without one, people copy it from the letter.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from gateway_svc.gateway.site import Visit
from gateway_svc.gateway.users import Answer
from gateway_svc.site.answering import HOME, SeeOther, form_page, page, signed_in
from gateway_svc.site.forms import EmailForm, LetterTokenForm, PasswordResetForm

RESET_PATH = "/api/v1/auth/password/reset/"
CONFIRM_PATH = "/api/v1/auth/password/reset/confirm/"
VERIFY_PATH = "/api/v1/auth/email/verify/"
ANOTHER_LETTER_PATH = "/api/v1/auth/email/verify/request/"


@form_page("forgot_password", EmailForm, sends_to=RESET_PATH)
def forgot_password(request: HttpRequest, form: EmailForm, _answer: Answer) -> HttpResponse:
    """POST has a letter sent, if there is such an account; the page does not say."""
    return page(request, "letter_sent", email=form.cleaned_data["email"])


@form_page("reset_password", PasswordResetForm, sends_to=CONFIRM_PATH)
def reset_password(_request: HttpRequest, _form: PasswordResetForm, _answer: Answer) -> HttpResponse:
    """POST trades the token of a letter for a new password."""
    return SeeOther("/login/?done=reset")


@form_page("verify_email", LetterTokenForm, sends_to=VERIFY_PATH)
def verify_email(request: HttpRequest, _form: LetterTokenForm, _answer: Answer) -> HttpResponse:
    """POST shows, with the token of a letter, whose the address is. Whoever has the letter need not be signed in."""
    return SeeOther(("/login/" if Visit.of(request).person.is_anonymous else HOME) + "?done=verified")


@require_POST
@signed_in
async def another_letter(request: HttpRequest) -> HttpResponse:
    """POST has another letter sent to an address that is to be verified."""
    visit = Visit.of(request)
    answer = await visit.users.ask("POST", ANOTHER_LETTER_PATH, {}, by=visit.person, source=visit.source)
    return SeeOther(f"{HOME}?done=letter") if answer.is_good else SeeOther(HOME)
