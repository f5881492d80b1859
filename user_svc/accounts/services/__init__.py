"""What can be done with accounts."""

from user_svc.accounts.errors import InvalidChallenge, PasswordChangedMeanwhile
from user_svc.accounts.rules import Change
from user_svc.accounts.services.access_tokens import key_set
from user_svc.accounts.services.closing import disable_account, enable_account, tell_disabled_again
from user_svc.accounts.services.letters import (
    mail_credentials_changed,
    mail_email_verification,
    mail_password_reset,
    warn_owner,
)
from user_svc.accounts.services.passwords import change_password, request_password_reset, reset_password
from user_svc.accounts.services.profiles import change_profile, request_email_verification, verify_email
from user_svc.accounts.services.registration import ensure_admin, register
from user_svc.accounts.services.sessions import (
    SignedIn,
    end_session,
    end_sessions_of,
    refresh,
    sign_in,
    sign_out,
    start_session,
)
from user_svc.accounts.services.staffing import appoint, dismiss
from user_svc.accounts.services.sweeping import forget_expired_tokens, forget_stale_guesses

__all__ = [
    "Change",
    "InvalidChallenge",
    "PasswordChangedMeanwhile",
    "SignedIn",
    "appoint",
    "change_password",
    "change_profile",
    "disable_account",
    "dismiss",
    "enable_account",
    "end_session",
    "end_sessions_of",
    "ensure_admin",
    "forget_expired_tokens",
    "forget_stale_guesses",
    "key_set",
    "mail_credentials_changed",
    "mail_email_verification",
    "mail_password_reset",
    "refresh",
    "register",
    "request_email_verification",
    "request_password_reset",
    "reset_password",
    "sign_in",
    "sign_out",
    "start_session",
    "tell_disabled_again",
    "verify_email",
    "warn_owner",
]
