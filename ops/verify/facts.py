"""Invariant 5: each fact that had to reach a service was handled there once, or is among its dead letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from common.topology import BY_NAME, SERVICES
from ops.subscribers import all_subscribers
from ops.verify.books import Books
from ops.verify.breach import Breach

_TOLD = "SELECT name, fact_id FROM events_outbox WHERE name = ANY(%s)"
_HANDLED = "SELECT fact_id FROM events_inbox WHERE name = %s AND handler = %s"


def facts_arrived(books: Books) -> Iterator[Breach]:
    """No fact is missing anywhere. That none has its effect twice, the inbox's primary key sees to."""
    told = _told(books)
    dead: set[tuple[str, str]] | None = None
    for subscriber in all_subscribers():
        name, service = subscriber.contract.name, subscriber.service.name
        handled = books.tuples(BY_NAME[service], _HANDLED, name, subscriber.handler)
        for (fact_id,) in told.get(name, set()) - handled:
            dead = books.dead_facts() if dead is None else dead
            if (service, str(fact_id)) not in dead:
                yield Breach(f"fact {fact_id}", f"{name} was not handled by {service}")


def _told(books: Books) -> dict[str, set[tuple[Any, ...]]]:
    names = sorted({subscriber.contract.name for subscriber in all_subscribers()})
    told: dict[str, set[tuple[Any, ...]]] = {}
    for service in SERVICES:
        for row in books.rows(service, _TOLD, names):
            told.setdefault(row["name"], set()).add((row["fact_id"],))
    return told
