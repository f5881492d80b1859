"""What file_svc does by itself, and how often."""

from common.events.schedule import Every

SCHEDULE: dict[str, Every] = {
    "files.sweep_unfinished": Every(seconds=600),
    "files.remove_deleted": Every(seconds=60),
    "files.remove_strays": Every(seconds=300),
    "files.make_missing_variants": Every(seconds=300),
    "events.forget_old_facts": Every(seconds=3600),
}
