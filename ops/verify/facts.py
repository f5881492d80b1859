"""Invariant 5: each fact that had to reach a service was handled there once, or is among its dead letters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from common.topology import BY_NAME, SERVICES
from ops.subscribers import Subscriber, all_subscribers
from ops.verify.books import Books
from ops.verify.breach import Breach

_TOLD = "SELECT name, fact_id, occurred_at FROM events_outbox WHERE name = ANY(%s)"
_SINCE = "SELECT since FROM events_subscription WHERE name = %s AND handler = %s"
_HANDLED = "SELECT fact_id FROM events_inbox WHERE name = %s AND handler = %s"


def facts_arrived(books: Books) -> Iterator[Breach]:
    """No fact is missing anywhere. That none takes effect twice is ensured by the inbox's primary key."""
    told = _told(books)
    dead: set[tuple[str, str]] | None = None
    for subscriber in all_subscribers():
        name, service = subscriber.contract.name, subscriber.service.name
        facts = told.get(name, {})
        handled = books.tuples(BY_NAME[service], _HANDLED, name, subscriber.handler)
        since = _since(books, subscriber)
        for fact_id in facts.keys() - {fact_id for (fact_id,) in handled}:
            if since and facts[fact_id] < since:
                continue
            dead = books.dead_facts() if dead is None else dead
            if (service, str(fact_id)) not in dead:
                yield Breach(f"fact {fact_id}", f"{name} was not handled by {service}")


def _since(books: Books, subscriber: Subscriber) -> datetime | None:
    """The time from which this subscriber must have handled every fact; None: from the beginning."""
    rows = books.rows(subscriber.service, _SINCE, subscriber.contract.name, subscriber.handler)
    return rows[0]["since"] if rows else None


def _told(books: Books) -> dict[str, dict[Any, datetime]]:
    """The time of each fact, by its name and id."""
    names = sorted({subscriber.contract.name for subscriber in all_subscribers()})
    told: dict[str, dict[Any, datetime]] = {}
    for service in SERVICES:
        for row in books.rows(service, _TOLD, names):
            told.setdefault(row["name"], {})[row["fact_id"]] = row["occurred_at"]
    return told
