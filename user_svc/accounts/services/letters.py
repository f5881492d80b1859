"""Writing letters: those that carry tokens, each made for its letter, and those that warn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from common.events.outbox import publish
from user_svc.accounts import errors, events, selectors
from user_svc.accounts.adapters import mail
from user_svc.accounts.rules import Change
from user_svc.accounts.services.letter_tokens import EMAIL_VERIFICATION, PASSWORD_RESET


def mail_password_reset(*, letter_id: str, email: str, now: datetime) -> None:
    """Write to whoever forgot the password of this address, if anybody has it. Raises OSError."""
    user = selectors.user_with_email(email=email)
    if user is not None and user.is_active:
        token = PASSWORD_RESET.issue(user, now=now)
        mail.send_password_reset(letter_id, to=user.email, full_name=user.full_name, token=token)


def mail_email_verification(*, letter_id: str, user_id: UUID, now: datetime) -> None:
    """Write to the address that somebody has yet to show is theirs. Raises OSError."""
    try:
        user = selectors.user_of(user_id=user_id)
    except errors.UserNotFound:
        return
    if user.new_email or not user.is_email_verified:
        token = EMAIL_VERIFICATION.issue(user, now=now)
        mail.send_email_verification(letter_id, to=user.new_email or user.email, full_name=user.full_name, token=token)


def warn_owner(*, user_id: UUID, email: str, change: Change, now: datetime) -> None:
    """Have a letter written of how somebody signs in from now on, in the transaction of that change."""
    publish(events.credentials_changed(user_id=user_id, email=email, change=change, now=now))


def mail_credentials_changed(*, letter_id: str, user_id: UUID, email: str, change: str, changed_at: datetime) -> None:
    """Write of a change to whom it concerns, at the address that was theirs before. Raises OSError."""
    try:
        user = selectors.user_of(user_id=user_id)
    except errors.UserNotFound:
        return
    mail.send_credentials_changed(
        letter_id, to=email, full_name=user.full_name, change=Change(change), changed_at=changed_at
    )
