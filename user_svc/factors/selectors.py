"""Finding second factors."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Exists, QuerySet

from user_svc.factors import errors, rules
from user_svc.factors.models import Passkey, RecoveryCode, Totp


@dataclass(frozen=True)
class Factors:
    """A person's second factors."""

    methods: tuple[str, ...]
    recovery_codes_left: int


def factors_of(*, user_id: UUID) -> Factors:
    """The methods that a person can use, and how many recovery codes are left."""
    return Factors(methods_of(user_id=user_id), recovery_codes_of(user_id=user_id).count())


def methods_of(*, user_id: UUID) -> tuple[str, ...]:
    """The second factors that a person can use; empty if a password is enough."""
    # One query, since every sign-in makes it, whether there is a factor or not.
    kept = {
        "totp": totps_of(user_id=user_id).filter(confirmed_at__isnull=False),
        "passkey": passkeys_of(user_id=user_id),
        "recovery_code": recovery_codes_of(user_id=user_id),
    }
    has = get_user_model().objects.filter(pk=user_id).values_list(*map(Exists, kept.values())).first()
    return tuple(method for method, is_there in zip(kept, has or (), strict=False) if is_there)


def totps_of(*, user_id: UUID) -> QuerySet[Totp]:
    """A person's secret for one-time codes, confirmed or not: at most one."""
    return Totp.objects.filter(user_id=user_id)


def confirmed_totp_of(*, user_id: UUID) -> Totp | None:
    """The same, only if it is confirmed."""
    return totps_of(user_id=user_id).filter(confirmed_at__isnull=False).first()


def passkeys_of(*, user_id: UUID) -> QuerySet[Passkey]:
    """All passkeys of a person."""
    return Passkey.objects.filter(user_id=user_id)


def passkey_of(*, user_id: UUID, passkey_id: UUID) -> Passkey:
    """One of a person's own. Raises PasskeyNotFound."""
    passkey = passkeys_of(user_id=user_id).filter(id=passkey_id).first()
    if passkey is None:
        raise errors.PasskeyNotFound(passkey_id=passkey_id)
    return passkey


def passkey_with(*, credential_id: bytes) -> Passkey | None:
    """The passkey with this credential id, of any person."""
    return Passkey.objects.filter(credential_id=credential_id).first()


def recovery_codes_of(*, user_id: UUID) -> QuerySet[RecoveryCode]:
    """A person's unused recovery codes."""
    return RecoveryCode.objects.filter(user_id=user_id)


def recovery_code_of(*, user_id: UUID, code: str) -> RecoveryCode | None:
    """One of them, in any spelling (see ``rules.recovery_digest``)."""
    return recovery_codes_of(user_id=user_id).filter(digest=rules.recovery_digest(code, user_id=user_id)).first()
