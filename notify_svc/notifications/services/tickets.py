"""Tickets: how a browser, which can send no header with a WebSocket, authenticates."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django_redis import get_redis_connection
from redis.exceptions import RedisError

from common.api.holder import Holder
from notify_svc.notifications import errors

LIFETIME = timedelta(seconds=30)


@dataclass(frozen=True)
class Ticket:
    """Good for one WebSocket of one person, until it expires."""

    ticket: str
    expires_at: datetime


def issue_ticket(*, holder: Holder, now: datetime) -> Ticket:
    """Give a person a ticket, of which only a hash is stored. Raises TicketsUnavailable."""
    ticket = secrets.token_urlsafe(32)
    try:
        get_redis_connection("default").set(_key(ticket), str(holder), ex=LIFETIME)
    except RedisError:
        raise errors.TicketsUnavailable from None
    return Ticket(ticket, now + LIFETIME)


def redeem_ticket(*, ticket: str) -> Holder:
    """Use up a ticket, and return whose it was. Raises TicketRefused, TicketsUnavailable."""
    try:
        holder = get_redis_connection("default").getdel(_key(ticket))
    except RedisError:
        raise errors.TicketsUnavailable from None
    if holder is None:
        raise errors.TicketRefused
    return Holder.read(holder.decode())


def _key(ticket: str) -> str:
    return f"notify_svc:ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"
