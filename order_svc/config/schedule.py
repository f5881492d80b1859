"""What order_svc does by itself, and how often."""

from common.events.schedule import Every

SCHEDULE: dict[str, Every] = {
    "orders.resume_payments": Every(seconds=10),
    "orders.refund_unwanted_payments": Every(seconds=10),
    "orders.expire_unsettled": Every(seconds=10, among_facts=True),
    "payments.compare_charges": Every(seconds=900),
    "payments.forget_old_notices": Every(seconds=3600),
    "carts.forget_old_guests": Every(seconds=3600),
    "idempotency.forget_old_answers": Every(seconds=3600),
    "events.forget_old_facts": Every(seconds=3600),
}
