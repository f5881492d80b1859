"""What product_svc does by itself, and how often."""

from common.events.schedule import Every

SCHEDULE: dict[str, Every] = {
    # A worker does it soon after each change; this is for what one that died has left.
    "answers.tell_of_untold_pages": Every(seconds=10),
    "catalog.count_words": Every(seconds=6 * 3600),
    "catalog.follow_sellers": Every(seconds=10),
    "catalog.name_rest_anew": Every(seconds=10),
    "catalog.give_up_awaited_pictures": Every(seconds=60),
    "reviews.give_up_awaited_pictures": Every(seconds=60),
    "events.forget_old_facts": Every(seconds=3600),
}
