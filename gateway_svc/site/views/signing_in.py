"""Signing in, in one step or two, and signing out."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from gateway_svc.gateway.problem_pages import SIGN_IN_PATH, sign_in_address
from gateway_svc.gateway.site import Visit
from gateway_svc.gateway.users import Answer
from gateway_svc.site.answering import SeeOther, again, destination, enter, leave, page
from gateway_svc.site.forms import PasskeyForm, SecondFactorForm, SignInForm

TOKEN_PATH = "/api/v1/auth/token/"  # noqa: S105 – no password
SECOND_FACTOR_PATH = "/api/v1/auth/token/second-factor/"
PASSKEY_PATH = "/api/v1/auth/token/passkey/"

_UNREADABLE = Answer(400, {"detail": "That cannot be read; please try again."})
_NOTHING_GIVEN = Answer(400, {"detail": "Give the code that your authenticator shows, or a recovery code."})


@require_http_methods(["GET", "HEAD", "POST"])
async def sign_in(request: HttpRequest) -> HttpResponse:
    """GET shows the form, POST takes an e-mail address and a password."""
    visit, to = Visit.of(request), _to(request)
    if request.method != "POST":
        if visit.person.is_anonymous:
            return page(request, "sign_in", form=SignInForm(), next=to)
        return SeeOther(to)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return page(request, "sign_in", status=400, form=form, next=to)
    answer = await visit.users.ask("POST", TOKEN_PATH, form.cleaned_data, source=visit.source)
    if answer.is_good:
        return await enter(request, answer, to)
    if answer.code == "second_factor_required":
        methods = ",".join(answer.body["methods"])
        second = SecondFactorForm(initial={"challenge": answer.body["challenge"], "methods": methods})
        return _second_page(request, second, methods, to)
    return again(request, "sign_in", form, answer, next=to)


@require_http_methods(["GET", "HEAD", "POST"])
async def second_factor(request: HttpRequest) -> HttpResponse:
    """POST takes the second step. It is nowhere to begin."""
    if request.method != "POST":
        return SeeOther(SIGN_IN_PATH)
    visit, to = Visit.of(request), _to(request)
    form = SecondFactorForm(request.POST)
    if not form.is_valid():
        return again(request, "sign_in", _emptied(), _UNREADABLE, next=to)
    methods = form.cleaned_data["methods"]
    shown = _assertion(form.cleaned_data["assertion"]) or form.answer()
    if not shown:
        return _second_page(request, form, methods, to, answer=_NOTHING_GIVEN)
    body = {"challenge": form.cleaned_data["challenge"], **shown}
    answer = await visit.users.ask("POST", SECOND_FACTOR_PATH, body, source=visit.source)
    if answer.is_good:
        return await enter(request, answer, to)
    if answer.code == "invalid_challenge":
        return again(request, "sign_in", _emptied(), answer, next=to)
    return _second_page(request, form, methods, to, answer=answer)


@require_POST
async def passkey(request: HttpRequest) -> HttpResponse:
    """POST signs somebody in by a passkey alone."""
    visit, to = Visit.of(request), _to(request)
    form = PasskeyForm(request.POST)
    shown = _assertion(form.cleaned_data["assertion"]) if form.is_valid() else {}
    if not shown:
        return again(request, "sign_in", _emptied(), _UNREADABLE, next=to)
    body = {"challenge": form.cleaned_data["challenge"], **shown}
    answer = await visit.users.ask("POST", PASSKEY_PATH, body, source=visit.source)
    if answer.is_good:
        return await enter(request, answer, to)
    return again(request, "sign_in", _emptied(), answer, next=to)


@require_http_methods(["GET", "HEAD", "POST"])
async def sign_out(request: HttpRequest) -> HttpResponse:
    """GET asks whether one means it, POST does it."""
    if request.method == "POST":
        return await leave(request, sign_in_address(destination(request.POST.get("next"), "").encode()))
    return page(request, "sign_out")


def _to(request: HttpRequest) -> str:
    return destination(request.POST.get("next") or request.GET.get("next"))


def _emptied() -> SignInForm:
    """The form of the first step, to say on it why one is back there."""
    form = SignInForm(data={})
    form.full_clean()
    form.errors.clear()
    return form


def _second_page(
    request: HttpRequest, form: SecondFactorForm, methods: str, to: str, *, answer: Answer | None = None
) -> HttpResponse:
    shown = methods.split(",")
    if answer:
        return again(request, "second_factor", form, answer, methods=shown, next=to)
    return page(request, "second_factor", form=form, methods=shown, next=to)


def _assertion(text: str) -> dict[str, object]:
    """What a passkey signed, as a script wrote it down; empty where there is none or it cannot be read."""
    try:
        assertion = json.loads(text) if text else None
    except ValueError:
        return {}
    return {"assertion": assertion} if isinstance(assertion, dict) else {}
