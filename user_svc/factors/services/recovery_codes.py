"""Recovery codes: written down, for the case that another factor is lost."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from user_svc.accounts import selectors as people
from user_svc.accounts import services as accounts
from user_svc.accounts.services import guesses
from user_svc.factors import errors, rules, selectors
from user_svc.factors.models import RecoveryCode


def renew_recovery_codes(*, user_id: UUID, current: str, source: str, now: datetime) -> list[str]:
    """Replace a person's recovery codes by new ones.

    Raises WrongPassword, TooManyRequests, PasswordChangedMeanwhile or NoSecondFactor.
    """
    user = people.user_of(user_id=user_id)
    guesses.prove(user, current, field="current", source=source, now=now)
    with transaction.atomic():
        guesses.lock_proved(user)
        if not selectors.methods_of(user_id=user_id):
            raise errors.NoSecondFactor
        accounts.warn_owner(user_id=user_id, email=user.email, change=accounts.Change.RECOVERY_CODES_RENEWED, now=now)
        return replace(user_id=user_id)


def replace(*, user_id: UUID) -> list[str]:
    """Replace them by ten new codes, which are shown once; the caller has locked the account."""
    selectors.recovery_codes_of(user_id=user_id).delete()
    codes = [rules.new_recovery_code(secrets.choice) for _ in range(rules.RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(digest=rules.recovery_digest(code, user_id=user_id), user_id=user_id) for code in codes
    )
    return codes


def use_recovery_code(*, user_id: UUID, email: str, code: str, now: datetime) -> tuple[str, ...]:
    """Use up a code; the caller has locked the account. Raises WrongAnswer. Returns the ``amr`` (RFC 8176)."""
    kept = selectors.recovery_code_of(user_id=user_id, code=code)
    if kept is None:
        raise errors.WrongAnswer
    kept.delete()
    accounts.warn_owner(user_id=user_id, email=email, change=accounts.Change.RECOVERY_CODE_USED, now=now)
    return ("otp",)
