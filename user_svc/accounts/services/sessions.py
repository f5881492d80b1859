"""Signing in, staying signed in, signing out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from user_svc.accounts import errors, events, rules, selectors
from user_svc.accounts.models import RefreshToken, Session, User
from user_svc.accounts.services import access_tokens, guesses
from user_svc.accounts.services.challenges import SECOND_FACTOR
from user_svc.factors import selectors as factors


@dataclass(frozen=True)
class SignedIn:
    """A person who is signed in, and the tokens for their client."""

    user: User
    access: str
    refresh: str


def sign_in(*, email: str, password: str, source: str, now: datetime) -> SignedIn:
    """Begin a session. Raises InvalidCredentials, whichever of the two is wrong, or TooManyRequests.

    Raises SecondFactorRequired if both are right and the account has a second factor.
    """
    guess = guesses.begin(email=email, source=source, now=now)
    # Hashing is slow by design, so it is done outside any transaction.
    user = selectors.user_with_email(email=email)
    if user is None:
        # As much work as for an existing account, so that the time does not reveal whether there is one.
        User().set_password(password)
        raise errors.InvalidCredentials
    if not user.check_password(password) or not user.is_active:
        raise errors.InvalidCredentials
    guesses.succeed(guess)
    signed_in = _admit(user, now=now)
    guesses.know(guess, now=now)
    return signed_in


@transaction.atomic
def start_session(*, user: User, amr: tuple[str, ...], now: datetime) -> SignedIn:
    """Begin the session of a person who has authenticated; ``amr`` says how (RFC 8176)."""
    session = Session.objects.create(user=user, amr=list(amr), created_at=now)
    return _continue(session, now=now)


def refresh(*, token: str, now: datetime) -> SignedIn:
    """Trade a refresh token for new tokens. Raises InvalidToken; a token that was traded before also ends its session.

    The second of two requests with the same token may come from a thief or from the owner: we cannot tell.
    """
    signed_in = _rotate(token=token, now=now)
    if signed_in is None:
        raise errors.InvalidToken
    return signed_in


@transaction.atomic
def sign_out(*, token: str, now: datetime) -> None:
    """End the session that a refresh token belongs to. An unknown token is ignored."""
    held = selectors.locked_refresh_token(token=token)
    if held is not None:
        _end(held.session, now=now)


@transaction.atomic
def end_session(*, session_id: UUID, now: datetime) -> None:
    """End this session, if it is still open."""
    _end(*selectors.locked_open_session(session_id=session_id), now=now)


@transaction.atomic
def end_sessions_of(*, user_id: UUID, now: datetime, but: str = "") -> None:
    """End all sessions of a person, ``but`` the one with this id."""
    sessions = [session for session in selectors.locked_open_sessions_of(user_id=user_id) if str(session.id) != but]
    _end(*sessions, now=now)


@transaction.atomic
def _admit(user: User, *, now: datetime) -> SignedIn:
    """Start a session under the account's lock, so that none begins with a password that was just replaced."""
    try:
        current = selectors.locked_user(user_id=user.id)
    except errors.UserNotFound:
        raise errors.InvalidCredentials from None
    if current.password != user.password:
        raise errors.InvalidCredentials
    if methods := factors.methods_of(user_id=user.id):
        raise errors.SecondFactorRequired(challenge=SECOND_FACTOR.issue(current, now=now), methods=methods)
    return start_session(user=current, amr=rules.BY_PASSWORD, now=now)


@transaction.atomic
def _rotate(*, token: str, now: datetime) -> SignedIn | None:
    """Returns None to refuse: an exception would also roll back the end of the session."""
    held = selectors.locked_refresh_token(token=token)
    if held is None:
        return None
    if held.is_used:
        _end(held.session, now=now)
    if not held.is_good(now=now):
        return None
    held.used_at = now
    held.save(update_fields=["used_at"])
    return _continue(held.session, now=now)


def _continue(session: Session, *, now: datetime) -> SignedIn:
    token = secrets.token_urlsafe(32)
    RefreshToken.objects.create(digest=rules.digest_of(token), session=session, expires_at=now + rules.REFRESH_LIFETIME)
    return SignedIn(user=session.user, access=access_tokens.issue(session, now=now), refresh=token)


def _end(*sessions: Session, now: datetime) -> None:
    ending = [session for session in sessions if session.ended_at is None]
    for session in ending:
        session.ended_at = now
    Session.objects.bulk_update(ending, ["ended_at"])
    publish(*map(events.session_ended, ending))
