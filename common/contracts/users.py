"""What user_svc tells."""

from dataclasses import dataclass

from common.contracts.contract import Contract, personal


@dataclass(frozen=True, kw_only=True)
class UserRegistered(Contract, name="users.user_registered.v1", aggregate="user_id"):
    """Somebody signed up; from now on others know whom to write to, and by which name."""

    user_id: str
    email: str = personal()
    full_name: str = personal()
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Contract, name="users.session_ended.v1", aggregate="session_id"):
    """A sign-in is over: its access tokens must no longer be taken, however long they would have lasted."""

    session_id: str
    user_id: str
    ended_at: str
