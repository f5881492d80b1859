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
class ProfileChanged(Contract, name="users.profile_changed.v1", aggregate="user_id"):
    """Somebody is now known like this, whole: whoever keeps a copy replaces what it had."""

    user_id: str
    email: str = personal()
    full_name: str = personal()
    roles: tuple[str, ...]
    locale: str
    """How to write to them: a language and perhaps a region (BCP 47)."""
    is_active: bool
    """False for an account that was disabled; its owner cannot sign in."""


@dataclass(frozen=True, kw_only=True)
class SellerChanged(Contract, name="users.seller_changed.v1", aggregate="seller_id"):
    """A seller's shop is now like this, whole; only what an approved one offers can be bought."""

    seller_id: str
    seller_name: str
    status: str
    """``pending``, ``approved`` or ``suspended``."""
    previous_status: str
    """What it was before; empty for a new one."""
    reason: str
    """Why it is suspended, as staff put it; else empty."""


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Contract, name="users.password_reset_requested.v1", aggregate="request_id"):
    """Somebody says they forgot the password of this address, which may be nobody's."""

    request_id: str
    email: str = personal()


@dataclass(frozen=True, kw_only=True)
class EmailVerificationRequested(Contract, name="users.email_verification_requested.v1", aggregate="request_id"):
    """An account has an address that its owner has yet to prove theirs."""

    request_id: str
    user_id: str


@dataclass(frozen=True, kw_only=True)
class CredentialsChanged(Contract, name="users.credentials_changed.v1", aggregate="change_id"):
    """How somebody signs in is no longer what it was, or is about to be: they are told by letter, in case it was not
    them."""

    change_id: str
    user_id: str
    email: str = personal()
    """Where they are told: for a changed address, the one before."""
    change: str
    """``password_changed``, ``email_wanted``, ``email_changed``, ``totp_on``, ``totp_off``, ``passkey_added``,
    ``passkey_removed``, ``recovery_codes_renewed``, ``recovery_code_used`` or ``factors_removed``."""
    changed_at: str


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Contract, name="users.session_ended.v1", aggregate="session_id"):
    """A sign-in is over: its access tokens must no longer be taken, however long they would have lasted."""

    session_id: str
    user_id: str
    ended_at: str
