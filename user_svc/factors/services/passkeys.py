"""Registering, renaming, using and removing passkeys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from fido2.webauthn import AuthenticationResponse, UserVerificationRequirement

from user_svc.accounts import selectors as people
from user_svc.accounts import services as accounts
from user_svc.accounts.services import guesses
from user_svc.accounts.services.challenges import Challenge
from user_svc.factors import errors, rules, selectors
from user_svc.factors.models import CREDENTIAL_IS_UNIQUE, Passkey
from user_svc.factors.services import ceremonies, changes
from user_svc.factors.services.ceremonies import Ceremony


def _refusal() -> errors.RegistrationExpired:
    return errors.RegistrationExpired(errors={"challenge": ["It is not ours, was used, or has expired."]})


REGISTRATION = Challenge("passkey_registration", refusal=_refusal)


def begin_passkey(*, user_id: UUID, current: str, source: str, now: datetime) -> Ceremony:
    """What a browser needs to make a passkey. Raises WrongPassword, TooManyRequests or TooManyPasskeys."""
    user = people.user_of(user_id=user_id)
    guesses.prove(user, current, field="current", source=source, now=now)
    known = selectors.passkeys_of(user_id=user_id)
    if len(known) >= rules.MAX_PASSKEYS:
        raise errors.TooManyPasskeys
    challenge = REGISTRATION.issue(user, now=now)
    return ceremonies.registration(
        challenge, user_handle=user.id.bytes, email=user.email, full_name=user.full_name, known=known
    )


@transaction.atomic
def register_passkey(
    *, user_id: UUID, session_id: str, challenge: str, credential: Mapping[str, Any], name: str, now: datetime
) -> tuple[Passkey, list[str]]:
    """Store a new passkey. Returns it, and recovery codes if the person has none.

    Raises RegistrationExpired, BadPasskey, PasskeyTaken or TooManyPasskeys.
    """
    user = REGISTRATION.locked_holder(challenge, now=now)
    if user.id != user_id:
        raise _refusal()
    if selectors.passkeys_of(user_id=user_id).count() >= rules.MAX_PASSKEYS:
        raise errors.TooManyPasskeys
    passkey = _keep(user_id=user_id, challenge=challenge, credential=credential, name=name)
    REGISTRATION.spend(challenge, now=now)
    codes = changes.turned_on(
        user_id=user_id, email=user.email, change=accounts.Change.PASSKEY_ADDED, session_id=session_id, now=now
    )
    return passkey, codes


@transaction.atomic
def rename_passkey(*, user_id: UUID, passkey_id: UUID, name: str) -> Passkey:
    """Rename a passkey. Raises PasskeyNotFound."""
    people.locked_user(user_id=user_id)
    passkey = selectors.passkey_of(user_id=user_id, passkey_id=passkey_id)
    passkey.name = name
    passkey.save(update_fields=["name", "updated_at"])
    return passkey


def remove_passkey(
    *, user_id: UUID, session_id: str, passkey_id: UUID, current: str, source: str, now: datetime
) -> None:
    """Delete a passkey. Raises PasskeyNotFound, WrongPassword, TooManyRequests or PasswordChangedMeanwhile."""
    user = people.user_of(user_id=user_id)
    guesses.prove(user, current, field="current", source=source, now=now)
    with transaction.atomic():
        guesses.lock_proved(user)
        selectors.passkey_of(user_id=user_id, passkey_id=passkey_id).delete()
        changes.turned_off(
            user_id=user_id, email=user.email, change=accounts.Change.PASSKEY_REMOVED, session_id=session_id, now=now
        )


def use_passkey(
    passkey: Passkey,
    answer: AuthenticationResponse,
    *,
    challenge: str,
    verification: UserVerificationRequirement,
    now: datetime,
) -> tuple[str, ...]:
    """Verify what it signed; the caller has locked the account. Raises WrongAnswer. Returns the ``amr`` (RFC 8176)."""
    ceremonies.check(answer, passkey, challenge=challenge, verification=verification)
    passkey.sign_count, passkey.last_used_at = answer.response.authenticator_data.counter, now
    passkey.save(update_fields=["sign_count", "last_used_at", "updated_at"])
    return (rules.passkey_amr(is_synced=passkey.is_synced),)


def _keep(*, user_id: UUID, challenge: str, credential: Mapping[str, Any], name: str) -> Passkey:
    made, data = ceremonies.registered(credential, challenge=challenge)
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                user_id=user_id,
                name=name,
                credential_id=data.credential_id,
                credential_data=bytes(data),
                sign_count=made.counter,
                is_synced=made.is_backup_eligible(),
            )
    except IntegrityError as error:
        if CREDENTIAL_IS_UNIQUE in str(error):
            raise errors.PasskeyTaken from None
        raise
