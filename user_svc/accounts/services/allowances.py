"""Rate limits of attempts: counted before the attempt, so that simultaneous ones are counted too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from common.errors import TooManyRequests
from user_svc.accounts import selectors
from user_svc.accounts.models import Allowance
from user_svc.accounts.rules import Limit

_TAKE = """
    INSERT INTO accounts_allowance AS kept (key, owed_until) VALUES (%(key)s, %(now)s + %(each)s)
    ON CONFLICT (key) DO UPDATE SET owed_until = GREATEST(kept.owed_until, %(now)s) + %(each)s
    WHERE GREATEST(kept.owed_until, %(now)s) + %(each)s <= %(most)s
"""


def take(key: str, limit: Limit, *, now: datetime) -> None:
    """Use up one attempt. Raises TooManyRequests when none is left, with the seconds until there will be one."""
    values: dict[str, Any] = {"key": key, "now": now, "each": limit.each, "most": limit.owed_at_most_until(now)}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        if cursor.rowcount:
            return
    owed_until = selectors.owed_until(key=key) or now
    raise TooManyRequests(retry_after_seconds=limit.wait_seconds(owed_until, now=now))


def give_back(key: str, limit: Limit) -> None:
    """Return one attempt, which is not to be counted."""
    Allowance.objects.filter(key=key).update(owed_until=F("owed_until") - limit.each)


def forgive(key: str) -> None:
    """Forget all attempts so far."""
    Allowance.objects.filter(key=key).delete()
