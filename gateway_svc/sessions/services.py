"""What happens to sessions that are over."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from gateway_svc.sessions import rules
from gateway_svc.sessions.adapters.announcements import announce
from gateway_svc.sessions.models import EndedSession


@transaction.atomic
def end_session(*, session_id: str, user_id: str, ended_at: datetime) -> None:
    """Refuse the session's access tokens from now on, in every gateway process."""
    EndedSession.objects.get_or_create(session_id=session_id, defaults={"user_id": user_id, "ended_at": ended_at})
    transaction.on_commit(partial(announce, session_id))


def forget_expired_sessions(*, now: datetime) -> int:
    """Delete those of which no access token can be left; returns how many."""
    deleted, _ = EndedSession.objects.filter(ended_at__lt=rules.forgettable_before(now)).delete()
    return deleted
