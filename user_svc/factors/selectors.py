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
    """What somebody has to show besides a password."""

    methods: tuple[str, ...]
    recovery_codes_left: int


def factors_of(*, user_id: UUID) -> Factors:
    """All of it at a glance."""
    return Factors(methods_of(user_id=user_id), recovery_codes_of(user_id=user_id).count())


def methods_of(*, user_id: UUID) -> tuple[str, ...]:
    """How somebody can show a second factor; empty when a password is enough."""
    # One query: everybody who signs in pays for it, whether they have a factor or not.
    kept = {
        "totp": totps_of(user_id=user_id).filter(confirmed_at__isnull=False),
        "passkey": passkeys_of(user_id=user_id),
        "recovery_code": recovery_codes_of(user_id=user_id),
    }
    has = get_user_model().objects.filter(pk=user_id).values_list(*map(Exists, kept.values())).first()
    return tuple(method for method, is_there in zip(kept, has or (), strict=False) if is_there)


def totps_of(*, user_id: UUID) -> QuerySet[Totp]:
    """The one secret that somebody has, confirmed or not, if any."""
    return Totp.objects.filter(user_id=user_id)


def confirmed_totp_of(*, user_id: UUID) -> Totp | None:
    """What somebody's one-time codes are made of."""
    return totps_of(user_id=user_id).filter(confirmed_at__isnull=False).first()


def passkeys_of(*, user_id: UUID) -> QuerySet[Passkey]:
    """All that somebody has."""
    return Passkey.objects.filter(user_id=user_id)


def passkey_of(*, user_id: UUID, passkey_id: UUID) -> Passkey:
    """One of somebody's own. Raises PasskeyNotFound."""
    passkey = passkeys_of(user_id=user_id).filter(id=passkey_id).first()
    if passkey is None:
        raise errors.PasskeyNotFound(passkey_id=passkey_id)
    return passkey


def passkey_with(*, credential_id: bytes) -> Passkey | None:
    """Whosever it is."""
    return Passkey.objects.filter(credential_id=credential_id).first()


def recovery_codes_of(*, user_id: UUID) -> QuerySet[RecoveryCode]:
    """Those that were not used."""
    return RecoveryCode.objects.filter(user_id=user_id)


def recovery_code_of(*, user_id: UUID, code: str) -> RecoveryCode | None:
    """One of them, however it was typed."""
    return recovery_codes_of(user_id=user_id).filter(digest=rules.recovery_digest(code, user_id=user_id)).first()
