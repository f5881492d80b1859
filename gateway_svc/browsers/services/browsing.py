"""Signing in at a browser, going on, signing out."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import Q

from common.events.outbox import publish
from gateway_svc.browsers import events, rules, selectors
from gateway_svc.browsers.models import BrowserSession
from gateway_svc.browsers.services.tokens import Tokens, seal, unseal
from gateway_svc.sessions import selectors as ended
from gateway_svc.sessions import services as sessions

logger = logging.getLogger(__name__)

Trade = Callable[[str], Tokens | None]
"""Asks user_svc for new tokens in the place of a refresh token; None when it takes it no longer. Raises when it cannot
be asked."""


def begin_session(*, tokens: Tokens, user_id: str, session_id: str, now: datetime) -> str:
    """Keep somebody's tokens; returns the cookie by which their browser is known from now on."""
    cookie = secrets.token_urlsafe(rules.COOKIE_BYTES)
    BrowserSession.objects.create(
        digest=rules.digest_of(cookie),
        user_id=user_id,
        session_id=session_id,
        sealed_access=seal(tokens.access),
        sealed_refresh=seal(tokens.refresh),
        begun_at=now,
        expires_at=rules.expiry(now),
    )
    return cookie


def access_of(*, digest: str, now: datetime) -> str | None:
    """The access token, good or not, of the sign-in that a cookie stands for; None when there is none."""
    session = selectors.session_of(digest=digest, now=now)
    return _read(session.sealed_access) if session else None


@transaction.atomic
def renew_access(*, digest: str, stale: str, trade: Trade, now: datetime) -> str | None:
    """The access token that comes after ``stale``; None when user_svc has ended the session, or we have.

    A refresh token that is sent twice ends the session, so of all who ask at once, in all processes, only the one who
    holds the row asks user_svc; the others find what it got. For that one wait the transaction is held open.
    """
    session = selectors.locked_session_of(digest=digest, now=now)
    if session is None:
        return None
    access, refresh = _read(session.sealed_access), _read(session.sealed_refresh)
    if access is not None and access != stale:
        return access
    tokens = trade(refresh) if refresh is not None else None
    if tokens is None:
        session.delete()
        return None
    session.sealed_access, session.sealed_refresh = seal(tokens.access), seal(tokens.refresh)
    session.save(update_fields=["sealed_access", "sealed_refresh"])
    return tokens.access


@transaction.atomic
def end_session(*, digest: str, now: datetime) -> None:
    """Sign a browser out, in every gateway process at once. What user_svc gave it is forgotten here, so nobody can
    trade it for more, and user_svc is told that it may forget it too, be that there now or not.
    """
    session = selectors.locked_session_of(digest=digest, now=now)
    if session is None:
        return
    session.delete()
    sessions.end_session(session_id=session.session_id, user_id=session.user_id, ended_at=now)
    publish(events.browser_signed_out(session, at=now))


def forget_expired_sessions(*, now: datetime) -> int:
    """Delete those that hold no longer, and those that user_svc has ended of late; returns how many."""
    is_over = Q(expires_at__lte=now) | Q(session_id__in=ended.ended_sessions())
    deleted, _ = BrowserSession.objects.filter(is_over).delete()
    return deleted


def _read(sealed: str) -> str | None:
    try:
        return unseal(sealed)
    except InvalidToken:
        logger.error("no key of GATEWAY_SVC_BROWSER_KEYS decrypts the tokens of a browser")
        return None
