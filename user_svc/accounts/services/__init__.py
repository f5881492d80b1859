"""What can be done with accounts."""

from user_svc.accounts.services.access_tokens import key_set
from user_svc.accounts.services.closing import disable_account, enable_account
from user_svc.accounts.services.letters import mail_email_verification, mail_password_reset
from user_svc.accounts.services.passwords import change_password, request_password_reset, reset_password
from user_svc.accounts.services.profiles import change_profile, request_email_verification, verify_email
from user_svc.accounts.services.registration import ensure_admin, register
from user_svc.accounts.services.sessions import SignedIn, refresh, sign_in, sign_out
from user_svc.accounts.services.sweeping import forget_expired_tokens, forget_stale_guesses

__all__ = [
    "SignedIn",
    "change_password",
    "change_profile",
    "disable_account",
    "enable_account",
    "ensure_admin",
    "forget_expired_tokens",
    "forget_stale_guesses",
    "key_set",
    "mail_email_verification",
    "mail_password_reset",
    "refresh",
    "register",
    "request_email_verification",
    "request_password_reset",
    "reset_password",
    "sign_in",
    "sign_out",
    "verify_email",
]
