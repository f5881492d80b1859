"""What user_svc tells of accounts."""

from common.contracts import SessionEnded, UserRegistered
from user_svc.accounts.models import Session, User


def user_registered(user: User) -> UserRegistered:
    """Somebody new is here."""
    return UserRegistered(
        user_id=str(user.id),
        version=user.version,
        email=user.email,
        full_name=user.full_name,
        roles=tuple(user.roles),
    )


def session_ended(session: Session) -> SessionEnded:
    """The only thing ever told of a session, hence always its version 1."""
    if session.ended_at is None:
        raise ValueError("the session goes on")
    return SessionEnded(
        session_id=str(session.id),
        version=1,
        user_id=str(session.user_id),
        ended_at=session.ended_at.isoformat(),
    )
