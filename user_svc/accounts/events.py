"""What user_svc tells of accounts."""

import uuid
from datetime import datetime

from common.contracts import (
    CredentialsChanged,
    EmailVerificationRequested,
    PasswordResetRequested,
    ProfileChanged,
    SessionEnded,
    UserRegistered,
)
from user_svc.accounts.models import Session, User


def user_registered(user: User) -> UserRegistered:
    """A new account."""
    return UserRegistered(
        user_id=str(user.id),
        version=user.version,
        email=user.email,
        full_name=user.full_name,
        roles=tuple(user.roles),
    )


def profile_changed(user: User) -> ProfileChanged:
    """All that other services may know of a person."""
    return ProfileChanged(
        user_id=str(user.id),
        version=user.version,
        email=user.email,
        full_name=user.full_name,
        roles=tuple(user.roles),
        locale=user.locale,
        is_active=user.is_active,
    )


def password_reset_requested(email: str) -> PasswordResetRequested:
    """A request is an aggregate of its own, of which nothing else is ever told, so its version is always 1."""
    return PasswordResetRequested(request_id=str(uuid.uuid4()), version=1, email=email)


def email_verification_requested(user: User) -> EmailVerificationRequested:
    """The same for a request to verify an address."""
    return EmailVerificationRequested(request_id=str(uuid.uuid4()), version=1, user_id=str(user.id))


def credentials_changed(*, user_id: uuid.UUID, email: str, change: str, now: datetime) -> CredentialsChanged:
    """The same for a change; ``email`` is the address at which the account's owner is told of it."""
    return CredentialsChanged(
        change_id=str(uuid.uuid4()),
        version=1,
        user_id=str(user_id),
        email=email,
        change=change,
        changed_at=now.isoformat(),
    )


def session_ended(session: Session) -> SessionEnded:
    """The only fact about a session, so its version is always 1."""
    if session.ended_at is None:
        raise ValueError("the session goes on")
    return SessionEnded(
        session_id=str(session.id),
        version=1,
        user_id=str(session.user_id),
        ended_at=session.ended_at.isoformat(),
    )
