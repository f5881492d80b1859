"""What gateway_svc does by itself, and how often."""

from common.events.schedule import Every

SCHEDULE: dict[str, Every] = {
    "sessions.forget_expired": Every(seconds=60),
    # More often than ended sessions are forgotten, so that none is missed.
    "browsers.forget_expired": Every(seconds=600),
    "house_rules.forget_old_blocks": Every(seconds=3600),
    "api_keys.forget_dead": Every(seconds=3600),
    "events.forget_old_facts": Every(seconds=3600),
}
