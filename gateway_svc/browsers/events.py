"""What gateway_svc tells of browsers."""

from datetime import datetime

from common.contracts import BrowserSignedOut
from gateway_svc.browsers.models import BrowserSession


def browser_signed_out(session: BrowserSession, *, at: datetime) -> BrowserSignedOut:
    """That happens once, so its version is always the first."""
    return BrowserSignedOut(
        version=1, session_id=session.session_id, user_id=session.user_id, signed_out_at=at.isoformat()
    )
