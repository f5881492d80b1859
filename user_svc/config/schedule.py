"""What user_svc does by itself, and how often."""

from common.events.schedule import Every

SCHEDULE: dict[str, Every] = {
    "accounts.forget_expired_tokens": Every(seconds=3600),
    "accounts.forget_stale_guesses": Every(seconds=3600),
    "events.forget_old_facts": Every(seconds=3600),
}
