"""What can be done with accounts."""

from user_svc.accounts.services.access_tokens import key_set
from user_svc.accounts.services.registration import ensure_admin, register
from user_svc.accounts.services.sessions import SignedIn, refresh, sign_in, sign_out
from user_svc.accounts.services.sweeping import forget_expired_tokens

__all__ = [
    "SignedIn",
    "ensure_admin",
    "forget_expired_tokens",
    "key_set",
    "refresh",
    "register",
    "sign_in",
    "sign_out",
]
