"""What the views of the site have in common: how they show a page, and how they say no."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from common.api.problems import problem_response
from gateway_svc.browsers import rules
from gateway_svc.browsers.services import Tokens
from gateway_svc.gateway.cookies import NAME as COOKIE
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.principals import ANONYMOUS
from gateway_svc.gateway.problem_pages import SIGN_IN_PATH, page_of, sign_in_address
from gateway_svc.gateway.problems import NotSignedIn, Problem
from gateway_svc.gateway.request_head import request_target
from gateway_svc.gateway.site import Visit
from gateway_svc.gateway.users import Answer

HOME = "/account/"
NOTICES = {
    "password": "Your password was changed, and you were signed out everywhere else.",
    "reset": "Your password was changed. Sign in with the new one.",
    "verified": "Thank you: your e-mail address is verified.",
    "letter": "A letter is on its way to you.",
    "codes-off": "One-time codes are turned off.",
    "passkey-removed": "The passkey was removed.",
}
"""What a page may have to say of the one before it."""
_CHALLENGE = 'Bearer realm="opencommerce"'
_LONGEST_NEXT = 2000

# Django's types know no views that are coroutines.
View = Callable[..., Any]


class SeeOther(HttpResponseRedirect):
    """Go on there, with GET (RFC 9110, 15.4.4)."""

    status_code = 303


def page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """One of our templates."""
    usual = {"person": Visit.of(request).person, "notice": NOTICES.get(request.GET.get("done", ""))}
    return render(request, f"site/{name}.html", {**usual, **context}, status=status)


def again(request: HttpRequest, name: str, form: Form, answer: Answer, **context: Any) -> HttpResponse:
    """The same page, with what user_svc had against it."""
    for field, reasons in answer.errors.items():
        form.add_error(field if field in form.fields else None, reasons)
    if not answer.errors:
        form.add_error(None, answer.detail)
    response = page(request, name, status=answer.status, form=form, **context)
    if answer.status == 401:
        response["WWW-Authenticate"] = _CHALLENGE
    if answer.retry_after:
        response["Retry-After"] = answer.retry_after
    return response


def form_page(name: str, kind: type[Form], *, sends_to: str, as_oneself: bool = False) -> Callable[[View], View]:
    """A page with one form, which user_svc is asked about at this path; the view says what comes after a yes.

    It is called with the form and the answer.
    """

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        async def shown(request: HttpRequest) -> HttpResponse:
            if request.method != "POST":
                return page(request, name, form=kind())
            visit, form = Visit.of(request), kind(request.POST)
            if not form.is_valid():
                return page(request, name, status=400, form=form)
            by = visit.person if as_oneself else ANONYMOUS
            answer = await visit.users.ask("POST", sends_to, form.cleaned_data, by=by, source=visit.source)
            if not answer.is_good:
                return again(request, name, form, answer)
            response: HttpResponse = view(request, form, answer)
            return response

        return shown

    return decorate


def refuse(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The same answer as elsewhere in the gateway: a page, the way to the sign-in page, or for a program a problem."""
    exchange: Exchange = request.scope["exchange"]  # type: ignore[attr-defined]
    response: HttpResponse
    if problem.status == 401 and exchange.is_strange_visitor(str(request.method)):
        return SeeOther(sign_in_address(request_target(request.scope)))  # type: ignore[attr-defined]
    if exchange.wants_page:
        response = HttpResponse(page_of(problem, exchange.principal), status=problem.status)
    else:
        response = problem_response(status=problem.status, code=problem.code, detail=problem.detail)
    for name, value in problem.headers:
        response[name.decode()] = value.decode()
    return response


def destination(text: str | None, default: str = HOME) -> str:
    """Where somebody wanted to go, if that is a path of ours: nobody is led to another site from here."""
    path = text or ""
    is_ours = path.startswith("/") and path.isprintable() and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours and len(path) <= _LONGEST_NEXT and not path.startswith(SIGN_IN_PATH) else default


async def enter(request: HttpRequest, answer: Answer, to: str) -> HttpResponse:
    """Sign the browser in with the tokens in this answer, under a new cookie, and go on."""
    visit = Visit.of(request)
    if visit.cookie:
        await visit.browsers.end(visit.cookie)
    tokens = Tokens(access=answer.body["access"], refresh=answer.body["refresh"])
    cookie = await visit.browsers.begin(tokens)
    rotate_token(request)
    response = SeeOther(to)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=rules.LIFETIME,
        secure=settings.CSRF_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


async def leave(request: HttpRequest, to: str) -> HttpResponse:
    """Sign the browser out, and go on."""
    visit = Visit.of(request)
    if visit.cookie:
        await visit.browsers.end(visit.cookie)
    rotate_token(request)
    response = SeeOther(to)
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def signed_in(view: View) -> View:
    """Only for somebody in particular. Raises NotSignedIn."""

    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if Visit.of(request).person.is_anonymous:
            raise NotSignedIn
        response: HttpResponse = await view(request, *args, **kwargs)
        return response

    return guarded
