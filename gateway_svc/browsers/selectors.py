"""Reading the sign-ins of browsers."""

from __future__ import annotations

from datetime import datetime

from gateway_svc.browsers.models import BrowserSession


def session_of(*, digest: str, now: datetime) -> BrowserSession | None:
    """The sign-in that the cookie of this digest stands for, while it holds."""
    return BrowserSession.objects.filter(digest=digest, expires_at__gt=now).first()


def locked_session_of(*, digest: str, now: datetime) -> BrowserSession | None:
    """The same, for this transaction alone to change."""
    return BrowserSession.objects.select_for_update().filter(digest=digest, expires_at__gt=now).first()
