"""Challenges: handed out by the first of two steps, and redeemed by the second, once.

They are signed and expire. Nothing is stored of a challenge until it is answered; then its digest, until it expires.
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
    """A kind of challenge: what it is for, and the error that refuses a bad one."""

    purpose: str
    refusal: Callable[[], DomainError]

    def issue(self, user: User | None = None, *, now: datetime) -> str:
        """A challenge for this person, valid until they change their password; without a ``user``, for its bearer."""
        until = int((now + rules.CHALLENGE_LIFETIME).timestamp())
        said: dict[str, Any] = {"nonce": secrets.token_urlsafe(24), "until": until}
        if user is not None:
            said |= {"user": user.id.hex, "state": self._state_of(user)}
        return self._signer.sign_object(said)

    def check(self, token: str, *, now: datetime) -> dict[str, Any]:
        """The contents of a challenge. Raises the refusal for one that is forged or has expired."""
        try:
            said: dict[str, Any] = self._signer.unsign_object(token)
        except BadSignature:
            raise self.refusal() from None
        if said["until"] <= now.timestamp():
            raise self.refusal()
        return said

    def holder(self, token: str, *, now: datetime) -> User:
        """The person that it was issued for. Raises the refusal also when their password has changed since."""
        said = self.check(token, now=now)
        try:
            user = selectors.user_of(user_id=UUID(said["user"]))
        except errors.UserNotFound:
            raise self.refusal() from None
        if not constant_time_compare(said["state"], self._state_of(user)):
            raise self.refusal()
        return user

    def locked_holder(self, token: str, *, now: datetime) -> User:
        """The same, with the account locked until the transaction ends."""
        try:
            selectors.locked_user(user_id=self.holder(token, now=now).id)
        except errors.UserNotFound:
            raise self.refusal() from None
        return self.holder(token, now=now)  # the password may have changed while we waited for the lock

    def spend(self, token: str, *, now: datetime) -> None:
        """Redeem it, in the transaction of what it was for. Raises the refusal if another request did so before."""
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
