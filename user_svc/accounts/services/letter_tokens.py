"""Tokens that are mailed. They are not stored: they are signed, expire, and become invalid when they are used.

So there is none in the database, in the outbox or on the broker: a token is made when its letter is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from user_svc.accounts import errors, rules, selectors
from user_svc.accounts.models import User


@dataclass(frozen=True)
class LetterToken:
    """A kind of token: what it is for, how long it is valid, and which values of the account its use changes."""

    purpose: str
    lifetime: timedelta
    state_of: Callable[[User], str]

    def issue(self, user: User, *, now: datetime) -> str:
        """A token for this person, valid while the values of ``state_of`` stay as they are now."""
        until = int((now + self.lifetime).timestamp())
        return self._signer.sign_object({"user": user.id.hex, "until": until, "state": self._digest(user)})

    def holder(self, token: str, *, now: datetime) -> User:
        """The person that it was issued for. Raises BadLetterToken for one that is forged, used or expired."""
        try:
            said = self._signer.unsign_object(token)
            user = selectors.user_of(user_id=UUID(said["user"]))
        except (BadSignature, errors.UserNotFound):
            raise _refusal() from None
        if said["until"] <= now.timestamp() or not constant_time_compare(said["state"], self._digest(user)):
            raise _refusal()
        return user

    def locked_holder(self, token: str, *, now: datetime) -> User:
        """The same, with the account locked until the transaction ends."""
        try:
            selectors.locked_user(user_id=self.holder(token, now=now).id)
        except errors.UserNotFound:
            raise _refusal() from None
        return self.holder(token, now=now)  # another request may have used it while we waited for the lock

    @property
    def _signer(self) -> Signer:
        return Signer(salt=f"accounts.letter_tokens.{self.purpose}")

    def _digest(self, user: User) -> str:
        # Keyed, since it is derived from secrets such as a password's hash; 128 bits cannot be guessed.
        return salted_hmac(self.purpose, self.state_of(user), algorithm="sha256").hexdigest()[:32]


def _refusal() -> errors.BadLetterToken:
    return errors.BadLetterToken(errors={"token": ["It was used, has expired, or is not one that we mailed."]})


PASSWORD_RESET = LetterToken(
    purpose="password_reset",
    lifetime=rules.PASSWORD_RESET_LIFETIME,
    state_of=lambda user: f"{user.email} {user.password}",
)
EMAIL_VERIFICATION = LetterToken(
    purpose="email_verification",
    lifetime=rules.EMAIL_VERIFICATION_LIFETIME,
    state_of=lambda user: f"{user.email} {user.new_email} {user.email_verified_at}",
)
