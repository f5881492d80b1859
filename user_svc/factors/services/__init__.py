"""What can be done with second factors."""

from user_svc.factors.services.one_time_codes import begin_totp, confirm_totp, remove_totp
from user_svc.factors.services.passkeys import begin_passkey, register_passkey, remove_passkey, rename_passkey
from user_svc.factors.services.recovery_codes import renew_recovery_codes
from user_svc.factors.services.removal import remove_all_factors, remove_factors_of_another
from user_svc.factors.services.signing_in import (
    answer_second_factor,
    begin_passkey_alone,
    begin_second_passkey,
    sign_in_with_passkey,
)

__all__ = [
    "answer_second_factor",
    "begin_passkey",
    "begin_passkey_alone",
    "begin_second_passkey",
    "begin_totp",
    "confirm_totp",
    "register_passkey",
    "remove_all_factors",
    "remove_factors_of_another",
    "remove_passkey",
    "remove_totp",
    "rename_passkey",
    "renew_recovery_codes",
    "sign_in_with_passkey",
]
