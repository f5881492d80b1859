"""Writing the letters that carry tokens, each token made for its letter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from user_svc.accounts import errors, selectors
from user_svc.accounts.adapters import mail
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
