"""The second step of signing in, and signing in with a passkey alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from common.errors import NotFound
from user_svc.accounts import selectors as people
from user_svc.accounts import services as accounts
from user_svc.accounts.services import guesses
from user_svc.accounts.services.challenges import SECOND_FACTOR, Challenge
from user_svc.factors import errors, selectors
from user_svc.factors.services import ceremonies, one_time_codes, passkeys, recovery_codes
from user_svc.factors.services.ceremonies import PREFERRED, REQUIRED, Ceremony

PASSKEY_ALONE = Challenge("passkey_alone", refusal=SECOND_FACTOR.refusal)


def begin_second_passkey(*, challenge: str, now: datetime) -> Ceremony:
    """What a browser needs to answer the challenge with a passkey. Raises InvalidChallenge or PasskeyNotFound."""
    holder = SECOND_FACTOR.holder(challenge, now=now)
    theirs = selectors.passkeys_of(user_id=holder.id)
    if not theirs:
        raise errors.PasskeyNotFound
    return ceremonies.authentication(challenge, passkeys=theirs, verification=PREFERRED)


def answer_second_factor(*, challenge: str, answer: Mapping[str, Any], source: str, now: datetime) -> accounts.SignedIn:
    """Begin a session after the password was right, by a one-time code, a recovery code or a passkey.

    Raises InvalidChallenge, WrongAnswer or TooManyRequests. A challenge outlives a wrong answer.
    """
    holder = SECOND_FACTOR.holder(challenge, now=now)
    guess = guesses.begin(email=holder.email, source=source, target=guesses.CODES, now=now)
    with transaction.atomic():
        user = SECOND_FACTOR.locked_holder(challenge, now=now)
        SECOND_FACTOR.spend(challenge, now=now)
        method = _use(answer, user_id=user.id, email=user.email, challenge=challenge, now=now)
        signed_in = accounts.start_session(user=user, amr=("pwd", *method, "mfa"), now=now)
    guesses.succeed(guess)
    guesses.know(guess, now=now)
    return signed_in


def begin_passkey_alone(*, now: datetime) -> Ceremony:
    """What a browser needs to sign in with a passkey that its user chooses."""
    return ceremonies.authentication(PASSKEY_ALONE.issue(now=now), verification=REQUIRED)


def sign_in_with_passkey(
    *, challenge: str, assertion: Mapping[str, Any], source: str, now: datetime
) -> accounts.SignedIn:
    """Begin a session by a passkey alone. Its authenticator has verified the user, so it counts as two factors.

    Raises InvalidChallenge or WrongAnswer.
    """
    PASSKEY_ALONE.check(challenge, now=now)
    answer = ceremonies.parsed(assertion)
    passkey = selectors.passkey_with(credential_id=answer.raw_id)
    # The user was not identified before, so the passkey has to name them (WebAuthn, 7.2, step 6).
    if passkey is None or answer.response.user_handle is None:
        raise errors.WrongAnswer
    with transaction.atomic():
        try:
            user = people.locked_user(user_id=passkey.user_id)
            passkey = selectors.passkey_of(user_id=user.id, passkey_id=passkey.id)  # as it is under the lock
        except NotFound:
            raise errors.WrongAnswer from None
        PASSKEY_ALONE.spend(challenge, now=now)
        method = passkeys.use_passkey(passkey, answer, challenge=challenge, verification=REQUIRED, now=now)
        signed_in = accounts.start_session(user=user, amr=(*method, "mfa"), now=now)
    guesses.trust(email=user.email, source=source, now=now)
    return signed_in


def _use(answer: Mapping[str, Any], *, user_id: UUID, email: str, challenge: str, now: datetime) -> tuple[str, ...]:
    """Use the given factor; the caller has locked the account. Raises WrongAnswer. Returns the ``amr`` (RFC 8176)."""
    if "code" in answer:
        return one_time_codes.use_code(user_id=user_id, code=answer["code"], now=now)
    if "recovery_code" in answer:
        code = answer["recovery_code"]
        return recovery_codes.use_recovery_code(user_id=user_id, email=email, code=code, now=now)
    assertion = ceremonies.parsed(answer["assertion"])
    passkey = selectors.passkeys_of(user_id=user_id).filter(credential_id=assertion.raw_id).first()
    if passkey is None:
        raise errors.WrongAnswer
    return passkeys.use_passkey(passkey, assertion, challenge=challenge, verification=PREFERRED, now=now)
