"""What product_svc does by itself, and how often: nothing yet."""

from common.events.schedule import Every

SCHEDULE: dict[str, Every] = {}
