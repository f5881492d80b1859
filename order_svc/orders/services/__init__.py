"""What can be done with orders."""

from order_svc.orders.services.cancelling import cancel_order
from order_svc.orders.services.hastening import look_again, refund_now
from order_svc.orders.services.paying import pay_order
from order_svc.orders.services.placing import place_order
from order_svc.orders.services.quoting import quote_order
from order_svc.orders.services.refunding import refund_order
from order_svc.orders.services.reporting import follow_report
from order_svc.orders.services.sending import deliver_order, ship_order
from order_svc.orders.services.settling import reject_order
from order_svc.orders.services.sweeping import expire_unsettled_orders, refund_unwanted_payments, resume_payments
from order_svc.orders.services.timeline import note_stock_movement, note_tellings

__all__ = [
    "cancel_order",
    "deliver_order",
    "expire_unsettled_orders",
    "follow_report",
    "look_again",
    "note_stock_movement",
    "note_tellings",
    "pay_order",
    "place_order",
    "quote_order",
    "refund_now",
    "refund_order",
    "refund_unwanted_payments",
    "reject_order",
    "resume_payments",
    "ship_order",
]
