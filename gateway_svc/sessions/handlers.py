"""What the gateway does when it hears of sessions."""

from datetime import datetime

from common.contracts import SessionEnded
from common.events.subscriptions import subscribe
from gateway_svc.sessions import services


@subscribe(SessionEnded)
def end_session_when_session_ended(fact: SessionEnded) -> None:
    services.end_session(
        session_id=fact.session_id, user_id=fact.user_id, ended_at=datetime.fromisoformat(fact.ended_at)
    )
