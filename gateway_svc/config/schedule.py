"""What gateway_svc does by itself, and how often."""

from common.events.schedule import Every

SCHEDULE = {"sessions.forget_expired": Every(seconds=60)}
