"""Changing passwords, and replacing forgotten ones."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from common.errors import TooManyRequests
from common.events.outbox import publish
from user_svc.accounts import errors, events, rules, selectors
from user_svc.accounts.models import User
from user_svc.accounts.services import allowances, guesses
from user_svc.accounts.services.letter_tokens import PASSWORD_RESET
from user_svc.accounts.services.letters import warn_owner
from user_svc.accounts.services.sessions import end_sessions_of
from user_svc.factors import services as factors


def faults_of(password: str, user: User) -> list[str]:
    """Why this person may not have this password; empty if they may."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return list(error.messages)
    return []


def change_password(*, user_id: UUID, session_id: str, current: str, new: str, source: str, now: datetime) -> None:
    """Replace a password, and end all sessions of its owner but this one.

    Raises WrongPassword, AccountNotAcceptable, TooManyRequests or PasswordChangedMeanwhile.
    """
    user = selectors.user_of(user_id=user_id)
    guesses.prove(user, current, field="current", source=source, now=now)
    hashed = _hash(new, user)
    with transaction.atomic():
        _replace(guesses.lock_proved(user), hashed, now=now, but=session_id)


def request_password_reset(*, email: str, now: datetime) -> None:
    """Have a letter sent to this address if there is such an account, unless one was requested too often.

    The account is looked up later, by a handler, so neither the response nor its time reveals whether there is one.
    """
    address = rules.normalised_email(email)
    try:
        allowances.take(rules.digest_of(f"password letters to {address}"), rules.LETTERS, now=now)
    except TooManyRequests:
        return
    with transaction.atomic():
        publish(events.password_reset_requested(address))


def reset_password(*, token: str, new: str, source: str, now: datetime) -> None:
    """Replace a forgotten password, and end all sessions of its owner. Raises BadLetterToken, AccountNotAcceptable.

    The token also proves that the address belongs to the person who has read the letter.
    """
    hashed = _hash(new, PASSWORD_RESET.holder(token, now=now))
    with transaction.atomic():
        user = PASSWORD_RESET.locked_holder(token, now=now)
        take_over(user, now=now)
        _replace(user, hashed, now=now)
    guesses.trust(email=user.email, source=source, now=now)


def take_over(user: User, *, now: datetime) -> None:
    """Give an account with an unverified address to the owner of that address; the caller has locked the account.

    Its second factors are removed: an attacker could have signed up with somebody else's address, added a passkey, and
    waited for them to take over the account.
    """
    if user.is_email_verified:
        return
    user.email_verified_at = now
    user.save(update_fields=["email_verified_at", "updated_at"])
    factors.remove_factors_of_another(user_id=user.id, now=now)


def _hash(new: str, user: User) -> str:
    """The hash to store. It is slow by design: not to be called in a transaction. Raises AccountNotAcceptable."""
    if faults := faults_of(new, user):
        raise errors.AccountNotAcceptable(errors={"new": faults})
    return make_password(new)


def _replace(user: User, hashed: str, *, now: datetime, but: str = "") -> None:
    """Set the new hash, end sessions and drop a pending change of address. The caller has locked the account."""
    user.password, user.new_email = hashed, ""
    user.save(update_fields=["password", "new_email", "updated_at"])
    end_sessions_of(user_id=user.id, now=now, but=but)
    warn_owner(user_id=user.id, email=user.email, change=rules.Change.PASSWORD_CHANGED, now=now)
