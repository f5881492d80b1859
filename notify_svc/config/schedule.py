"""What notify_svc does by itself, and how often."""

from common.events.schedule import Every

SCHEDULE: dict[str, Every] = {
    "notifications.deliver_mail": Every(seconds=2),
    "notifications.report_tellings": Every(seconds=5),
    "events.forget_old_facts": Every(seconds=3600),
}
