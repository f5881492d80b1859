"""Reading ended sessions."""

from typing import Any

from django.db import connections
from django.db.models import QuerySet

from gateway_svc.sessions.models import EndedSession


def ended_sessions() -> QuerySet[EndedSession, Any]:
    """The ids of those that still matter, as rows to look for others by."""
    return EndedSession.objects.values("session_id")


def ended_session_ids() -> set[str]:
    """All that still matter. For threads outside a request: the connection is closed again."""
    try:
        return set(EndedSession.objects.values_list("session_id", flat=True))
    finally:
        connections.close_all()
