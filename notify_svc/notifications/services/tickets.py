"""Tickets: how a browser, which can send no header with a socket, shows who it is."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django_redis import get_redis_connection
from redis.exceptions import RedisError

from notify_svc.notifications import errors

LIFETIME = timedelta(seconds=30)


@dataclass(frozen=True)
class Ticket:
    """Good for one socket of one person, for a moment."""

    ticket: str
    expires_at: datetime


def issue_ticket(*, user_id: UUID, now: datetime) -> Ticket:
    """Give a person a ticket, and keep only its hash. Raises TicketsUnavailable."""
    ticket = secrets.token_urlsafe(32)
    try:
        get_redis_connection("default").set(_key(ticket), str(user_id), ex=LIFETIME)
    except RedisError:
        raise errors.TicketsUnavailable from None
    return Ticket(ticket, now + LIFETIME)


def redeem_ticket(*, ticket: str) -> UUID:
    """Whose ticket it is; it is used up now. Raises TicketRefused, TicketsUnavailable."""
    try:
        user_id = get_redis_connection("default").getdel(_key(ticket))
    except RedisError:
        raise errors.TicketsUnavailable from None
    if user_id is None:
        raise errors.TicketRefused
    return UUID(user_id.decode())


def _key(ticket: str) -> str:
    return f"notify_svc:ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"
