"""What product_svc does by itself, and how often."""

from common.events.schedule import Every

SCHEDULE: dict[str, Every] = {
    "events.forget_old_facts": Every(seconds=3600),
}
