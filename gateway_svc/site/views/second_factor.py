"""What somebody shows besides their password: one-time codes, passkeys, recovery codes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from gateway_svc.gateway.site import Visit
from gateway_svc.gateway.users import PART_SECONDS, Answer
from gateway_svc.site.answering import SeeOther, View, again, page, signed_in
from gateway_svc.site.forms import ConfirmCodesForm, NewPasskeyForm, PasskeyRemovalForm, ProofForm, SiteForm

HERE = "/account/second-factor/"
FACTORS_PATH = "/api/v1/users/me/factors/"
TOTP_PATH = f"{FACTORS_PATH}totp/"
PASSKEYS_PATH = f"{FACTORS_PATH}passkeys/"
RECOVERY_CODES_PATH = f"{FACTORS_PATH}recovery-codes/"

_UNREADABLE = Answer(400, {"detail": "That cannot be read; please try again."})


def _proven(method: str, path: str, *, asked_in: str) -> Callable[[View], View]:
    """What takes the password anew, in this form of the overview: the view says what comes after a yes."""

    def decorate(view: View) -> View:
        @require_POST
        @signed_in
        @wraps(view)
        async def done(request: HttpRequest) -> HttpResponse:
            form = ProofForm(request.POST)
            answer = await _ask(request, method, path, form)
            if answer is None or not answer.is_good:
                return await _show(request, refused=answer, **{asked_in: form})
            response: HttpResponse = view(request, answer)
            return response

        return done

    return decorate


@require_safe
@signed_in
async def overview(request: HttpRequest) -> HttpResponse:
    """GET shows what there is."""
    return await _show(request)


@_proven("POST", TOTP_PATH, asked_in="codes")
def begin_codes(request: HttpRequest, answer: Answer) -> HttpResponse:
    """POST makes a secret, and shows it as a QR code."""
    return page(
        request, "confirm_codes", form=ConfirmCodesForm(initial=dict(answer.body)), qr=qr_code(str(answer.body["uri"]))
    )


@require_POST
@signed_in
async def confirm_codes(request: HttpRequest) -> HttpResponse:
    """POST turns one-time codes on with a first one."""
    visit, form = Visit.of(request), ConfirmCodesForm(request.POST)
    if not form.is_valid():
        return await _show(request, refused=_UNREADABLE)
    code = form.cleaned_data["code"].replace(" ", "")
    answer = await visit.users.ask("POST", f"{TOTP_PATH}confirm/", {"code": code}, by=visit.person, source=visit.source)
    if answer.is_good:
        return _recovery_codes(request, "One-time codes are on", answer)
    return again(request, "confirm_codes", form, answer, qr=qr_code(form.cleaned_data["uri"]))


@_proven("DELETE", TOTP_PATH, asked_in="codes")
def turn_off_codes(_request: HttpRequest, _answer: Answer) -> HttpResponse:
    """POST turns one-time codes off."""
    return SeeOther(f"{HERE}?done=codes-off")


@_proven("POST", RECOVERY_CODES_PATH, asked_in="recovery")
def renew_recovery_codes(request: HttpRequest, answer: Answer) -> HttpResponse:
    """POST makes new ones and voids the others."""
    return _recovery_codes(request, "New recovery codes", answer)


@require_POST
@signed_in
async def add_passkey(request: HttpRequest) -> HttpResponse:
    """POST keeps a passkey that a script had made."""
    visit, form = Visit.of(request), NewPasskeyForm(request.POST)
    credential = _object(form.cleaned_data["credential"]) if form.is_valid() else None
    if credential is None:
        return await _show(request, new_passkey=form, refused=_UNREADABLE)
    body = {"challenge": form.cleaned_data["challenge"], "credential": credential, "name": form.cleaned_data["name"]}
    answer = await visit.users.ask("POST", PASSKEYS_PATH, body, by=visit.person, source=visit.source)
    if not answer.is_good:
        return await _show(request, new_passkey=form, refused=answer)
    return _recovery_codes(request, "The passkey was added", answer)


@require_POST
@signed_in
async def remove_passkey(request: HttpRequest) -> HttpResponse:
    """POST removes one."""
    form = PasskeyRemovalForm(request.POST)
    path = f"{PASSKEYS_PATH}{form.cleaned_data['passkey']}/" if form.is_valid() else PASSKEYS_PATH
    answer = await _ask(request, "DELETE", path, form)
    if answer is None or not answer.is_good:
        return await _show(request, refused=answer or _UNREADABLE)
    return SeeOther(f"{HERE}?done=passkey-removed")


def qr_code(uri: str) -> SafeString:
    """An SVG that stands in the page itself: no other address ever gets to see the secret."""
    return mark_safe(segno.make(uri, error="m").svg_inline(omitsize=True, border=0))  # noqa: S308 – segno escapes


async def _ask(request: HttpRequest, method: str, path: str, form: ProofForm) -> Answer | None:
    """With the password from the form; None when there is none."""
    if not form.is_valid():
        return None
    visit = Visit.of(request)
    body = {"current": form.cleaned_data["current"]}
    return await visit.users.ask(method, path, body, by=visit.person, source=visit.source)


async def _show(request: HttpRequest, *, refused: Answer | None = None, **forms: SiteForm) -> HttpResponse:
    """All of it, with the form that was refused."""
    visit = Visit.of(request)
    factors, passkeys = await asyncio.gather(
        *(visit.users.ask("GET", path, by=visit.person, seconds=PART_SECONDS) for path in (FACTORS_PATH, PASSKEYS_PATH))
    )
    usual: dict[str, SiteForm] = {
        "codes": ProofForm(auto_id="codes_%s"),
        "recovery": ProofForm(auto_id="recovery_%s"),
        "new_passkey": NewPasskeyForm(auto_id="new_%s"),
    }
    status = refused.status if refused else (400 if forms else 200)
    response = page(
        request,
        "second_factor_overview",
        status=status,
        factors=factors.body if factors.is_good else None,
        passkeys=passkeys.body.get("results", []),
        refusal=_sentence(refused),
        has_second_factor=visit.person.has_second_factor,
        **{**usual, **forms},
    )
    if refused and refused.retry_after:
        response["Retry-After"] = refused.retry_after
    return response


def _recovery_codes(request: HttpRequest, title: str, answer: Answer) -> HttpResponse:
    """Shown this once."""
    return page(request, "recovery_codes", title=title, codes=answer.body.get("recovery_codes", []))


def _sentence(refused: Answer | None) -> str:
    if refused is None:
        return ""
    return next((reasons[0] for reasons in refused.errors.values() if reasons), refused.detail)


def _object(text: str) -> dict[str, Any] | None:
    try:
        credential = json.loads(text)
    except ValueError:
        return None
    return credential if isinstance(credential, dict) else None
