"""What payments need from time to time."""

import time

from celery import shared_task

from common import clock
from order_svc.payments import selectors, services

COMPARING_SECONDS = 25.0
"""After so long no other page is asked for: one that hangs takes 8 s, and a task has 45."""

MOST_PAGES = 200


@shared_task(name="payments.forget_old_notices")
def forget_old_notices(**_: object) -> None:
    """Drop the names of notices that will not come again."""
    services.forget_old_notices(now=clock.now())


@shared_task(name="payments.compare_charges")
def compare_charges(**_: object) -> None:
    """Find what providers charged and nobody here knows of.

    A round ends where the clock says, and nobody looks behind it again: so the clock is not that of any one process.
    """
    until = time.monotonic() + COMPARING_SECONDS
    services.compare_charges(now=selectors.moment(), most_pages=MOST_PAGES, until=until)
