"""Sending letters: those with a token, which is made at that moment, and warnings."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from common.events.outbox import publish
from user_svc.accounts import errors, events, selectors
from user_svc.accounts.adapters import mail
from user_svc.accounts.rules import Change
from user_svc.accounts.services.letter_tokens import EMAIL_VERIFICATION, PASSWORD_RESET


def mail_password_reset(*, letter_id: str, email: str, now: datetime) -> None:
    """Mail a token for a new password to the account with this address, if there is one. Raises OSError."""
    user = selectors.user_with_email(email=email)
    if user is not None and user.is_active:
        token = PASSWORD_RESET.issue(user, now=now)
        mail.send_password_reset(letter_id, to=user.email, full_name=user.full_name, token=token)


def mail_email_verification(*, letter_id: str, user_id: UUID, now: datetime) -> None:
    """Mail a token to the address that a person has yet to verify, if there is one. Raises OSError."""
    try:
        user = selectors.user_of(user_id=user_id)
    except errors.UserNotFound:
        return
    if user.new_email or not user.is_email_verified:
        token = EMAIL_VERIFICATION.issue(user, now=now)
        mail.send_email_verification(letter_id, to=user.new_email or user.email, full_name=user.full_name, token=token)


def warn_owner(*, user_id: UUID, email: str, change: Change, now: datetime) -> None:
    """Have a letter sent about a change of a person's credentials, in the transaction of that change."""
    publish(events.credentials_changed(user_id=user_id, email=email, change=change, now=now))


def mail_credentials_changed(*, letter_id: str, user_id: UUID, email: str, change: str, changed_at: datetime) -> None:
    """Mail a warning of changed credentials, to the address that the account had before the change. Raises OSError."""
    try:
        user = selectors.user_of(user_id=user_id)
    except errors.UserNotFound:
        return
    mail.send_credentials_changed(
        letter_id, to=email, full_name=user.full_name, change=Change(change), changed_at=changed_at
    )
