"""People's profiles, and the verification of their e-mail addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from common.errors import DomainError
from common.events.outbox import publish
from user_svc.accounts import errors, events, rules, selectors
from user_svc.accounts.models import EMAIL_IS_UNIQUE, User
from user_svc.accounts.services import allowances, guesses
from user_svc.accounts.services.letter_tokens import EMAIL_VERIFICATION
from user_svc.accounts.services.letters import warn_owner

_TOLD = {"full_name", "locale"}


def change_profile(*, user_id: UUID, changes: Mapping[str, str], current: str, source: str, now: datetime) -> User:
    """Change the given fields. A new e-mail address requires the ``current`` password, and applies once it is verified.

    Raises AccountNotAcceptable, WrongPassword, TooManyRequests or PasswordChangedMeanwhile.
    """
    values = dict(changes)
    user = selectors.user_of(user_id=user_id)
    if "email" in values:
        values["new_email"] = _wanted_address(values.pop("email"), user)
    if not values.get("new_email"):
        with transaction.atomic():
            return _change(selectors.locked_user(user_id=user_id), values)
    _take_letter(user, now=now)  # before the password is hashed, which is expensive
    try:
        guesses.prove(user, current, field="current", source=source, now=now)
    except DomainError:
        _give_letter_back(user)
        raise
    with transaction.atomic():
        user = _change(guesses.lock_proved(user), values)
        publish(events.email_verification_requested(user))
        warn_owner(user_id=user.id, email=user.email, change=rules.Change.EMAIL_WANTED, now=now)
        return user


@transaction.atomic
def request_email_verification(*, user_id: UUID, now: datetime) -> None:
    """Have another letter sent to a person who has yet to verify an address. Raises UserNotFound, TooManyRequests."""
    user = selectors.locked_user(user_id=user_id)
    if user.new_email or not user.is_email_verified:
        _take_letter(user, now=now)
        publish(events.email_verification_requested(user))


@transaction.atomic
def verify_email(*, token: str, now: datetime) -> None:
    """Mark the address that a letter was sent to as verified, and use it. Raises BadLetterToken or EmailTaken."""
    user = EMAIL_VERIFICATION.locked_holder(token, now=now)
    user.email_verified_at = now
    if not user.new_email:
        user.save(update_fields=["email_verified_at", "updated_at"])
        return
    before, user.email, user.new_email = user.email, user.new_email, ""
    user.version += 1
    _save_address(user)
    warn_owner(user_id=user.id, email=before, change=rules.Change.EMAIL_CHANGED, now=now)
    publish(events.profile_changed(user))


def _change(user: User, values: Mapping[str, str]) -> User:
    """Save what has changed, if anything, and tell of it. The caller has locked the account."""
    changed = {name for name, value in values.items() if getattr(user, name) != value}
    for name in changed:
        setattr(user, name, values[name])
    if changed & _TOLD:
        user.version += 1
        publish(events.profile_changed(user))
    if changed:
        user.save(update_fields=[*changed, "version", "updated_at"])
    return user


def _wanted_address(email: str, user: User) -> str:
    """The new address that a person wants; empty if it is the one they have. Raises AccountNotAcceptable."""
    address = rules.normalised_email(email)
    try:
        User._meta.get_field("email").clean(address, user)
    except ValidationError as error:
        raise errors.AccountNotAcceptable(errors={"email": list(error.messages)}) from None
    return "" if address == user.email else address


def _take_letter(user: User, *, now: datetime) -> None:
    allowances.take(_letters_of(user), rules.LETTERS, now=now)


def _give_letter_back(user: User) -> None:
    allowances.give_back(_letters_of(user), rules.LETTERS)


def _letters_of(user: User) -> str:
    return rules.digest_of(f"verification letters of {user.id}")


def _save_address(user: User) -> None:
    try:
        user.save(update_fields=["email", "new_email", "email_verified_at", "version", "updated_at"])
    except IntegrityError as error:
        if EMAIL_IS_UNIQUE in str(error):
            raise errors.EmailTaken from None
        raise
