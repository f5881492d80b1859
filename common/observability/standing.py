"""Gauges of the outbox and the dead letters, read from the service's database at each scrape.

The web processes show them, since they matter most when a relay or a worker is dead. Every instance shows the same
values, so take the maximum.
"""

from __future__ import annotations

import logging
from math import isnan, nan

from django.db import Error, connection

from common.events import figures
from common.observability import metrics

logger = logging.getLogger(__name__)

_IS_UP = metrics.gauge("opencommerce_database_up", "Whether the service's database answered at this scrape.")
_UNSENT = metrics.gauge("opencommerce_outbox_unsent", "Facts in the outbox that were not sent yet.")
_OLDEST = metrics.gauge("opencommerce_outbox_oldest_seconds", "For how long the oldest unsent fact has waited.")
_HELD = metrics.gauge(
    "opencommerce_outbox_held", "Unsent facts that came back from the broker and wait for their time."
)
_DEAD = metrics.gauge("opencommerce_dead_letters", "Facts that failed for good and were not handled since.")


def refresh() -> None:
    """Ask the database; what it does not tell now is not a number."""
    try:
        found = _ask()
    except Error as error:
        logger.warning("the database tells no figures: %s", error)
        found = (nan, nan, nan, nan)
    _IS_UP.set(not isnan(found[0]))
    for family, figure in zip((_UNSENT, _OLDEST, _HELD, _DEAD), found, strict=True):
        family.set(figure)


def _ask() -> tuple[float, float, float, float]:
    with connection.cursor() as cursor:
        cursor.execute(figures.OUTBOX)
        unsent, oldest_seconds = figures.read_outbox(cursor.fetchone())
        cursor.execute(figures.HELD)
        (held,) = cursor.fetchone()
        cursor.execute(figures.DEAD)
        (dead,) = cursor.fetchone()
    return unsent, oldest_seconds, held, dead
