"""Challenges: handed out with the first of two steps, and taken back with the second, once.

They are signed and expire. Nothing is kept of one that nobody answers; of one that was answered, a digest until then.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from common.errors import DomainError
from user_svc.accounts import errors, rules, selectors
from user_svc.accounts.models import SpentChallenge, User


@dataclass(frozen=True)
class Challenge:
    """One kind of them: what it is for, and how a bad one is refused."""

    purpose: str
    refusal: Callable[[], DomainError]

    def issue(self, user: User | None = None, *, now: datetime) -> str:
        """One for this person, as long as their password stays the same, or for whoever comes with it."""
        until = int((now + rules.CHALLENGE_LIFETIME).timestamp())
        said: dict[str, Any] = {"nonce": secrets.token_urlsafe(24), "until": until}
        if user is not None:
            said |= {"user": user.id.hex, "state": self._state_of(user)}
        return self._signer.sign_object(said)

    def check(self, token: str, *, now: datetime) -> dict[str, Any]:
        """What it says. Raises the refusal for one that is forged or has expired."""
        try:
            said: dict[str, Any] = self._signer.unsign_object(token)
        except BadSignature:
            raise self.refusal() from None
        if said["until"] <= now.timestamp():
            raise self.refusal()
        return said

    def holder(self, token: str, *, now: datetime) -> User:
        """Whose it is. Raises the refusal also when their password is no longer what it was."""
        said = self.check(token, now=now)
        try:
            user = selectors.user_of(user_id=UUID(said["user"]))
        except errors.UserNotFound:
            raise self.refusal() from None
        if not constant_time_compare(said["state"], self._state_of(user)):
            raise self.refusal()
        return user

    def locked_holder(self, token: str, *, now: datetime) -> User:
        """The same person, locked, so that what is done with the account is done one after the other."""
        try:
            selectors.locked_user(user_id=self.holder(token, now=now).id)
        except errors.UserNotFound:
            raise self.refusal() from None
        return self.holder(token, now=now)  # the password may have changed while we waited for the lock

    def spend(self, token: str, *, now: datetime) -> None:
        """Take it back, in the transaction of what it was for. Raises the refusal when a twin was faster."""
        _, is_first = SpentChallenge.objects.get_or_create(
            digest=rules.digest_of(token), defaults={"expires_at": now + rules.CHALLENGE_LIFETIME}
        )
        if not is_first:
            raise self.refusal()

    @property
    def _signer(self) -> Signer:
        return Signer(salt=f"accounts.challenges.{self.purpose}")

    def _state_of(self, user: User) -> str:
        # Keyed, since it is derived from a password's hash; 128 bits cannot be guessed.
        return salted_hmac(self.purpose, user.password, algorithm="sha256").hexdigest()[:32]


SECOND_FACTOR = Challenge("second_factor", refusal=errors.InvalidChallenge)
