"""One-time codes, which an authenticator computes from a secret and the time (TOTP, RFC 6238)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp
from cryptography.fernet import InvalidToken
from django.db import transaction
from pyotp.exceptions import OTPVerificationError

from user_svc.accounts import selectors as people
from user_svc.accounts import services as accounts
from user_svc.accounts.services import guesses
from user_svc.factors import errors, rules, selectors
from user_svc.factors.models import Totp
from user_svc.factors.services import changes, sealing

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs, shown once."""

    secret: str
    uri: str


def begin_totp(*, user_id: UUID, current: str, source: str, now: datetime) -> Enrolment:
    """Create a secret, which takes effect once it is confirmed.

    Raises WrongPassword, TooManyRequests, PasswordChangedMeanwhile or TotpIsOn.
    """
    user = people.user_of(user_id=user_id)
    guesses.prove(user, current, field="current", source=source, now=now)
    secret = pyotp.random_base32()
    with transaction.atomic():
        guesses.lock_proved(user)
        if selectors.confirmed_totp_of(user_id=user_id):
            raise errors.TotpIsOn
        Totp.objects.update_or_create(user_id=user_id, defaults={"sealed_secret": sealing.seal(secret)})
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=rules.ISSUER))


def confirm_totp(*, user_id: UUID, session_id: str, code: str, source: str, now: datetime) -> list[str]:
    """Turn one-time codes on, by a first one. Returns recovery codes if the person has none.

    Raises TotpNotBegun, TotpIsOn, WrongCode or TooManyRequests.
    """
    user = people.user_of(user_id=user_id)
    guess = guesses.begin(email=user.email, source=source, target=guesses.CODES, now=now)
    with transaction.atomic():
        people.locked_user(user_id=user_id)
        _confirm(user_id=user_id, code=code, now=now)
        codes = changes.turned_on(
            user_id=user_id, email=user.email, change=accounts.Change.TOTP_ON, session_id=session_id, now=now
        )
    guesses.succeed(guess)
    return codes


def remove_totp(*, user_id: UUID, session_id: str, current: str, source: str, now: datetime) -> None:
    """Turn one-time codes off. Raises WrongPassword, TooManyRequests, PasswordChangedMeanwhile or TotpNotFound."""
    user = people.user_of(user_id=user_id)
    guesses.prove(user, current, field="current", source=source, now=now)
    with transaction.atomic():
        guesses.lock_proved(user)
        totp = selectors.confirmed_totp_of(user_id=user_id)
        if totp is None:
            raise errors.TotpNotFound
        totp.delete()
        changes.turned_off(
            user_id=user_id, email=user.email, change=accounts.Change.TOTP_OFF, session_id=session_id, now=now
        )


def use_code(*, user_id: UUID, code: str, now: datetime) -> tuple[str, ...]:
    """Use up a code; the caller has locked the account. Raises WrongAnswer. Returns the ``amr`` (RFC 8176)."""
    totp = selectors.confirmed_totp_of(user_id=user_id)
    step = totp and _fresh_step(totp, code, now=now)
    if not totp or not step:
        raise errors.WrongAnswer
    totp.last_step = step
    totp.save(update_fields=["last_step", "updated_at"])
    return ("otp",)


def _confirm(*, user_id: UUID, code: str, now: datetime) -> None:
    totp = selectors.totps_of(user_id=user_id).first()
    if totp is None:
        raise errors.TotpNotBegun
    if totp.confirmed_at:
        raise errors.TotpIsOn
    step = _fresh_step(totp, code, now=now)
    if not step:
        raise errors.WrongCode(errors={"code": ["This is not the code that your authenticator shows now."]})
    totp.last_step, totp.confirmed_at = step, now
    totp.save(update_fields=["last_step", "confirmed_at", "updated_at"])


def _fresh_step(totp: Totp, code: str, *, now: datetime) -> int | None:
    """The time step of a valid code; None for a wrong one, or if one of that step or a later one was used before."""
    try:
        generator = pyotp.TOTP(sealing.unseal(totp.sealed_secret))
        step = generator.verify_and_get_timecode(code, for_time=now, valid_window=rules.TOTP_WINDOW)
    except OTPVerificationError:
        return None
    except InvalidToken:
        logger.error("no key of USER_SVC_FACTOR_KEYS decrypts the secret of a second factor")
        return None
    return step if step > totp.last_step else None
